"""Editors change a draft, alone and at the same time, and take back what they did."""

from datetime import timedelta
from uuid import UUID

import pytest

from digest.actions.build_edition import build_edition
from digest.actions.edit_edition import Conflict, edit_edition
from digest.actions.edition_plan import BuildOutcome
from digest.actions.move_brief import move_brief
from digest.actions.put_in_brief import put_in_brief, write_brief
from digest.actions.undo_change import redo_change, undo_change
from digest.assemble.arrange import Direction
from digest.domain.changes import Change, SetBrief, SetWords, TakeOut
from digest.domain.edition import BriefItem
from digest.domain.errors import Illegal
from digest.store.editions import Edition, find_edition
from digest.store.engine import Database
from tests.builders import NOW
from tests.integration.editions.newsroom import HOUR, a_newsroom, publish
from tests.integration.editions.test_approval import a_draft, approve


def edition(db: Database, edition_id: UUID) -> Edition:
    with db.read() as session:
        return find_edition(session, edition_id)


def briefs(db: Database, edition_id: UUID) -> tuple[BriefItem, ...]:
    return edition(db, edition_id).content.briefs


def edit(db: Database, edition_id: UUID, wish: Change, seen: int, actor: str = "mira"):
    return edit_edition(db, edition_id, wish, seen_version=seen, now=NOW, actor=actor)


def test_words_are_changed_and_tidied_and_a_new_version_made(db: Database):
    a_newsroom(db)
    edition_id = a_draft(db)
    wish = SetWords(subject="  Ferries\nhalt\x00 ", intro="Good  morning.\n\n\n\nMore.")
    edited = edit(db, edition_id, wish, seen=1)
    row = edition(db, edition_id)
    assert (row.content.subject, row.content.intro) == ("Ferries halt", "Good morning.\n\nMore.")
    assert (edited.version, row.version, row.edited_by) == (2, 2, "mira")


def test_saving_what_is_there_already_changes_nothing(db: Database):
    a_newsroom(db)
    edition_id = a_draft(db)
    same = edition(db, edition_id).content
    edited = edit(db, edition_id, SetWords(subject=same.subject, preheader=same.preheader), seen=1)
    assert not edited.changed
    assert edition(db, edition_id).edited_at is None


def test_an_edited_draft_is_refreshed_no_more(db: Database):
    a_newsroom(db)
    edition_id = a_draft(db)
    edit(db, edition_id, SetWords(subject="Mine"), seen=1)
    publish(db, 9)
    result = build_edition(db, "daily", now=NOW + timedelta(minutes=5), actor="service")
    assert result.outcome is BuildOutcome.KEPT
    assert edition(db, edition_id).content.subject == "Mine"


def test_two_editors_at_different_parts_lose_nothing(db: Database):
    a_newsroom(db)
    edition_id = a_draft(db)
    first = briefs(db, edition_id)[0]
    edit(db, edition_id, SetBrief(first.id, title="By Mira", bullets=first.bullets), seen=1)
    both = SetBrief(first.id, title=first.title, bullets=("By Joss.",))
    edit(db, edition_id, both, seen=1, actor="joss")
    edit(db, edition_id, SetWords(subject="By Joss"), seen=1, actor="joss")
    now_is = edition(db, edition_id)
    assert now_is.content.briefs[0].title == "By Mira"
    assert now_is.content.briefs[0].bullets == ("By Joss.",)
    assert (now_is.content.subject, now_is.version) == ("By Joss", 4)


def test_two_editors_at_the_same_words_see_both(db: Database):
    a_newsroom(db)
    edition_id = a_draft(db)
    edit(db, edition_id, SetWords(subject="By Mira"), seen=1)
    with pytest.raises(Conflict, match="mira changed this meanwhile") as caught:
        edit(db, edition_id, SetWords(subject="By Joss"), seen=1, actor="joss")
    assert caught.value.mine == SetWords(subject="By Joss")
    assert [row.change for row in caught.value.theirs] == [SetWords(subject="By Mira")]
    assert edition(db, edition_id).content.subject == "By Mira"
    edit(db, edition_id, SetWords(subject="By Joss"), seen=2, actor="joss")
    assert edition(db, edition_id).content.subject == "By Joss"


def test_who_writes_the_same_as_another_is_in_nobodys_way(db: Database):
    a_newsroom(db)
    edition_id = a_draft(db)
    edit(db, edition_id, SetWords(subject="The same"), seen=1)
    assert not edit(db, edition_id, SetWords(subject="The same"), seen=1, actor="joss").changed


def test_a_refresh_under_an_editors_hands_takes_no_words_away(db: Database):
    a_newsroom(db)
    edition_id = a_draft(db)
    first = briefs(db, edition_id)[0]
    publish(db, 3)
    build_edition(db, "daily", now=NOW + timedelta(minutes=5), actor="service")
    assert edition(db, edition_id).version == 2
    as_seen = SetBrief(first.id, title="By Mira", bullets=first.bullets, teaser=first.teaser)
    edit(db, edition_id, as_seen, seen=1)
    titles = [brief.title for brief in briefs(db, edition_id)]
    assert "By Mira" in titles
    assert len(titles) == 3


