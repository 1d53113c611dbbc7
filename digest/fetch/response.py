"""What a server answered, decoded and bounded."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Response:
    """One answer after redirects: ``body`` is decoded, header names are in lower case."""

    url: str  # of the last hop
    status: int
    headers: Mapping[str, str]
    body: bytes
    content_type: str  # "text/html", in lower case and without parameters; "" if not said
    charset: str | None  # as the server names it
    etag: str | None
    last_modified: str | None
    not_modified: bool


def response_of(url: str, status: int, headers: Mapping[str, str], body: bytes) -> Response:
    """The answer with its usual headers read."""
    content_type, charset = parse_content_type(headers.get("content-type", ""))
    return Response(
        url=url,
        status=status,
        headers=headers,
        body=body,
        content_type=content_type,
        charset=charset,
        etag=_validator(headers.get("etag")),
        last_modified=_validator(headers.get("last-modified")),
        not_modified=status == 304,
    )


def parse_content_type(value: str) -> tuple[str, str | None]:
    """The media type and its charset parameter (RFC 9110, section 8.3)."""
    media_type, _, rest = value.partition(";")
    for parameter in rest.split(";"):
        name, _, given = parameter.partition("=")
        if name.strip().lower() == "charset":
            return media_type.strip().lower(), given.strip().strip("\"'").lower() or None
    return media_type.strip().lower(), None


def _validator(value: str | None) -> str | None:
    """An ETag or date worth keeping: short and printable, so that it can be sent back."""
    if not value or len(value) > 500 or not (value.isascii() and value.isprintable()):
        return None
    return value
