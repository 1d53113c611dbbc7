"""What the editors of a run are told, at each moment of its life."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.domain.notice import NoticeKind, NoticeWish
from digest.domain.states import Approval, RunState
from digest.schedule.notices import decide_notice
from digest.schedule.steps import DraftState, Rules

AT = datetime(2026, 3, 10, 7, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

AUTOMATIC = Rules(Approval.AUTOMATIC, lead_time=HOUR, max_lateness=2 * HOUR)
REQUIRED = Rules(Approval.REQUIRED, lead_time=HOUR, max_lateness=2 * HOUR)
HURRIED = Rules(Approval.REQUIRED, lead_time=10 * MINUTE, max_lateness=2 * HOUR)
DRAFT = DraftState(is_approved=False, is_edited=False, built_at=AT - HOUR)
APPROVED = DraftState(is_approved=True, is_edited=False, built_at=AT - HOUR)
REJECTED = DraftState(is_approved=False, is_edited=False, built_at=AT - HOUR, is_rejected=True)


@pytest.mark.parametrize(
    ("state", "draft", "rules", "now", "kind"),
    [
        (RunState.PLANNED, None, REQUIRED, AT - HOUR, None),
        (RunState.DRAFTED, DRAFT, REQUIRED, AT - HOUR, NoticeKind.DRAFT_READY),
        (RunState.DRAFTED, DRAFT, REQUIRED, AT - 15 * MINUTE, NoticeKind.DEADLINE_NEAR),
        (RunState.DRAFTED, DRAFT, HURRIED, AT - 9 * MINUTE, NoticeKind.DRAFT_READY),
        (RunState.DRAFTED, DRAFT, HURRIED, AT - 5 * MINUTE, NoticeKind.DEADLINE_NEAR),
        (RunState.DRAFTED, DRAFT, AUTOMATIC, AT - MINUTE, NoticeKind.DRAFT_READY),
        (RunState.DRAFTED, DRAFT, AUTOMATIC, AT, None),
        (RunState.DRAFTED, REJECTED, AUTOMATIC, AT - MINUTE, NoticeKind.DEADLINE_NEAR),
        (RunState.DRAFTED, APPROVED, REQUIRED, AT - MINUTE, None),
        (RunState.AWAITING_APPROVAL, DRAFT, REQUIRED, AT, NoticeKind.APPROVAL_MISSING),
        (RunState.AWAITING_APPROVAL, APPROVED, REQUIRED, AT + HOUR, None),
        (RunState.IN_CAMPAIGN, APPROVED, REQUIRED, AT + HOUR, None),
    ],
)
def test_the_most_urgent_thing_that_still_holds_is_told(state, draft, rules, now, kind):
    assert decide_notice(state, AT, draft, rules, now) is kind


@pytest.mark.parametrize(
    ("wish", "wanted"),
    [
        (NoticeWish.ALL, set(NoticeKind)),
        (NoticeWish.URGENT, {NoticeKind.DEADLINE_NEAR, NoticeKind.APPROVAL_MISSING}),
        (NoticeWish.NONE, set()),
    ],
)
def test_an_account_gets_what_it_wants_by_mail(wish, wanted):
    assert {kind for kind in NoticeKind if wish.wants(kind)} == wanted
