"""Which step a run takes next, at each moment of its life."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.domain.states import Approval, RunState
from digest.schedule.steps import DraftState, Rules, Step, decide_step

AT = datetime(2026, 3, 10, 7, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

AUTOMATIC = Rules(Approval.AUTOMATIC, lead_time=HOUR, max_lateness=2 * HOUR)
REQUIRED = Rules(Approval.REQUIRED, lead_time=HOUR, max_lateness=2 * HOUR)


def draft(built_at=AT, *, approved=False, edited=False):
    return DraftState(is_approved=approved, is_edited=edited, built_at=built_at)


@pytest.mark.parametrize(
    ("state", "draft", "rules", "now", "step"),
    [
        (RunState.PLANNED, None, AUTOMATIC, AT - 2 * HOUR, Step.WAIT),
        (RunState.PLANNED, None, AUTOMATIC, AT - HOUR, Step.BUILD),
        (RunState.DRAFTED, draft(AT - 10 * MINUTE), AUTOMATIC, AT - 7 * MINUTE, Step.WAIT),
        (RunState.DRAFTED, draft(AT - 10 * MINUTE), AUTOMATIC, AT - 5 * MINUTE, Step.BUILD),
        (RunState.DRAFTED, draft(AT - MINUTE), AUTOMATIC, AT, Step.BUILD),
        (RunState.DRAFTED, draft(AT), AUTOMATIC, AT, Step.APPROVE),
        (RunState.DRAFTED, draft(AT - HOUR, edited=True), AUTOMATIC, AT - MINUTE, Step.WAIT),
        (RunState.DRAFTED, draft(AT - HOUR, edited=True), AUTOMATIC, AT, Step.APPROVE),
        (RunState.DRAFTED, draft(AT), REQUIRED, AT, Step.ASK),
        (RunState.AWAITING_APPROVAL, draft(AT), REQUIRED, AT + HOUR, Step.WAIT),
        (RunState.AWAITING_APPROVAL, draft(AT), AUTOMATIC, AT + HOUR, Step.WAIT),
        (RunState.AWAITING_APPROVAL, draft(AT, approved=True), REQUIRED, AT + HOUR, Step.SEND),
        (RunState.DRAFTED, draft(AT - HOUR, approved=True), REQUIRED, AT - MINUTE, Step.WAIT),
        (RunState.DRAFTED, draft(AT - HOUR, approved=True), REQUIRED, AT, Step.SEND),
        (RunState.AWAITING_APPROVAL, draft(AT), REQUIRED, AT + 2 * HOUR + MINUTE, Step.MISS),
        (RunState.PLANNED, None, AUTOMATIC, AT + 2 * HOUR, Step.BUILD),
        (RunState.PLANNED, None, AUTOMATIC, AT + 2 * HOUR + MINUTE, Step.MISS),
        (RunState.DRAFTED, draft(AT, approved=True), REQUIRED, AT + 5 * HOUR, Step.MISS),
    ],
)
def test_a_run_takes_the_step_that_is_due(state, draft, rules, now, step):
    assert decide_step(state, AT, draft, rules, now) is step


@pytest.mark.parametrize(
    ("looked_at", "now", "step"),
    [
        (AT - 30 * MINUTE, AT - 28 * MINUTE, Step.WAIT),
        (AT - 30 * MINUTE, AT - 25 * MINUTE, Step.BUILD),
        (AT - MINUTE, AT, Step.BUILD),
    ],
)
def test_too_little_to_say_is_looked_at_again_after_some_minutes_and_at_the_runs_time(
    looked_at, now, step
):
    taken = decide_step(RunState.PLANNED, AT, None, AUTOMATIC, now, looked_at=looked_at)
    assert taken is step
