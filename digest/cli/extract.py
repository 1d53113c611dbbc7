"""``digest extract``: what a page says, and why it was read so."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from digest.cli.context import console, print_json, print_json_line, settings
from digest.collect.extract import Candidate, Explanation
from digest.collect.extract import explain as explain_page
from digest.domain.brief import Extracted
from digest.domain.errors import Illegal, NotFound

_LARGEST = 10_000_000  # bytes of a file or of standard input


def extract(
    targets: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH|URL|-...", help="A saved page, an address, or - for standard input."
        ),
    ],
    base_url: Annotated[
        str | None, typer.Option(metavar="U", help="The page's own address: the base of its links.")
    ] = None,
    json: Annotated[
        bool,
        typer.Option("--json", help="For programs: one object; a line each for several pages."),
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show the candidates, their scores and every block.")
    ] = False,
) -> None:
    """Show the title, key points, body and related stories of a page (HTML, text or Markdown).

    Example: digest extract page.html --base-url https://news.example/briefs/1 --json
    """
    for target in targets:
        found = _read(target, base_url)
        if json:
            write = print_json if len(targets) == 1 else print_json_line
            write(as_json(found.extracted) | (_why(found) if explain else {}))
            continue
        _show(found.extracted)
        if explain:
            _show_reasons(found)


def as_json(page: Extracted) -> dict[str, Any]:
    """The stable form that programs read; ``published`` is ISO 8601 in UTC."""
    published = page.published.isoformat().replace("+00:00", "Z") if page.published else None
    return {
        "title": page.title,
        "url": page.url,
        "published": published,
        "author": page.author,
        "language": page.language,
        "bluf": list(page.bluf),
        "body": list(page.body),
        "related": [
            {"title": story.title, "url": story.url, "teaser": story.teaser}
            for story in page.related
        ],
    }


def _read(target: str, base_url: str | None) -> Explanation:
    if target.lower().startswith(("http://", "https://")):
        return _fetched(target, base_url)
    if target == "-":
        return explain_page(
            _bounded(sys.stdin.buffer.read(_LARGEST + 1), "The input"), url=base_url
        )
    return explain_page(_file(Path(target)), url=base_url)


def _fetched(url: str, base_url: str | None) -> Explanation:
    from digest.fetch import Fetcher

    response = Fetcher(settings()).get(url)
    return explain_page(
        response.body,
        url=base_url or response.url,
        content_type=response.content_type,
        charset=response.charset,
    )


def _file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return _bounded(file.read(_LARGEST + 1), str(path))
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}; give a path, a URL or - for input.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Illegal(f"{path} can't be read ({reason}); give a file that holds a page.") from None


def _bounded(data: bytes, name: str) -> bytes:
    if len(data) > _LARGEST:
        raise Illegal(f"{name} is larger than {_LARGEST // 1_000_000} MB; no page is so long.")
    return data


def _why(found: Explanation) -> dict[str, Any]:
    """What ``--explain`` adds to the JSON."""
    return {
        "form": found.form,
        "candidates": [
            {
                "chosen": one.chosen,
                "score": one.score,
                "label": one.label,
                "bullets": list(one.bullets),
                "reasons": [{"rule": why.rule, "points": why.points} for why in one.reasons],
            }
            for one in found.candidates
        ],
    }


def _show(page: Extracted) -> None:
    """The page as a person would want to read it."""
    _line(page.title or "(no title)", style="bold")
    day = f"{page.published:%Y-%m-%d %H:%M} UTC" if page.published else None
    facts = [one for one in (page.author, day, page.language, page.url) if one]
    if facts:
        _line(" · ".join(facts), style="dim")
    _line("")
    for bullet in page.bluf:
        _line(f"  • {bullet}")
    if not page.bluf:
        _line("  (no key points)", style="dim")
    for paragraph in page.body:
        _line(f"\n{paragraph}")
    for story in page.related:
        _line(f"\n→ {story.title}" + (f"  {story.url}" if story.url else ""), style="cyan")
        if story.teaser:
            _line(f"  {story.teaser}")


def _show_reasons(found: Explanation) -> None:
    """Every candidate with the rules that spoke, then what became of each block."""
    _line(f"\nRead as {found.form}. Candidates for key points:", style="bold")
    for one in sorted(found.candidates, key=lambda one: -one.score):
        _show_candidate(one)
    if not found.candidates:
        _line("  none")
    table = Table("became", "form", "text", box=None, header_style="dim")
    for block, became in found.blocks:
        table.add_row(Text(became), Text(block.kind.value), Text(block.text[:80]))
    _line("\nBlocks:", style="bold")
    console.print(table)


def _show_candidate(one: Candidate) -> None:
    mark, style = ("chosen", "green") if one.chosen else ("      ", "")
    label = f"“{one.label}”" if one.label else "no label"
    count = f"{len(one.bullets)} point{'s' if len(one.bullets) != 1 else ''}"
    _line(f"  {one.score:+6.1f} {mark} {label}, {count}: {one.bullets[0][:60]}", style=style)
    for why in one.reasons:
        _line(f"         {why.points:+5.1f} {why.rule}", style="dim")


def _line(text: str, *, style: str = "") -> None:
    console.print(Text(text, style=style), soft_wrap=True)
