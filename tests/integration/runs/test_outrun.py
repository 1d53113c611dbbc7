"""Two workers take one run forward at once: whoever is slower changes nothing of what is done."""

import pytest

from digest.actions import advance_run as worker
from digest.actions.advance_run import advance_run
from digest.actions.approve_edition import approve_edition
from digest.actions.build_edition import build_edition
from digest.actions.plan_runs import plan_runs
from digest.domain.errors import Illegal
from digest.domain.states import EditionState, RunState
from digest.store.campaigns import Campaign
from digest.store.editions import Edition, find_edition
from digest.store.lists import get_list
from digest.store.runs import Run
from tests.integration.runs.test_runs import RUN_AT, newsroom, rows  # noqa: F401 - a fixture


@pytest.fixture
def run(db, newsroom):  # noqa: F811 - the fixture
    """A run that is due, with something to say."""
    newsroom(1, RUN_AT)
    plan_runs(db, RUN_AT)
    (run,) = rows(db, Run)
    return run


def the_faster(db, settings, run):
    """Another worker builds and approves, and has not sent yet."""
    result = build_edition(db, "daily", now=RUN_AT, run_id=run.id, actor="the faster")
    approve_edition(db, settings, result.edition_id, now=RUN_AT, actor="the faster")


def finish(db, settings, run):
    advance_run(db, settings, run.id, RUN_AT)
    (run,) = rows(db, Run)
    (edition,) = rows(db, Edition)
    assert (run.state, run.reason) == (RunState.IN_CAMPAIGN, None)
    assert edition.state is EditionState.APPROVED


def test_a_late_builder_does_not_skip_a_run_whose_edition_is_approved(
    db, settings, run, monkeypatch
):
    def outrun(*args, **values):
        the_faster(db, settings, run)
        return build_edition(*args, **values)

    monkeypatch.setattr(worker, "build_edition", outrun)
    worker._build(db, run, _list_of(db, run), RUN_AT)
    assert [one.state for one in rows(db, Run)] == [RunState.PLANNED]
    monkeypatch.undo()
    finish(db, settings, run)


def test_a_late_approver_asks_nobody(db, settings, run):
    build_edition(db, "daily", now=RUN_AT, run_id=run.id, actor="both")
    (edition,) = rows(db, Edition)
    approve_edition(db, settings, edition.id, now=RUN_AT, actor="the faster")
    worker._approve(db, settings, run, edition, RUN_AT)
    assert [one.state for one in rows(db, Run)] == [RunState.PLANNED], "not awaiting_approval"
    finish(db, settings, run)


def test_a_draft_that_was_refreshed_meanwhile_is_approved_at_the_next_look(
    db, settings, run, newsroom, monkeypatch  # noqa: F811
):  # fmt: skip
    build_edition(db, "daily", now=RUN_AT, run_id=run.id, actor="both")
    (edition,) = rows(db, Edition)

    def changed(*_, **__):
        with db.begin() as session:
            find_edition(session, edition.id).version += 1
        raise Illegal("This edition has changed since it was looked at.")

    monkeypatch.setattr(worker, "approve_edition", changed)
    worker._approve(db, settings, run, edition, RUN_AT)
    assert [one.state for one in rows(db, Run)] == [RunState.PLANNED], "not awaiting_approval"
    monkeypatch.undo()
    finish(db, settings, run)


def test_a_late_sender_finds_the_campaign_of_the_faster_one(db, settings, run):
    the_faster(db, settings, run)
    worker._note_draft(db, run, RUN_AT)
    (edition,) = rows(db, Edition)
    for _ in range(2):
        worker._send(db, edition, RUN_AT)
    assert len(rows(db, Campaign)) == 1
    assert [one.state for one in rows(db, Run)] == [RunState.IN_CAMPAIGN]


def _list_of(db, run):
    with db.read() as session:
        return get_list(session, run.list_id)
