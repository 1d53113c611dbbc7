"""Templates made into answers, and the plain page for each thing that can go wrong."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from digest.clock import zone, zone_word
from digest.operate.spans import length
from digest.web.moments import when
from digest.web.static_files import StaticFiles

_FOLDER = Path(__file__).parent / "templates"

# Status: heading, text. All that a reader learns; the log has the rest.
PROBLEMS: Mapping[int, tuple[str, str]] = {
    400: ("That didn’t come through", "Nothing was changed. Please go back and try once more."),
    401: ("Please sign in", "Nothing was changed."),
    403: ("You may not do that", "Nothing was changed."),
    404: (
        "There is nothing here",
        "The link may be incomplete. Please use the one in your latest mail, as a whole.",
    ),
    405: ("That can’t be done here", "Nothing was changed."),
    410: ("This edition was withdrawn", "The newsroom took it back, and it can’t be read here."),
    413: (
        "That was too much",
        "What was sent is larger than this page takes. Nothing was changed.",
    ),
    429: ("That was too often", "Please wait a little and try again."),
    500: ("Something went wrong", "That is our fault. Please try again in a few minutes."),
    503: ("Back in a moment", "We can’t answer just now. Please try again in a minute."),
}


class Pages:
    """Fills the templates of ``digest/web/templates``."""

    def __init__(self, static: StaticFiles, public_url: str) -> None:
        """``public_url`` may have a path, under which a proxy shows the pages."""
        self.base = urlsplit(public_url).path
        self._environment = _environment(static, self.base)

    def page(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """The template filled with ``values``."""
        return HTMLResponse(self.part(template, **values), status_code=status)

    def part(self, template: str, **values: Any) -> str:
        """The same as text."""
        return self._environment.get_template(template).render(values)

    def problem(self, status: int) -> HTMLResponse:
        """The plain page of a status; the same for all that end in it."""
        heading, text = problem_of(status)
        answer = self.page("problem.html", status=status, heading=heading, text=text)
        if status == 503:
            answer.headers["Retry-After"] = "30"
        return answer


@lru_cache(maxsize=8)
def _environment(static: StaticFiles, base: str) -> Environment:
    """Keeps each template that was compiled, for all applications of a process."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(base=base, static=lambda name: base + static[name])
    environment.filters.update(
        day=_day, when=when, length_of=length, n=thousands, zone_word=zone_word
    )
    return environment


def thousands(n: int | float) -> str:
    """``12,345``."""
    return f"{n:,}"


def problem_of(status: int) -> tuple[str, str]:
    """Heading and text of a status."""
    return PROBLEMS.get(status, PROBLEMS[500 if status >= 500 else 400])


def _day(moment: datetime, zone_name: str) -> str:
    local = moment.astimezone(zone(zone_name))
    return f"{local.day} {local:%B %Y}"
