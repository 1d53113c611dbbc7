"""How a list's editions look and what keeps them back, changed without touching a template."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from digest.domain.edition import Layout
from digest.domain.errors import Illegal
from digest.render.colors import AA, contrast, palette
from digest.render.links import safe_url
from digest.render.weight import CLIPPED_AT
from digest.store import audit
from digest.store.engine import Database
from digest.store.lists import MailingList, find_list

LEAST_BUDGET = 20_000  # octets: the frame alone has near 10,000
LOOKS = frozenset(
    {
        "accent_color",
        "faults_block",
        "footer_text",
        "is_indexed",
        "layout",
        "logo_alt",
        "logo_url",
        "show_images",
        "size_budget",
    }
)


def change_look(
    db: Database, slug: str, changes: Mapping[str, Any], *, now: datetime, actor: str
) -> list[str]:
    """Set columns of ``LOOKS``; editions that are approved keep their look.

    Gives sentences on what will look different from what was asked, such as a colour that can't be
    read as it is. ``Illegal`` for a value that can't be.
    """
    unknown = changes.keys() - LOOKS
    if unknown:
        raise Illegal(f"A list's look has no {min(unknown)}; it has {', '.join(sorted(LOOKS))}.")
    with db.begin() as session:
        mailing_list = find_list(session, slug)
        if not changes:
            return list(_remarks(mailing_list))
        before = {name: getattr(mailing_list, name) for name in changes}
        for name, value in changes.items():
            setattr(mailing_list, name, value)
        _check(mailing_list)
        audit.record(
            session,
            now=now,
            actor=actor,
            action="changed the look of",
            noun="mailing_list",
            noun_id=mailing_list.id,
            before=before,
            after=dict(changes),
        )
        return list(_remarks(mailing_list))


def _check(mailing_list: MailingList) -> None:
    palette(mailing_list.accent_color)
    if mailing_list.layout not in set(Layout):
        raise Illegal(
            f"There is no layout {mailing_list.layout!r}; there are: {', '.join(Layout)}."
        )
    if mailing_list.logo_url and safe_url(mailing_list.logo_url) is None:
        raise Illegal(f"The logo {mailing_list.logo_url!r} is no https:// address.")
    if not LEAST_BUDGET <= mailing_list.size_budget < CLIPPED_AT:
        raise Illegal(
            f"A size budget of {mailing_list.size_budget:,} bytes can't be kept; give one from "
            f"{LEAST_BUDGET:,} to {CLIPPED_AT - 1:,}."
        )


def _remarks(mailing_list: MailingList) -> Iterator[str]:
    colors = palette(mailing_list.accent_color)
    if colors["link"] != colors["accent"]:
        ratio = contrast(colors["accent"], "#ffffff")
        yield (
            f"{colors['accent']} on white has a contrast of {ratio:.1f} to 1, and text needs {AA}; "
            f"links are written in {colors['link']}, bars and buttons keep your colour."
        )
    if mailing_list.logo_url and not mailing_list.logo_alt:
        yield f"The logo has no text of its own; readers without images see {mailing_list.name!r}."
