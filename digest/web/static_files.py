"""Style sheets, scripts and pictures: read once, served under names made of their content."""

from hashlib import sha256
from pathlib import Path

from fastapi import Response
from starlette.exceptions import HTTPException

_FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
FOREVER = "public, max-age=31536000, immutable"


class StaticFiles:
    """The files of ``digest/web/static``; ``files["readers.css"]`` is the path to link to."""

    def __init__(self) -> None:
        paths = sorted(path for path in _FOLDER.iterdir() if path.suffix in _TYPES)
        self._served = {_hashed(path): (path.read_bytes(), _TYPES[path.suffix]) for path in paths}
        self._paths = {path.name: f"/static/{_hashed(path)}" for path in paths}

    def __getitem__(self, name: str) -> str:
        return self._paths[name]

    def serve(self, name: str) -> Response:
        """GET /static/{name}: cached for good, since the name changes with the content."""
        if name not in self._served:
            raise HTTPException(404)
        content, media_type = self._served[name]
        return Response(content, media_type=media_type, headers={"Cache-Control": FOREVER})


def _hashed(path: Path) -> str:
    return f"{path.stem}-{sha256(path.read_bytes()).hexdigest()[:12]}{path.suffix}"
