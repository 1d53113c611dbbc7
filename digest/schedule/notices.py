"""What the editors should know of a run at a given moment: one decision, apart from the code that
tells them."""

from datetime import datetime, timedelta

from digest.domain.notice import NoticeKind
from digest.domain.states import RunState
from digest.schedule.steps import DraftState, Rules, goes_by_itself

WARNING = timedelta(minutes=15)  # before a run whose draft somebody has to approve


def decide_notice(
    state: RunState,
    scheduled_at: datetime,
    draft: DraftState | None,
    rules: Rules,
    now: datetime,
) -> NoticeKind | None:
    """The most urgent thing alone, so that nobody is told what is over; None: there is nothing."""
    if draft is None or draft.is_approved:
        return None
    if state is RunState.AWAITING_APPROVAL:
        return NoticeKind.APPROVAL_MISSING
    if state is not RunState.DRAFTED:
        return None
    if goes_by_itself(draft, rules):
        return NoticeKind.DRAFT_READY if now < scheduled_at else None
    is_near = now >= scheduled_at - min(WARNING, rules.lead_time / 2)
    return NoticeKind.DEADLINE_NEAR if is_near else NoticeKind.DRAFT_READY
