"""Which briefs are in, in which order and under which heading, each with its reason."""

from datetime import timedelta
from uuid import UUID

import pytest

from digest.assemble.candidate import Candidate
from digest.assemble.groups import group_copies
from digest.assemble.ranking import Ranked, completeness, rank
from digest.assemble.screening import screen, screen_copies
from digest.assemble.sections import lay_out, section_name
from digest.domain.edition import BriefItem
from tests.unit.assemble.sample import NOW, TERMINAL, a_candidate, a_copy, a_story

WEEK = timedelta(days=7)


def objection(candidate: Candidate, used: dict[UUID, str] | None = None) -> str | None:
    fit, excluded = screen([candidate], used or {}, NOW, WEEK)
    assert len(fit) + len(excluded) == 1
    return excluded[0].why if excluded else None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"title": " "}, "has no title"),
        ({"url": ""}, "has no URL"),
        (
            {"wanted": ("World", "Trade"), "categories": ("Sport",)},
            "filtered by category: the list takes World, Trade from Northern Ledger; it has Sport",
        ),
        (
            {"published_at": NOW - WEEK - timedelta(hours=2)},
            "too old: out 7 d 2 h ago, 7 d at most",
        ),
        ({"arrived_at": NOW - timedelta(days=9)}, "too old: out 9 d ago, 7 d at most"),
    ],
)
def test_what_cannot_go_in_says_why(changes: dict, why: str) -> None:
    assert objection(a_candidate(1, **changes)) == why


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"wanted": ("world",), "categories": ("Sport", "World")},
        {"published_at": NOW - WEEK},
        {"published_at": NOW + timedelta(days=30)},  # a clock that is wrong
    ],
)
def test_what_can_go_in_is_let_in(changes: dict) -> None:
    assert objection(a_candidate(1, **changes)) is None


def test_a_brief_that_an_edition_carries_already_names_it() -> None:
    assert objection(a_candidate(1), {UUID(int=1): "No. 12"}) == "used before, in No. 12"


def test_a_copy_of_a_brief_in_the_edition_names_the_copy_that_readers_get() -> None:
    original = a_story(TERMINAL, 1)
    groups, excluded = screen_copies([a_copy(original, 2), original], {})
    assert [group.best for group in groups] == [original]
    assert [(it.id.int, it.why) for it in excluded] == [
        (2, f"duplicate of “{original.title}” at Northern Ledger")
    ]


def test_a_copy_of_what_a_recent_edition_carried_stays_out() -> None:
    original = a_story(TERMINAL, 1)
    groups, excluded = screen_copies([a_copy(original, 2)], {original: "No. 12"})
    assert groups == []
    assert [it.id.int for it in excluded] == [2]
    assert excluded[0].why.endswith("at Northern Ledger, sent in No. 12")


def ranked(*candidates: Candidate, sections: tuple[str, ...] = ()) -> list[int]:
    return [it.best.id.int for it in _rank(*candidates, sections=sections)]


def _rank(*candidates: Candidate, sections: tuple[str, ...] = ()) -> list[Ranked]:
    return rank(group_copies(candidates), NOW, sections)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({}, {"arrived_at": NOW - timedelta(hours=20)}),
        ({}, {"bullets": ()}),
        ({}, {"bullets": tuple(f"Menu entry {n}" for n in range(20))}),
        ({}, {"source_rank": 1}),
        ({"categories": ("World",)}, {"categories": ("Sport",)}),
        ({"categories": ("World",)}, {"categories": ("Trade",)}),
    ],
    ids=["newer", "with bullets", "not a menu", "source", "a section", "an earlier section"],
)
def test_the_better_brief_stands_first(better: dict, worse: dict) -> None:
    one, other = a_candidate(2, **better), a_candidate(1, **worse)
    sections = ("World", "Trade")
    assert ranked(one, other, sections=sections) == ranked(other, one, sections=sections) == [2, 1]


def test_equal_briefs_always_stand_in_the_same_order() -> None:
    briefs = [a_candidate(n) for n in range(1, 6)]
    assert ranked(*briefs) == ranked(*reversed(briefs)) == [1, 2, 3, 4, 5]


def test_the_reason_names_place_age_bullets_and_copies() -> None:
    original = a_story(TERMINAL, 1, arrived_at=NOW - timedelta(minutes=150))
    first = _rank(original, a_copy(original, 2), a_candidate(3, bullets=("One.",)))[0]
    assert first.why.startswith("1 of 2 by rank (0.")
    assert first.why.endswith("out 2 h 30 min ago, 4 bullets, source rank 0, best of 2 copies")


def test_three_bullets_are_complete_and_twenty_are_a_menu() -> None:
    assert completeness(["x"] * 3) == completeness(["x"] * 5) == 1
    assert completeness(["x"]) < completeness(["x"] * 2) < 1
    assert completeness(["x"] * 20) < completeness(["x"] * 2)


def item(number: int, *topics: str) -> BriefItem:
    return BriefItem(
        UUID(int=number), f"Title {number}", f"https://a.example/{number}", topics=topics
    )


def laid_out(*items: BriefItem, names: tuple[str, ...] = ()) -> list[tuple[str, list[int]]]:
    sections = lay_out(items, names)
    return [(section.name, [brief.id.int for brief in section.briefs]) for section in sections]


def test_the_lead_opens_and_sections_follow_in_the_lists_order() -> None:
    items = item(1, "Trade"), item(2, "trade"), item(3, "Sport"), item(4, "World", "Trade"), item(5)
    assert laid_out(*items, names=("World", "Trade", "Culture")) == [
        ("", [1, 5]),
        ("World", [4]),
        ("Trade", [2]),
        ("Sport", [3]),
    ]


def test_without_sections_of_the_list_categories_come_as_their_best_briefs_do() -> None:
    items = item(1, "A"), item(2, "Trade"), item(3, "World"), item(4, "TRADE")
    assert laid_out(*items) == [("", [1]), ("Trade", [2, 4]), ("World", [3])]


def test_no_briefs_make_no_section() -> None:
    assert laid_out() == []


def test_a_blank_category_is_none() -> None:
    assert section_name((" ", "Trade"), ()) == "Trade"
    assert section_name((" ",), ()) is None
