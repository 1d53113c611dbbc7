"""The same brief on two sites is one story; two stories on one topic stay two."""

import time
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.assemble.candidate import Candidate
from digest.assemble.groups import group_copies
from tests.unit.assemble.sample import (
    METER,
    NOW,
    RATES,
    TERMINAL,
    a_candidate,
    a_copy,
    a_story,
    straight,
)

REWORDED = "Underwriters still ask for twice the premium, and small shippers stay at sea for it."


def groups_of(*candidates: Candidate) -> list[set[int]]:
    return sorted(
        {copy.id.int for copy in (group.best, *group.others)} for group in group_copies(candidates)
    )


def reworded(bullets: tuple[str, ...]) -> tuple[str, ...]:
    return (bullets[0], REWORDED, *bullets[2:])


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "ANALYSIS | Ostmark’s Grain Terminal Loads Ships Again"},
        {"title": "Opinion — Ostmark's grain terminal loads ships again"},
        {"title": "Ostmark’s Grain Terminal Loads Ships Again | Selt Dispatch"},
        {"title": "Varda: after nine weeks, wheat"},  # another headline altogether
        {"bullets": reworded(TERMINAL["bullets"])},
        {"bullets": straight(TERMINAL["bullets"]), "body": straight(TERMINAL["body"])},
        {"bullets": ()},
        {"body": ()},
        {"body": TERMINAL["body"][:1]},
        {"body": ("VARDA (Selt Dispatch) — " + TERMINAL["body"][0], *TERMINAL["body"][1:])},
        {
            "title": "ANALYSIS | Ostmark's Grain Terminal Loads Ships Again",
            "bullets": straight(reworded(TERMINAL["bullets"])),
            "body": straight(TERMINAL["body"]),
        },
    ],
    ids=lambda changes: "+".join(changes),
)
def test_a_copy_on_another_site_is_the_same_story(changes: dict) -> None:
    original = a_story(TERMINAL, 1)
    copy = a_copy(original, 2, **changes)
    assert groups_of(original, copy, a_story(RATES, 3), a_story(METER, 4)) == [{1, 2}, {3}, {4}]


@pytest.mark.parametrize(
    "url",
    ["http://ledger.example/briefs/1", "https://www.ledger.example/briefs/1/#top"],
)
def test_one_page_under_two_addresses_is_one_story(url: str) -> None:
    original = a_story(TERMINAL, 1)
    assert groups_of(original, a_candidate(2, url=url)) == [{1, 2}]


FOLLOW_UP = {
    "title": "Ostmark’s Grain Terminal Loads Ships Again, but Slowly",
    "bullets": (
        "Only two ships a day can be loaded at Varda, because the conveyor runs at a third of its "
        "speed until a bearing comes from abroad.",
        "The Selt islands have begun to ration flour to bakeries on the outer isles.",
        "A report on the fire that closed the terminal in January is due on Friday.",
    ),
    "body": (
        "Captains who hurried to Varda after Sunday’s reopening now lie at anchor in the bay. "
        "Eleven were counted from the lighthouse on Wednesday; the last in the row may wait for "
        "six days, its agent says, and each of them costs as much as the wheat earns.",
    ),
}
RATES_BY_50 = {
    "title": "Ostmark’s Central Bank Raises Its Rate by 50 Points",
    "bullets": (
        "The central bank of Ostmark raised its main rate by 50 points to 4.75 percent, the fourth "
        "rise in a row, and said that prices for bread and fuel leave it no choice.",
        "Exporters had asked for a pause, since the mark has gained a tenth in value this winter.",
        "The governor did not rule out a further step in June.",
    ),
    "body": RATES["body"],
}
TWO_BANKS = {
    "title": "Norholm’s Central Bank Raises Its Rate by 25 Points",
    "bullets": (
        "Norholm follows its neighbour: its main rate goes up by 25 points, although inflation "
        "there is the lowest on the coast.",
        "Fishermen who borrow for the spring season pay most of it.",
    ),
    "body": (
        "The decision came after a night of talks and surprised nobody who had watched the krone "
        "slide. Savings banks promised to pass on the whole step, which they seldom do.",
    ),
}


@pytest.mark.parametrize(
    ("one", "other"),
    [(TERMINAL, FOLLOW_UP), (RATES, RATES_BY_50), (RATES, TWO_BANKS), (TERMINAL, RATES)],
    ids=["follow-up", "other figures", "other bank", "same country"],
)
def test_two_stories_on_one_topic_stay_two(one: dict, other: dict) -> None:
    assert groups_of(a_story(one, 1), a_story(other, 2)) == [{1}, {2}]


