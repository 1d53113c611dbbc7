"""A whole edition: every brief that arrived is accounted for, once, with a reason."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.assemble.candidate import Candidate, EditionRules
from digest.assemble.edition import MOST_MORE, Heading, Material, assemble
from digest.domain.brief import RelatedLink
from tests.unit.assemble.sample import METER, NOW, RATES, TERMINAL, a_candidate, a_copy, a_story

HEADING = Heading("The Daily Brief", 13, date(2026, 3, 10))


def material(*candidates: Candidate, **changes: Any) -> Material:
    return Material(HEADING, candidates, **changes)


def test_an_edition_has_its_lead_its_words_and_its_reasons() -> None:
    lead = a_story(TERMINAL, 1, categories=("Trade",))
    copy = a_copy(lead, 2)
    made = assemble(material(lead, copy, a_candidate(3, source_rank=2)), EditionRules(), NOW)
    content = made.content
    assert content is not None
    assert (content.number, content.date, content.list_name) == (
        13,
        HEADING.date,
        "The Daily Brief",
    )
    assert content.subject == "Ostmark’s Grain Terminal Loads Ships Again"
    assert content.preheader == (
        "The grain terminal at Varda loaded three ships on Sunday, the first since the fire in "
        "January, and Ostmark’s…"
    )
    first, second = content.briefs
    assert first.title == lead.title
    assert [also.url for also in first.also] == [copy.url]
    assert first.topics == ("Trade",)
    assert first.why.startswith("1 of 2 by rank")
    assert second.id == UUID(int=3)
    assert [it.id for it in made.excluded] == [copy.id]


def test_below_the_minimum_there_is_no_edition_and_the_briefs_wait() -> None:
    made = assemble(material(a_candidate(1)), EditionRules(min_items=3), NOW)
    assert made.content is None
    assert made.reason == "only 1 of at least 3 briefs"
    assert [it.why for it in made.excluded] == ["held back: only 1 of at least 3 briefs"]


def test_copies_of_one_brief_count_once_towards_the_minimum() -> None:
    one = a_story(TERMINAL, 1)
    assert assemble(material(one, a_copy(one, 2)), EditionRules(min_items=2), NOW).content is None


def test_nothing_new_and_nothing_fit_are_told_apart_and_make_no_edition() -> None:
    rules = EditionRules(min_items=0)
    assert assemble(material(), rules, NOW).reason == "nothing new has arrived"
    old = a_candidate(1, arrived_at=NOW - timedelta(days=30))
    assert assemble(material(old), rules, NOW).reason == "none of the 1 new briefs can be used"


def test_what_is_over_the_cap_is_named_and_not_lost() -> None:
    briefs = [a_candidate(n) for n in range(1, 6)]
    made = assemble(material(*briefs), EditionRules(max_items=2), NOW)
    assert made.content is not None
    assert [link.url for link in made.content.more] == [it.url for it in briefs[2:]]
    assert [it.id for it in made.excluded] == [it.id for it in briefs[2:]]
    assert made.excluded[0].why.startswith("over the cap of 2 briefs: 3 of 5 by rank")


def test_hundreds_over_the_cap_do_not_make_a_mail_of_hundreds_of_links() -> None:
    made = assemble(
        material(*(a_candidate(n) for n in range(1, 60))), EditionRules(max_items=2), NOW
    )
    assert made.content is not None
    assert len(made.content.more) == MOST_MORE
    assert len(made.excluded) == 57


def test_no_related_story_is_in_the_edition_or_was_shown_of_late() -> None:
    others = [a_story(RATES, 2), a_story(METER, 3), a_candidate(4)]
    sent, shown = a_candidate(50), RelatedLink("Shown last week", "https://x.example/shown")
    links = (
        *(RelatedLink(it.title, None) for it in others),
        RelatedLink("Other words", others[0].url),
        RelatedLink(sent.title, "https://x.example/sent"),
        RelatedLink("Other words again", shown.url),
        RelatedLink("A fresh one", "https://x.example/fresh"),
    )
    lead = a_story(TERMINAL, 1, related=links)
    made = assemble(
        material(lead, *others, sent={sent: "No. 12"}, shown=(shown,), archive=(sent, *others)),
        EditionRules(max_items=3, max_related=6),
        NOW,
    )
    assert made.content is not None
    related = [link.title for brief in made.content.briefs for link in brief.related]
    assert related == ["A fresh one"]


@st.composite
def materials(draw: st.DrawFn) -> Material:
    stories = [a_story(TERMINAL, 1), a_story(RATES, 2), a_story(METER, 3)]
    fields = st.fixed_dictionaries(
        {
            "source_rank": st.integers(0, 3),
            "bullets": st.sampled_from([(), ("One.",), ("One.", "Two.", "Three.")]),
            "categories": st.sampled_from([(), ("World",), ("Trade", "World"), ("Sport",)]),
            "wanted": st.sampled_from([(), ("World", "Trade")]),
            "title": st.sampled_from(["", "The one title", "Another one of many"]),
            "arrived_at": st.integers(0, 300).map(lambda hours: NOW - timedelta(hours=hours)),
        }
    )
    singles = [a_candidate(100 + n, **draw(fields)) for n in range(draw(st.integers(0, 8)))]
    copies = [
        a_copy(draw(st.sampled_from(stories)), 200 + n) for n in range(draw(st.integers(0, 4)))
    ]
    candidates = draw(st.permutations([*stories, *singles, *copies]))
    used = draw(st.sets(st.sampled_from([it.id for it in candidates])))
    sent = draw(st.sets(st.sampled_from(stories)))
    gone = {replace(it, id=UUID(int=900 + it.id.int), url=f"{it.url}/old"): "No. 9" for it in sent}
    return material(*candidates, used=dict.fromkeys(used, "No. 12"), sent=gone)


RULES = st.builds(
    EditionRules,
    min_items=st.integers(0, 4),
    max_items=st.integers(1, 6),
    sections=st.sampled_from([(), ("World",), ("Trade", "World")]),
)


@settings(deadline=None)
@given(materials(), RULES)
def test_every_candidate_is_in_the_edition_or_excluded_exactly_once(
    given_material: Material, rules: EditionRules
) -> None:
    made = assemble(given_material, rules, NOW)
    inside = [brief.id for brief in made.content.briefs] if made.content else []
    outside = [it.id for it in made.excluded]
    assert Counter(inside + outside) == Counter(it.id for it in given_material.candidates)
    assert all(it.why for it in made.excluded)
    assert not set(inside) & set(given_material.used)
    assert (made.content is None) == (made.reason is not None)
    if made.content:
        assert min(max(1, rules.min_items), rules.max_items) <= len(inside) <= rules.max_items
        over = {it.id for it in made.excluded if it.why.startswith("over the cap")}
        urls = {it.url for it in given_material.candidates if it.id in over}
        assert {link.url for link in made.content.more} == urls
        assert not urls or len(inside) == rules.max_items
        assert all(brief.why for brief in made.content.briefs)
