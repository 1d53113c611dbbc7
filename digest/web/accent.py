"""A list's colour as a style sheet, so that its pages look like its mails and no page needs
inline styles."""

import re

from fastapi import Response
from starlette.exceptions import HTTPException

from digest.domain.errors import Illegal
from digest.render.colors import palette
from digest.web.static_files import FOREVER

_USUAL = "#0b4f8a"  # what a list has unless it says otherwise
_HEX = re.compile(r"[0-9a-f]{6}")
_SHEET = """:root {{
  --accent: {accent}; --on-accent: {on_accent}; --link: {link};
}}
@media (prefers-color-scheme: dark) {{
  :root {{ --accent: {link_dark}; --on-accent: {on_link_dark}; --link: {link_dark}; }}
}}
"""


def accent_path(color: str) -> str:
    """The sheet of a colour written as ``#rgb`` or ``#rrggbb``; of the usual one for what is no
    colour, since nobody may be kept from leaving by it."""
    try:
        accent = palette(color)["accent"]
    except Illegal:
        accent = _USUAL
    return f"/accent/{accent.lstrip('#')}.css"


def accent_sheet(color: str) -> Response:
    """GET /accent/{color}.css, with six lower-case hexadecimal digits."""
    if not _HEX.fullmatch(color):
        raise HTTPException(404)
    sheet = _SHEET.format(**palette(f"#{color}"))
    return Response(sheet, media_type="text/css", headers={"Cache-Control": FOREVER})
