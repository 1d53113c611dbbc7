"""Editions on a terminal and as JSON."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from digest.actions.show_edition import EditionView
from digest.domain.edition import BriefItem, Dropped, EditionContent, Excluded
from digest.domain.states import Stream


def as_document(
    edition_id: UUID | None,
    slug: str,
    stream: Stream,
    run_id: UUID | None,
    content: EditionContent | None,
    excluded: Sequence[Excluded],
) -> dict[str, Any]:
    """What programs read of an edition; without one, ``edition`` and ``subject`` are null."""
    return {
        "edition": edition_id,
        "list": slug,
        "stream": stream,
        "run": run_id,
        "subject": content.subject if content else None,
        "briefs": [_brief_document(brief) for brief in content.briefs] if content else [],
        "excluded": [{"id": it.id, "title": it.title, "why": it.why} for it in excluded],
    }


def as_page(view: EditionView, dropped: Dropped | None = None) -> RenderableType:
    """An edition with the reason for everything that is in it, and for what is not."""
    content = view.content
    title = f"[bold]{escape(content.list_name)}[/] No. {view.number} · {view.state} · {view.id}"
    head = Table.grid(padding=(0, 2))
    facts = [*_facts(view), *([("did not fit", str(dropped))] if dropped else [])]
    for label, value in facts:
        head.add_row(Text(label, style="dim"), Text(value))
    return Group(
        Text.from_markup(title), head, *_sections(content), *_more(content), *_out(view.excluded)
    )


def as_rows(views: Sequence[EditionView]) -> Table:
    """Editions, one a line."""
    table = Table("edition", "list", "no.", "state", "built", "briefs", "subject", box=None)
    for view in views:
        built = f"{view.built_at:%Y-%m-%d %H:%M}"
        table.add_row(
            str(view.id),
            view.list_slug,
            str(view.number),
            view.state.value,
            built,
            str(len(view.content.briefs)),
            Text(view.content.subject),
        )
    return table


def _brief_document(brief: BriefItem) -> dict[str, Any]:
    return {
        "id": brief.id,
        "title": brief.title,
        "bullets": brief.bullets,
        "related": [
            {"title": story.title, "teaser": story.teaser, "url": story.url}
            for story in brief.related
        ],
        "why": brief.why,
    }


def _facts(view: EditionView) -> Iterator[tuple[str, str]]:
    yield "subject", view.content.subject
    yield "preheader", view.content.preheader
    yield (
        "briefs that arrived",
        f"{view.window_after:%Y-%m-%d %H:%M} to " + (f"{view.window_until:%Y-%m-%d %H:%M} UTC"),
    )
    yield "version", f"{view.version}, built {view.built_at:%Y-%m-%d %H:%M} UTC"
    if view.edited_at is not None:
        yield "edited", f"{view.edited_at:%Y-%m-%d %H:%M} UTC by {view.edited_by}"
    if view.approved_at is not None:
        yield "approved", f"{view.approved_at:%Y-%m-%d %H:%M} UTC by {view.approved_by}"


def _sections(content: EditionContent) -> Iterator[RenderableType]:
    for section in content.sections:
        yield Text(f"\n{section.name or 'Top'}", style="bold underline")
        for brief in section.briefs:
            yield _brief(brief)


def _brief(brief: BriefItem) -> RenderableType:
    text = Text(brief.title, style="bold")
    text.append(f"\n{brief.url}", style="cyan not bold")
    for bullet in brief.bullets:
        text.append(f"\n • {bullet}", style="not bold")
    for copy in brief.also:
        text.append(f"\n   also at {copy.source}: {copy.url}", style="not bold")
    for story in brief.related:
        text.append(f"\n   related: {story.title}", style="not bold")
    text.append(f"\n   {brief.why}", style="dim not bold")
    return Padding(text, (0, 0, 1, 2))


def _more(content: EditionContent) -> Iterator[RenderableType]:
    if content.more:
        yield Text(f"{len(content.more)} more", style="bold underline")
        yield from (Text(f"  {link.title}") for link in content.more)


def _out(excluded: Sequence[Excluded]) -> Iterator[RenderableType]:
    if not excluded:
        return
    yield Text(f"\n{len(excluded)} left out", style="bold underline")
    for it in excluded:
        line = Text(f"  {it.title or it.id}")
        line.append(f"\n     {it.why}", style="dim")
        yield line