def test_a_column_of_the_same_name_is_a_new_story_each_day() -> None:
    monday = a_story(METER, 1, title="The Morning Briefing")
    tuesday = a_story(TERMINAL, 2, title="The Morning Briefing")
    assert groups_of(monday, tuesday) == [{1}, {2}]


def test_reports_from_one_mould_with_other_figures_stay_apart() -> None:
    def report(number: int, figures: tuple[int, ...]) -> Candidate:
        text = (
            "The index of the Varda exchange closed at {} points, {} more than on the day before. "
            "Shares of {} companies rose and those of {} fell, while the turnover came to {} "
            "million marks. A barrel of oil cost {} marks at noon, and the mark was quoted at {}."
        )
        return a_candidate(
            number, title="Markets at the Close", bullets=(), body=(text.format(*figures),)
        )

    one = report(1, (8120, 31, 44, 12, 970, 78, 113))
    other = report(2, (8093, 27, 19, 40, 884, 81, 112))
    assert groups_of(one, other) == [{1}, {2}]


def test_a_notice_that_stands_on_every_page_joins_nothing() -> None:
    notice = "Subscribers of the Northern Ledger can read this brief and all others in full. " * 2
    pages = [
        a_candidate(n, bullets=a_candidate(n).bullets, body=(notice, f"own{n} " * 40))
        for n in range(1, 30)
    ]
    assert len(group_copies(pages)) == 29


def test_without_any_text_only_the_very_same_title_counts() -> None:
    bare = {"bullets": (), "body": (), "teaser": ""}
    title = "Kell Valley Councils Agree to Share One Water Meter"
    one = a_candidate(1, title=title, **bare)
    same = a_candidate(2, title=f"NEWS | {title}", **bare)
    like = a_candidate(3, title=title.replace("Agree", "Refuse"), **bare)
    assert groups_of(one, same, like) == [{1, 2}, {3}]
    short = [a_candidate(n, title="Weather", **bare) for n in (1, 2)]
    assert groups_of(*short) == [{1}, {2}]


def test_texts_without_spaces_between_words_are_compared_as_well() -> None:
    text = "北方港口的粮食码头在火灾九周之后重新开放三艘船已于周日离港保险公司仍未降低费率"
    one = a_candidate(1, title="粮食码头重新开放", bullets=(text,), body=())
    copy = a_candidate(2, title="分析：粮食码头重新开放", bullets=(text + "。",), body=())
    assert groups_of(one, copy) == [{1, 2}]


BEST = a_story(TERMINAL, 1)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"source_rank": 0, "bullets": ()}, {"source_rank": 1}),
        ({}, {"bullets": TERMINAL["bullets"][:2]}),
        ({}, {"body": TERMINAL["body"][:1]}),
        ({"arrived_at": NOW - timedelta(hours=3)}, {"arrived_at": NOW - timedelta(hours=2)}),
        ({"id": BEST.id}, {}),
    ],
    ids=["source rank", "bullets", "body", "earlier", "id"],
)
def test_the_better_copy_is_chosen(better: dict, worse: dict) -> None:
    chosen = replace(BEST, **better)
    other = a_copy(BEST, 2, **({"source_rank": 0} | worse))
    for order in permutations((chosen, other)):
        (group,) = group_copies(order)
        assert group.best is chosen
        assert [(also.source, also.url) for also in group.also] == [("Selt Dispatch", other.url)]


@given(st.data())
def test_every_candidate_is_in_exactly_one_group_in_whatever_order(data: st.DataObject) -> None:
    stories = [a_story(TERMINAL, 1), a_story(RATES, 2), a_candidate(3), a_candidate(4)]
    copies = [
        a_copy(
            data.draw(st.sampled_from(stories)), number, source_rank=data.draw(st.integers(0, 2))
        )
        for number in range(10, 10 + data.draw(st.integers(0, 6)))
    ]
    candidates = data.draw(st.permutations([*stories, *copies]))
    groups = group_copies(candidates)
    members = [copy.id for group in groups for copy in (group.best, *group.others)]
    assert sorted(members) == sorted(candidate.id for candidate in candidates)
    assert len(groups) == len(stories)
    assert groups == group_copies(sorted(candidates, key=lambda it: it.id))


def test_two_thousand_briefs_are_grouped_in_about_a_second() -> None:
    originals = [
        a_candidate(n, body=(a_candidate(n).body[0] + " filler" * 120,)) for n in range(1000)
    ]
    copies = [a_copy(it, 5000 + it.id.int) for it in originals]
    began = time.process_time()
    groups = group_copies([*originals, *copies])
    assert time.process_time() - began < 2.5  # the machine may be busy; a square would take minutes
    assert len(groups) == 1000
