"""A folder of e-mail templates on disk: read, written, and watched in a browser."""

import hashlib
from collections.abc import Callable, Mapping
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from digest.domain.errors import Illegal

SUFFIXES = frozenset({".html", ".txt", ".css"})
Page = Callable[[Mapping[str, str]], tuple[str, str]]  # sources → HTML, and what is wrong or ""

_RELOAD = """<script>
let seen = null;
setInterval(async () => {
  const now = await fetch("/version").then(answer => answer.text(), () => seen);
  if (seen !== null && now !== seen) location.reload();
  seen = now;
}, 500);
</script>"""
_BANNER = (
    '<p style="position:sticky;top:0;margin:0;padding:12px 20px;background:#7f1d1d;color:#fff;'
    'font:16px/24px sans-serif">{}</p>'
)


def read_folder(folder: Path) -> dict[str, str]:
    """The templates under ``folder`` by relative path; ``Illegal`` where they can't be read."""
    if not folder.is_dir():
        raise Illegal(f"{folder} is no folder.")
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix in SUFFIXES]
    try:
        return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in paths}
    except (OSError, UnicodeDecodeError) as error:
        raise Illegal(f"The templates in {folder} can't be read as UTF-8 text: {error}.") from None


def write_folder(folder: Path, sources: Mapping[str, str]) -> None:
    """Write the sources under ``folder``; ``Illegal`` where one is there already."""
    there = [name for name in sources if (folder / name).exists()]
    if there:
        raise Illegal(f"{folder / there[0]} is there already; choose an empty folder.")
    try:
        for name, source in sources.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(source, "utf-8")
    except OSError as error:
        raise Illegal(f"{folder} can't be written: {error.strerror}.") from None


def server(folder: Path, page: Page, port: int) -> ThreadingHTTPServer:
    """A server on loopback whose page is made of the folder's templates, and made again when one
    of them changes; port 0 takes a free one."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/version":
                self._answer(_version(folder), "text/plain")
            elif self.path == "/":
                self._answer(_shown(folder, page), "text/html")
            else:
                self.send_error(404)

        def _answer(self, text: str, kind: str) -> None:
            body = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: the page tells."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def _shown(folder: Path, page: Page) -> str:
    try:
        html, fault = page(read_folder(folder))
    except Illegal as error:
        html, fault = "<!DOCTYPE html><html><body></body></html>", str(error)
    banner = _BANNER.format(escape(fault)) if fault else ""
    return html.replace("</body>", f"{banner}{_RELOAD}</body>", 1)


def _version(folder: Path) -> str:
    try:
        sources = read_folder(folder)
    except Illegal as error:
        return str(error)
    return hashlib.sha256(repr(sorted(sources.items())).encode()).hexdigest()
