"""Drafts made of what arrived, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest

from digest.actions.approve_edition import approve_edition
from digest.actions.build_edition import build_edition
from digest.actions.edition_plan import BuildOutcome, BuildResult
from digest.actions.run_now import run_now
from digest.actions.withdraw_edition import withdraw_edition
from digest.cli.app import app
from digest.domain.brief import RelatedLink
from digest.domain.errors import Illegal, NotFound
from digest.domain.states import EditionState, Stream
from digest.settings import Settings
from digest.store.editions import find_edition, recent_editions, used_briefs
from digest.store.engine import Database
from digest.store.lists import find_list
from tests.builders import NOW
from tests.commands import called_here
from tests.integration.editions.newsroom import HOUR, a_newsroom, publish

DAY = timedelta(days=1)


def build(db: Database, now=NOW, **given) -> BuildResult:
    return build_edition(db, "daily", now=now, actor="mira", **given)


def built(db: Database, now=NOW) -> UUID:
    result = build(db, now)
    assert result.edition_id is not None, result.reason
    return result.edition_id


def approve(db: Database, settings: Settings, edition_id: UUID, now=NOW) -> None:
    approve_edition(db, settings, edition_id, now=now, actor="mira")


def ids(result: BuildResult) -> list[UUID]:
    assert result.content is not None, result.reason
    return [brief.id for brief in result.content.briefs]


def whys(result: BuildResult) -> dict[UUID, str]:
    return {it.id: it.why for it in result.excluded}


def related(result: BuildResult) -> list[str]:
    """Their titles, below the first brief."""
    assert result.content is not None, result.reason
    return [it.title for it in result.content.briefs[0].related]


def test_a_first_run_looks_back_a_set_time_and_the_window_is_half_open(db: Database) -> None:
    a_newsroom(db, first_lookback=timedelta(hours=6), timezone="Pacific/Auckland")
    publish(db, 1, arrived_at=NOW - 6 * HOUR)
    inside = publish(db, 2, arrived_at=NOW - 6 * HOUR + timedelta(seconds=1))
    last = publish(db, 3, arrived_at=NOW)
    publish(db, 4, arrived_at=NOW + timedelta(seconds=1))
    result = build(db)
    assert sorted(ids(result)) == [inside, last]
    assert result.excluded == ()
    assert result.content is not None
    assert result.content.number == 1
    assert str(result.content.date) == "2026-03-10"


def test_the_date_is_that_of_the_run_in_the_lists_zone(db: Database) -> None:
    a_newsroom(db, timezone="Pacific/Auckland")
    publish(db, 1)
    run_id = run_now(db, "daily", stream=Stream.EACH, now=NOW + 5 * HOUR, actor="mira")
    result = build(db, run_id=run_id)
    assert result.run_id == run_id
    assert result.content is not None
    assert str(result.content.date) == "2026-03-11"


def test_two_editions_in_a_row_never_share_a_brief_and_miss_none(
    db: Database, settings: Settings
) -> None:
    a_newsroom(db, max_items=100)
    arrivals = [publish(db, n, arrived_at=NOW - 10 * HOUR + n * HOUR) for n in range(30)]
    seen: list[UUID] = []
    for hours in (0, 7, 19.5):
        result = build(db, NOW + hours * HOUR)
        assert result.edition_id is not None
        approve(db, settings, result.edition_id)
        seen += ids(result)
        assert result.content is not None
    assert sorted(seen) == arrivals
    assert build(db, NOW + 20 * HOUR).reason == (
        "No edition: nothing new has arrived since 2026-03-11 02:30 UTC."
    )


def test_numbers_count_up_and_windows_join(db: Database, settings: Settings) -> None:
    a_newsroom(db)
    publish(db, 1)
    publish(db, 2, arrived_at=NOW + HOUR)
    approve(db, settings, built(db))
    second = built(db, NOW + 2 * HOUR)
    with db.read() as session:
        edition = find_edition(session, second)
    assert edition.number == edition.content.number == 2
    assert (edition.window_after, edition.window_until) == (NOW, NOW + 2 * HOUR)


def test_a_brief_that_became_visible_after_the_cut_off_is_not_lost(
    db: Database, settings: Settings
) -> None:
    a_newsroom(db, max_items=1)
    publish(db, 1)
    cut = publish(db, 2, arrived_at=NOW - 2 * HOUR)
    approve(db, settings, built(db))
    late = publish(db, 3, arrived_at=NOW - HOUR / 2)
    result = build(db, NOW + HOUR)
    assert ids(result) == [late]
    assert cut not in whys(result)


def test_what_a_withdrawn_edition_carried_returns_even_after_the_next_one(
    db: Database, settings: Settings
) -> None:
    a_newsroom(db)
    first = publish(db, 1, arrived_at=NOW - 10 * HOUR)
    withdrawn = built(db)
    approve(db, settings, withdrawn)
    publish(db, 2, arrived_at=NOW + HOUR)
    approve(db, settings, built(db, NOW + 2 * HOUR))
    withdraw_edition(db, withdrawn, now=NOW + 2 * HOUR, actor="mira")
    assert ids(build(db, NOW + 3 * HOUR)) == [first]


def test_a_draft_is_brought_up_to_date_and_there_is_only_one(db: Database) -> None:
    a_newsroom(db)
    first = publish(db, 1)
    one = build(db)
    again = build(db, NOW + timedelta(minutes=1))
    second = publish(db, 2, arrived_at=NOW + HOUR)
    later = build(db, NOW + 2 * HOUR)
    assert [it.outcome for it in (one, again, later)] == ["drafted", "refreshed", "refreshed"]
    assert one.edition_id == again.edition_id == later.edition_id
    assert sorted(ids(later)) == [first, second]
    with db.read() as session:
        (edition,) = recent_editions(session, None, 9)
    assert edition.version == 2  # the second build changed nothing
    assert edition.window_until == NOW + 2 * HOUR


def test_an_edited_draft_stays_as_it_is(db: Database) -> None:
    a_newsroom(db)
    publish(db, 1)
    edition_id = built(db)
    with db.begin() as session:
        draft = find_edition(session, edition_id)
        draft.edited_at, draft.edited_by, draft.version = NOW, "ina", 2
    publish(db, 2)
    run_id = run_now(db, "daily", stream=Stream.EACH, now=NOW, actor="mira")
    result = build(db, NOW + HOUR, run_id=run_id)
    assert result.outcome is BuildOutcome.KEPT
    assert result.edition_id == edition_id
    assert len(ids(result)) == 1
    assert result.run_id == run_id
    assert result.reason is not None
    assert "ina edited the draft at 2026-03-10 07:00 UTC" in result.reason


def test_below_the_minimum_there_is_no_edition_and_a_draft_is_taken_back(db: Database) -> None:
    a_newsroom(db, min_items=2)
    publish(db, 1)
    result = build(db)
    assert (result.outcome, result.edition_id) == (BuildOutcome.SKIPPED, None)
    assert result.reason == ("No edition: only 1 of at least 2 briefs since 2026-03-09 07:00 UTC.")
    publish(db, 2)
    draft = built(db)
    with db.begin() as session:
        find_list(session, "daily").min_items = 3
    assert build(db).outcome is BuildOutcome.SKIPPED
    with db.read() as session:
        assert find_edition(session, draft).state is EditionState.WITHDRAWN


def test_each_reason_for_leaving_a_brief_out_is_told(db: Database, settings: Settings) -> None:
    a_newsroom(
        db,
        max_items=1,
        max_item_age=timedelta(days=2),
        feeds={"ledger": ("World",), "dispatch": ()},
    )
    sport = publish(db, 1, categories=("Sport",))
    old = publish(db, 2, categories=("World",), published_at=NOW - 3 * DAY)
    best = publish(db, 3, categories=("world",), arrived_at=NOW - HOUR / 2)
    with db.read() as session:
        from digest.store.briefs import find_brief

        original = find_brief(session, best)
    copy = publish(
        db,
        4,
        source="dispatch",
        title=f"ANALYSIS | {original.title}",
        bullets=original.bullets,
        body=original.body,
    )
    over = publish(db, 5, source="dispatch")
    result = build(db)
    assert ids(result) == [best]
    assert whys(result) == {
        sport: "filtered by category: the list takes World from Ledger; it has Sport",
        old: "too old: out 3 d ago, 2 d at most",
        copy: f"duplicate of “{original.title}” at Ledger",
        over: whys(result)[over],
    }
    assert whys(result)[over].startswith("over the cap of 1 briefs: 2 of 2 by rank")
    assert result.content is not None
    assert [also.url for also in result.content.briefs[0].also] == ["https://dispatch.example/4"]


def test_related_stories_are_not_repeated_from_edition_to_edition(
    db: Database, settings: Settings
) -> None:
    a_newsroom(db)
    link = RelatedLink("The quiet return of the coasters", "https://ledger.example/coasters")
    publish(db, 1, related=(link,))
    first = build(db)
    assert first.content is not None
    assert [it.title for it in first.content.briefs[0].related] == [link.title]
    assert first.edition_id is not None
    approve(db, settings, first.edition_id)
    publish(db, 2, related=(link,), arrived_at=NOW + HOUR)
    second = build(db, NOW + 2 * HOUR)
    assert second.content is not None
    assert second.content.briefs[0].related == ()


def test_a_list_says_how_many_related_stories_stand_below_a_brief(
    db: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_newsroom(db)
    publish(db, 1, related=tuple(RelatedLink(f"T{n}", f"https://t.example/{n}") for n in range(9)))
    assert related(build(db)) == ["T0", "T1", "T2"]
    with called_here(monkeypatch, database_url=database_url) as digest:
        rules = ("list", "rules", "daily", "--max-related")
        assert '"max_related": 1' in digest(app, *rules, 1)
        assert related(build(db)) == ["T0"], "the draft is brought up to date"
        digest(app, *rules, 0)
        assert related(build(db)) == []
        with pytest.raises(Illegal, match="from 0 to 10 related"):
            digest(app, *rules, 11)


def test_eight_builders_at_once_make_one_draft(db: Database) -> None:
    a_newsroom(db)
    for number in range(5):
        publish(db, number)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: build(db), range(8)))
    assert len({result.edition_id for result in results}) == 1
    assert sum(result.outcome is BuildOutcome.DRAFTED for result in results) == 1
    with db.read() as session:
        assert len(recent_editions(session, None, 99)) == 1


def test_a_builder_and_an_approval_at_once_leave_what_was_approved_alone(
    db: Database, settings: Settings
) -> None:
    a_newsroom(db)
    for round_ in range(3):
        now = NOW + round_ * DAY
        publish(db, round_, arrived_at=now - HOUR)
        edition_id = built(db, now)
        publish(db, 100 + round_, arrived_at=now + HOUR)
        with ThreadPoolExecutor(4) as pool:
            builds = [pool.submit(build, db, now + 2 * HOUR) for _ in range(3)]
            approval = pool.submit(approve, db, settings, edition_id, now)
            failure = approval.exception()
            for future in builds:
                future.result()
        if failure is not None:  # a builder was faster: what was looked at has changed
            assert isinstance(failure, Illegal)
            assert "changed since it was looked at" in str(failure)
            approve(db, settings, edition_id, now)
        _frozen_and_used_agree(db, edition_id)


def _frozen_and_used_agree(db: Database, edition_id: UUID) -> None:
    with db.read() as session:
        editions = recent_editions(session, None, 99)
        approved = [it for it in editions if it.state is EditionState.APPROVED]
        carried = [brief.id for it in approved for brief in it.content.briefs]
        list_id = editions[0].list_id
        used = used_briefs(session, list_id, Stream.EACH, carried)
    assert edition_id in {it.id for it in approved}
    assert len(carried) == len(set(carried))
    assert used == {brief.id: it.id for it in approved for brief in it.content.briefs}


def test_wrong_requests_are_one_clear_sentence(db: Database, settings: Settings) -> None:
    a_newsroom(db)
    publish(db, 1)
    with pytest.raises(NotFound, match="There is no list 'weekly'"):
        build_edition(db, "weekly", now=NOW, actor="mira")
    approve(db, settings, built(db))
    with pytest.raises(Illegal, match=r"No\. 1 of daily already has what arrived until"):
        build(db, NOW - HOUR)
