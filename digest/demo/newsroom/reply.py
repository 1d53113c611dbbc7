"""What a site answers before HTTP is spoken."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Reply:
    """A body with its type; ``modified`` (aware, UTC) becomes Last-Modified."""

    body: bytes
    content_type: str
    status: int = 200
    modified: datetime | None = None
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def etag(self) -> str:
        """A strong entity tag (RFC 9110, section 8.8.3) of the body."""
        return f'"{sha256(self.body).hexdigest()[:32]}"'
