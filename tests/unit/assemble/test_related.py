"""Related stories: harvested first, then the archive's similar briefs, never what a reader has."""

from dataclasses import replace
from datetime import timedelta

from digest.assemble.archive import Archive
from digest.assemble.candidate import Candidate
from digest.assemble.related import Shown, choose_related
from digest.domain.brief import RelatedLink
from tests.unit.assemble.sample import METER, NOW, RATES, TERMINAL, a_candidate, a_story

FIRE = {
    "title": "Fire Destroys the Conveyor of Varda’s Grain Terminal",
    "bullets": (
        "A fire has destroyed the conveyor of the grain terminal at Varda; no ship can load wheat "
        "there for weeks.",
        "Insurers doubled their rates for calls at Varda within a day.",
    ),
    "body": ("The Selt islands, which buy their wheat at the terminal, count their stocks. [...]",),
}
OLD = NOW - timedelta(days=20)
LEAD = a_story(TERMINAL, 1)


def archived(*stories: tuple[dict, int]) -> list[Candidate]:
    return [a_story(story, number, arrived_at=OLD) for story, number in stories]


POOL = archived((METER, 10), (FIRE, 11), (RATES, 12)) + [a_candidate(n) for n in range(20, 40)]


def choose(
    candidate: Candidate, pool: list[Candidate], *, shown: Shown | None = None, limit: int = 3
) -> list[str]:
    if shown is None:
        shown = Shown()
        shown.add(candidate.title, candidate.url)
    links = choose_related(candidate, Archive(pool, [candidate]), shown, limit)
    return [link.title for link in links]


def test_the_archive_gives_what_is_on_the_subject_and_nothing_else() -> None:
    assert choose(LEAD, POOL) == [FIRE["title"]]


def test_harvested_stories_come_first_and_the_limit_holds() -> None:
    links = tuple(RelatedLink(f"Harvested {w}", f"https://x.example/{w}") for w in ("one", "two"))
    brief = replace(LEAD, related=links)
    assert choose(brief, POOL) == ["Harvested one", "Harvested two", FIRE["title"]]
    assert choose(brief, POOL, limit=1) == ["Harvested one"]
    assert choose(brief, POOL, limit=0) == []


def test_a_story_in_the_edition_or_shown_of_late_is_not_offered() -> None:
    for title, url in (
        (f"ANALYSIS | {FIRE['title']}", "https://elsewhere.example/fire"),
        ("Another title", "http://www.ledger.example/briefs/11/"),
    ):
        shown = Shown()
        shown.add(title, url)
        assert choose(LEAD, POOL, shown=shown) == []


def test_a_title_with_another_figure_is_another_story() -> None:
    shown = Shown()
    shown.add("Day 12 of the dockers’ strike at Varda", None)
    assert shown.has("Day 12 of the Dockers' Strike at Varda", None)
    assert not shown.has("Day 13 of the dockers’ strike at Varda", None)


def test_two_briefs_of_an_edition_never_name_the_same_story() -> None:
    shown = Shown()
    links = (RelatedLink("The quiet return of the coasters", "https://x.example/c"),)
    first, second = replace(LEAD, related=links), a_candidate(2, related=links)
    archive = Archive([], [first, second])
    assert len(choose_related(first, archive, shown, 3)) == 1
    assert choose_related(second, archive, shown, 3) == ()


def test_a_harvested_story_without_an_address_gets_the_archives() -> None:
    brief = replace(LEAD, related=(RelatedLink(METER["title"].upper()),))
    (link, *_) = choose_related(brief, Archive(POOL, [brief]), Shown(), 1)
    assert link.url == "https://ledger.example/briefs/10"
    assert link.teaser.startswith("Seven councils of the Kell valley")


def test_a_harvested_story_that_nobody_knows_stays_without_address() -> None:
    brief = replace(
        LEAD, related=(RelatedLink("Gulf rift", None, "A rift widens, but [...] More"),)
    )
    (link, *_) = choose_related(brief, Archive([], [brief]), Shown(), 1)
    assert link == RelatedLink("Gulf rift", None, "A rift widens, but…")


def test_a_teaser_from_the_archive_is_short_and_whole_words() -> None:
    (link,) = choose_related(LEAD, Archive(POOL, [LEAD]), Shown(), 1)
    assert len(link.teaser) <= 160
    assert link.teaser == FIRE["bullets"][0]


def test_a_brief_of_few_words_or_an_empty_archive_gives_nothing() -> None:
    bare = a_candidate(1, title="Ferries", bullets=(), body=())
    assert choose(bare, POOL) == []
    assert choose(LEAD, []) == []


def test_a_small_archive_still_finds_its_one_related_story() -> None:
    assert choose(LEAD, archived((FIRE, 11), (RATES, 12))) == [FIRE["title"]]
    assert choose(LEAD, archived((FIRE, 11))) == [FIRE["title"]]
    assert choose(LEAD, archived((RATES, 12))) == []
