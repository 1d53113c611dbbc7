"""The life of a run, with the business clock stepped by hand, on both databases."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from digest.actions.advance_run import advance_run
from digest.actions.approve_edition import approve_edition
from digest.actions.lists import change_cadence, pause_list
from digest.actions.run_now import run_now
from digest.actions.start_campaign import start_campaign
from digest.actions.tick import Work, tick
from digest.domain.errors import Illegal
from digest.domain.states import Approval, EditionState, RunState, Stream
from digest.store.campaigns import Campaign
from digest.store.editions import BriefUse, Edition
from digest.store.engine import Database
from digest.store.lists import ListCadence, ListSource
from digest.store.runs import Run
from tests.builders import NOW, a_list, a_source, a_subscriber, an_arrival

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
RUN_AT = NOW + 2 * HOUR  # daily at 09:00 UTC


@pytest.fixture
def newsroom(db: Database, settings):
    """A list with a daily run at 09:00, one reader, and a function that makes a brief arrive."""
    with db.begin() as session:
        source = a_source(session)
        mailing_list = a_list(session, timezone="UTC", approval=Approval.AUTOMATIC)
        session.add(ListSource(list_id=mailing_list.id, source_id=source.id))
        cadence = ListCadence(
            list_id=mailing_list.id, stream=Stream.EACH, words="daily at 09:00", since=NOW
        )
        session.add(cadence)
        a_subscriber(session, settings, "ana@reader.example", mailing_list)

    def arrive(n: int, at: datetime) -> None:
        with db.begin() as session:
            session.add(an_arrival(source.id, n, at))

    return arrive


def step(db, settings, now):
    """What beat and workers do at ``now``, but for sending and collecting."""
    for _ in range(3):
        for ring in list(tick(db, now)):
            if ring.work is Work.ADVANCE:
                advance_run(db, settings, ring.id, now)
            elif ring.work is Work.START:
                start_campaign(db, settings, ring.id, now)


def rows(db, kind):
    with db.read() as session:
        return session.scalars(select(kind).order_by(kind.id)).all()


def runs(db):
    return [(run.state, run.reason) for run in rows(db, Run)]


def require_approval(db):
    from digest.store.lists import MailingList

    with db.begin() as session:
        session.scalars(select(MailingList)).one().approval = Approval.REQUIRED


def test_a_run_is_drafted_an_hour_ahead_and_goes_by_itself_at_its_time(db, settings, newsroom):
    newsroom(1, NOW)
    step(db, settings, RUN_AT - 2 * HOUR)
    assert runs(db) == []
    step(db, settings, RUN_AT - HOUR)
    assert [run.state for run in rows(db, Run)] == [RunState.DRAFTED]
    newsroom(2, RUN_AT - MINUTE)
    step(db, settings, RUN_AT)
    assert [run.state for run in rows(db, Run)] == [RunState.IN_CAMPAIGN]
    (edition,) = rows(db, Edition)
    assert edition.state is EditionState.APPROVED
    assert len(edition.content.briefs) == 2, "what came after the first draft is in, too"
    (campaign,) = rows(db, Campaign)
    assert campaign.roster == 1


def test_with_nothing_new_a_run_is_skipped_and_says_why(db, settings, newsroom):
    step(db, settings, RUN_AT - HOUR)
    assert [run.state for run in rows(db, Run)] == [RunState.PLANNED]
    step(db, settings, RUN_AT)
    ((state, reason),) = runs(db)
    assert state is RunState.SKIPPED
    assert reason


def test_what_must_be_approved_waits_and_goes_when_it_is(db, settings, newsroom):
    require_approval(db)
    newsroom(1, NOW)
    step(db, settings, RUN_AT - HOUR)
    step(db, settings, RUN_AT)
    assert runs(db) == [(RunState.AWAITING_APPROVAL, "Nobody has approved it yet.")]
    (edition,) = rows(db, Edition)
    approve_edition(db, settings, edition.id, now=RUN_AT + HOUR, actor="editor")
    step(db, settings, RUN_AT + HOUR)
    assert [run.state for run in rows(db, Run)] == [RunState.IN_CAMPAIGN]


def test_what_nobody_approves_is_missed_and_its_briefs_come_the_next_day(db, settings, newsroom):
    require_approval(db)
    newsroom(1, NOW)
    step(db, settings, RUN_AT)
    step(db, settings, RUN_AT + 2 * HOUR + MINUTE)
    ((state, reason),) = runs(db)
    assert state is RunState.MISSED
    assert reason == "It could not go within 2 h of its time: nobody approved it."
    assert [edition.state for edition in rows(db, Edition)] == [EditionState.WITHDRAWN]
    with db.read() as session:
        assert session.scalars(select(BriefUse)).all() == []
    step(db, settings, RUN_AT + timedelta(days=1))
    newest = rows(db, Edition)[-1]
    assert [brief.url for brief in newest.content.briefs] == ["https://ledger.example/1"]


def test_an_early_approval_waits_for_the_run(db, settings, newsroom):
    require_approval(db)
    newsroom(1, NOW)
    step(db, settings, RUN_AT - HOUR)
    (edition,) = rows(db, Edition)
    approve_edition(db, settings, edition.id, now=RUN_AT - MINUTE, actor="editor")
    step(db, settings, RUN_AT - MINUTE)
    assert rows(db, Campaign) == []
    step(db, settings, RUN_AT)
    assert len(rows(db, Campaign)) == 1


def test_after_an_outage_the_newest_run_is_caught_up_and_the_others_are_named(
    db, settings, newsroom
):
    newsroom(1, NOW)
    back = RUN_AT + timedelta(days=3) + HOUR
    newsroom(2, back - 2 * HOUR)
    step(db, settings, back)
    assert [state for state, _ in runs(db)] == [RunState.MISSED] * 3 + [RunState.IN_CAMPAIGN]
    assert all(reason for _, reason in runs(db)[:3])


def test_a_paused_list_plans_nothing_and_goes_on_from_when_it_is_resumed(db, settings, newsroom):
    pause_list(db, "daily", paused=True, now=NOW, actor="test")
    step(db, settings, RUN_AT)
    assert runs(db) == []
    later = RUN_AT + timedelta(days=2)
    pause_list(db, "daily", paused=False, now=later + MINUTE, actor="test")
    step(db, settings, later + 2 * MINUTE)
    assert runs(db) == []


def test_a_new_cadence_replaces_what_was_only_planned(db, settings, newsroom):
    step(db, settings, RUN_AT - HOUR)
    change_cadence(
        db, "daily", stream=Stream.EACH, words="daily at 12:00", now=RUN_AT - HOUR, actor="test"
    )
    step(db, settings, RUN_AT + 3 * HOUR)
    assert [run.scheduled_at for run in rows(db, Run)] == [RUN_AT + 3 * HOUR]


def test_a_run_by_hand_goes_at_once_and_only_one_at_a_time(db, settings, newsroom):
    require_approval(db)
    newsroom(1, NOW)
    run_now(db, "daily", stream=Stream.EACH, now=NOW + MINUTE, actor="test")
    step(db, settings, NOW + MINUTE)
    assert [run.state for run in rows(db, Run)] == [RunState.AWAITING_APPROVAL]
    with pytest.raises(Illegal, match="under way already"):
        run_now(db, "daily", stream=Stream.EACH, now=NOW + 2 * MINUTE, actor="test")


def test_a_weekly_run_without_editions_in_its_week_is_skipped_and_says_so(db, settings, newsroom):
    with db.begin() as session:
        run = Run(
            list_id=session.scalars(select(ListCadence)).one().list_id,
            stream=Stream.WEEKLY,
            scheduled_at=NOW,
            created_at=NOW,
            changed_at=NOW,
        )
        session.add(run)
    step(db, settings, NOW + MINUTE)
    ((state, reason),) = runs(db)
    assert state is RunState.SKIPPED
    assert "nothing new has arrived since" in reason
