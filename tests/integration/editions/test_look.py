"""How a list looks is changed by a command, and approved editions keep the look that they had."""

import pytest
from sqlalchemy import JSON, Uuid, column, table, update
from sqlalchemy.dialects.postgresql import JSONB

from digest.actions.approve_edition import approve_edition
from digest.actions.build_edition import build_edition
from digest.actions.change_look import change_look
from digest.actions.preview_edition import preview_edition
from digest.actions.read_edition import find_public_edition, render_page
from digest.actions.renditions import edition_values
from digest.domain.edition import Layout
from digest.domain.errors import Illegal
from digest.render.weight import transferred_size
from digest.settings import Settings
from digest.store.editions import find_edition
from digest.store.engine import Database
from tests.builders import NOW
from tests.integration.editions.newsroom import a_newsroom, publish


def draft(db: Database):
    return build_edition(db, "daily", now=NOW, actor="ana").edition_id


def change(db: Database, **changes) -> list[str]:
    return change_look(db, "daily", changes, now=NOW, actor="ana")


def test_a_new_layout_shows_in_drafts_and_not_in_what_is_approved(
    db: Database, settings: Settings
) -> None:
    a_newsroom(db)
    publish(db, 1, title="Ferries halt")
    edition = draft(db)
    change(db, layout="compact", accent_color="#7a1f3d")
    compact = preview_edition(db, settings, edition)
    assert "line-link" in compact.html
    assert "#7a1f3d" in compact.html
    approve_edition(db, settings, edition, now=NOW, actor="ana")
    change(db, layout="full")
    assert preview_edition(db, settings, edition) == compact


def test_what_cannot_be_is_refused_and_nothing_changes(db: Database, settings: Settings) -> None:
    a_newsroom(db)
    for wrong, said in (
        ({"layout": "poster"}, "full, compact, single"),
        ({"accent_color": "red"}, "#0b4f8a"),
        ({"logo_url": "javascript:alert(1)"}, "https"),
        ({"size_budget": 102_000}, "101,999"),
        ({"slug": "other"}, "look has no slug"),
    ):
        with pytest.raises(Illegal, match=said):
            change(db, **wrong)
    publish(db, 1)
    branding = preview_edition(db, settings, draft(db))
    assert "#0b4f8a" in branding.html


def test_a_colour_that_cannot_be_read_is_kept_for_bars_and_said(db: Database) -> None:
    a_newsroom(db)
    (remark,) = change(db, accent_color="#ffd400")
    assert "1.4 to 1" in remark
    assert change(db, accent_color="#0b4f8a") == []


def test_the_web_page_holds_what_did_not_fit_into_the_mail(
    db: Database, settings: Settings
) -> None:
    a_newsroom(db, max_items=20)
    long = "A harbour that opens late is a harbour that stays shut for most of us. " * 12
    for number in range(20):
        publish(db, number, title=f"Long read {number:02}", bullets=(long + "A.", long + "B."))
    change(db, size_budget=30_000)
    edition = draft(db)
    mail = preview_edition(db, settings, edition)
    assert transferred_size(mail.html, mail.marker) <= 30_000
    assert len(mail.dropped.briefs) > 5
    approve_edition(db, settings, edition, now=NOW, actor="ana")
    page = render_page(find_public_edition(db, settings, edition), settings).html
    assert page.count("A harbour that opens late") > mail.html.count("A harbour that opens late")
    assert page.count('class="points"') == 20


def test_an_edition_frozen_before_there_were_layouts_is_still_what_was_approved(
    db: Database, settings: Settings
) -> None:
    a_newsroom(db)
    publish(db, 1)
    edition_id = draft(db)
    approve_edition(db, settings, edition_id, now=NOW, actor="ana")
    with db.begin() as session:
        row = find_edition(session, edition_id)
        frozen = edition_values(session, settings, row).digest
        old = {"name": row.branding.name, "postal_address": row.branding.postal_address}
        old |= {
            name: getattr(row.branding, name)
            for name in ("accent_color", "from_name", "from_address", "reply_to", "list_id")
        }
        old |= {"bounce_domain": row.branding.bounce_domain, "layout": "standard"}
        rows = table(
            "edition",
            column("id", Uuid),
            column("branding", JSON().with_variant(JSONB(), "postgresql")),
        )
        session.execute(update(rows).where(rows.c.id == edition_id).values(branding=old))
    with db.read() as session:
        values = edition_values(session, settings, find_edition(session, edition_id))
        assert values.branding.layout is Layout.FULL
        assert values.digest == frozen