def test_briefs_move_over_the_edges_of_sections(db: Database):
    a_newsroom(db, sections=("World",))
    for number, topics in ((1, ()), (2, ("World",)), (3, ("World",))):
        publish(db, number, categories=topics)
    edition_id = a_draft(db, 4)
    before = [brief.id for brief in briefs(db, edition_id)]

    def move(brief_id: UUID, direction: Direction) -> list[UUID]:
        seen = edition(db, edition_id).version
        move_brief(db, edition_id, brief_id, direction, seen_version=seen, now=NOW, actor="mira")
        return [brief.id for brief in briefs(db, edition_id)]

    last = before[-1]
    assert move(last, Direction.TOP) == [last, *before[:-1]]
    assert move(last, Direction.UP)[0] == last, "it can't go further"
    undo_change(db, edition_id, now=NOW, actor="mira")
    assert [brief.id for brief in briefs(db, edition_id)] == before
    named = next(s for s in edition(db, edition_id).content.sections if s.name == "World")
    move(named.briefs[0].id, Direction.UP)
    top = edition(db, edition_id).content.sections[0]
    assert top.briefs[-1].id == named.briefs[0].id


def test_what_was_taken_out_can_be_put_in_again(db: Database):
    a_newsroom(db)
    edition_id = a_draft(db)
    first, second = briefs(db, edition_id)
    edit(db, edition_id, TakeOut(first.id, "taken out by mira"), seen=1)
    assert first.id in {it.id for it in edition(db, edition_id).excluded}
    put_in_brief(db, edition_id, first.id, seen_version=2, now=NOW, actor="joss")
    assert [brief.id for brief in briefs(db, edition_id)] == [second.id, first.id]
    assert briefs(db, edition_id)[1].why == "put in by joss"


def test_a_brief_written_by_hand_names_its_own_site(db: Database):
    a_newsroom(db)
    edition_id = a_draft(db)
    url = "https://www.gazette.example/a?utm_source=x"
    brief_id = write_brief(db, title="By hand", url=url, bullets=["One."], now=NOW, actor="mira")
    put_in_brief(db, edition_id, brief_id, seen_version=1, now=NOW, actor="mira")
    added = briefs(db, edition_id)[-1]
    assert (added.title, added.source, added.bullets) == ("By hand", "gazette.example", ("One.",))
    with pytest.raises(Illegal, match="already; add it by its address"):
        write_brief(db, title="Again", url=url, now=NOW, actor="mira")


def test_undo_and_redo_walk_back_and_forth(db: Database):
    a_newsroom(db)
    edition_id = a_draft(db)
    began = edition(db, edition_id).content
    for place, subject in enumerate(("One", "Two"), start=1):
        edit(db, edition_id, SetWords(subject=subject), seen=place)

    def subject() -> str:
        return edition(db, edition_id).content.subject

    undo_change(db, edition_id, now=NOW, actor="joss")
    assert subject() == "One"
    undo_change(db, edition_id, now=NOW, actor="joss")
    assert edition(db, edition_id).content == began
    with pytest.raises(Illegal, match="nothing to take back"):
        undo_change(db, edition_id, now=NOW, actor="joss")
    redo_change(db, edition_id, now=NOW, actor="joss")
    assert subject() == "One"
    redo_change(db, edition_id, now=NOW, actor="joss")
    assert subject() == "Two"
    with pytest.raises(Illegal, match="nothing to do again"):
        redo_change(db, edition_id, now=NOW, actor="joss")


def test_nothing_is_taken_back_from_under_a_later_change(db: Database):
    a_newsroom(db)
    edition_id = a_draft(db)
    edit(db, edition_id, SetWords(subject="One"), seen=1)
    edit(db, edition_id, SetWords(subject="Two"), seen=2, actor="joss")
    first = undo_change(db, edition_id, now=NOW, actor="mira")
    redo_change(db, edition_id, now=NOW, actor="mira")
    assert first.actor == "joss"
    from digest.store.edition_changes import changes_since

    with db.read() as session:
        oldest = changes_since(session, edition_id)[-1]
    with pytest.raises(Conflict, match="joss changed this meanwhile"):
        undo_change(db, edition_id, now=NOW, actor="mira", change_id=oldest.id)


def test_what_is_approved_can_be_changed_no_more(db: Database, settings):
    a_newsroom(db)
    edition_id = a_draft(db)
    edit(db, edition_id, SetWords(subject="Mine"), seen=1)
    approve(db, settings, edition_id)
    for act in (
        lambda: edit(db, edition_id, SetWords(subject="Late"), seen=2),
        lambda: undo_change(db, edition_id, now=NOW, actor="mira"),
    ):
        with pytest.raises(Illegal, match="is approved: it can't be changed"):
            act()


def test_a_brief_that_arrived_later_and_was_put_in_is_not_sent_again(db: Database, settings):
    a_newsroom(db)
    edition_id = a_draft(db)
    late = publish(db, 7, arrived_at=NOW + HOUR)
    put_in_brief(db, edition_id, late, seen_version=1, now=NOW + HOUR, actor="mira")
    approve(db, settings, edition_id)
    publish(db, 8, arrived_at=NOW + HOUR)
    after = build_edition(db, "daily", now=NOW + 2 * HOUR, actor="service")
    assert after.content is not None
    assert late not in {brief.id for brief in after.content.briefs}
    assert "used before" in next(it.why for it in after.excluded if it.id == late)
