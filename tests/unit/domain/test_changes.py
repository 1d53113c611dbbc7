"""Every change of a draft can be taken back, and says what it is about."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.domain.changes import (
    Change,
    DropSection,
    NameSection,
    PlaceBrief,
    PlaceSection,
    PutIn,
    SetBrief,
    SetWords,
    TakeOut,
    apply,
    rewind,
    touched,
)
from digest.domain.draft import Draft, Spot
from digest.domain.edition import BriefItem, Excluded, Section
from digest.domain.errors import Illegal
from tests.builders import some_content

FERRIES, RAIL, HARBOUR, ABSENT = (UUID(int=n) for n in range(4))


def a_brief(brief_id: UUID, title: str) -> BriefItem:
    return BriefItem(brief_id, title, f"https://ledger.example/{title}", bullets=("One.", "Two."))


def a_draft() -> Draft:
    sections = (
        Section("", (a_brief(FERRIES, "ferries"), a_brief(RAIL, "rail"))),
        Section("World", (a_brief(HARBOUR, "harbour"),)),
        Section("Later", ()),
    )
    return Draft(some_content(sections=sections), (Excluded(ABSENT, "absent", "too old"),))


SPOTS = st.builds(Spot, st.sampled_from(["", "World", "Later"]), st.integers(0, 3))
IDS = st.sampled_from([FERRIES, RAIL, HARBOUR])
WORDS = st.one_of(st.none(), st.text(min_size=1, max_size=20))
CHANGES = st.one_of(
    st.builds(SetWords, subject=WORDS, preheader=WORDS, intro=WORDS),
    st.builds(SetBrief, IDS, title=WORDS, teaser=WORDS, bullets=st.just(("Three.",))),
    st.builds(PlaceBrief, IDS, SPOTS),
    st.builds(PutIn, st.just(a_brief(ABSENT, "absent")), SPOTS),
    st.builds(TakeOut, IDS, st.just("taken out by mira")),
    st.builds(PlaceSection, st.sampled_from(["World", "New"]), st.integers(0, 4)),
    st.builds(DropSection, st.just("Later")),
    st.builds(NameSection, st.just("World"), st.just("Abroad")),
)


@given(CHANGES)
def test_the_inverse_of_a_change_gives_the_draft_as_it_was(change: Change):
    draft = a_draft()
    applied = apply(change, draft)
    assert rewind(applied.draft, [applied.inverse]) == draft


@given(st.lists(CHANGES, max_size=8))
def test_a_row_of_changes_is_taken_back_from_its_end(changes: list[Change]):
    draft, inverses = a_draft(), []
    for change in changes:
        try:
            applied = apply(change, draft)
        except Illegal:
            continue  # a brief that was taken out before
        draft = applied.draft
        inverses.insert(0, applied.inverse)
    assert rewind(draft, inverses) == a_draft()


def test_a_brief_taken_out_is_named_among_those_left_out():
    draft = apply(TakeOut(RAIL, "taken out by mira"), a_draft()).draft
    assert not draft.holds(RAIL)
    assert draft.exclusion(RAIL) == Excluded(RAIL, "rail", "taken out by mira")


def test_a_brief_put_in_is_left_out_no_more():
    draft = apply(PutIn(a_brief(ABSENT, "absent"), Spot("World", 0)), a_draft()).draft
    assert draft.spot(ABSENT) == Spot("World", 0)
    assert draft.exclusion(ABSENT) is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (PutIn(a_brief(RAIL, "rail"), Spot("", 0)), "in the edition already"),
        (DropSection("World"), "There are briefs under “World”"),
        (DropSection("Sport"), "There is no section “Sport”"),
        (NameSection("World", "Later"), "There is a section “Later” already"),
        (SetBrief(ABSENT, title="x"), "not in the edition any more"),
        (SetBrief(RAIL, title=""), "A brief needs a headline"),
        (SetWords(subject=""), "An edition needs a subject"),
    ],
)
def test_what_makes_no_sense_is_refused(change: Change, why: str):
    with pytest.raises(Illegal, match=why):
        apply(change, a_draft())


def test_changes_of_different_parts_have_nothing_in_common():
    title, bullets = SetBrief(RAIL, title="x"), SetBrief(RAIL, bullets=("x",))
    assert not touched(title) & touched(bullets)
    assert not touched(title) & touched(SetBrief(FERRIES, title="x"))
    assert not touched(title) & touched(PlaceBrief(RAIL, Spot("", 0)))
    assert touched(title) & touched(TakeOut(RAIL, None))
