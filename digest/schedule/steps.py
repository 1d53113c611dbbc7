"""What is to be done for a run at a given moment: one decision, apart from the code that acts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from digest.domain.states import Approval, RunState

REFRESH_EVERY = timedelta(minutes=5)


class Step(StrEnum):
    WAIT = "wait"
    BUILD = "build"  # make the draft, or bring it up to date
    APPROVE = "approve"  # automatic and due: approve it as it stands
    SEND = "send"  # approved and due: start its campaign
    ASK = "ask"  # due, and nobody has approved it yet
    MISS = "miss"  # too late for this run


@dataclass(frozen=True, slots=True)
class DraftState:
    """What the decision needs to know of a run's edition."""

    is_approved: bool
    is_edited: bool
    built_at: datetime
    is_rejected: bool = False  # a person has to approve it, whatever its list says


@dataclass(frozen=True, slots=True)
class Rules:
    """What the decision needs to know of the run's list."""

    approval: Approval
    lead_time: timedelta
    max_lateness: timedelta


def decide_step(
    state: RunState,
    scheduled_at: datetime,
    draft: DraftState | None,
    rules: Rules,
    now: datetime,
    *,
    looked_at: datetime | None = None,
) -> Step:
    """The next step for a run that is planned, drafted or awaiting approval. ``looked_at``: when
    there was too little for a draft."""
    is_due = now >= scheduled_at
    if now > scheduled_at + rules.max_lateness:
        return Step.MISS
    if draft is not None and draft.is_approved:
        return Step.SEND if is_due else Step.WAIT
    if now < scheduled_at - rules.lead_time or state is RunState.AWAITING_APPROVAL:
        return Step.WAIT
    if draft is None:
        is_time = looked_at is None or _is_stale(looked_at, scheduled_at, now)
        return Step.BUILD if is_time else Step.WAIT
    if not (draft.is_edited or draft.is_rejected) and _is_stale(draft.built_at, scheduled_at, now):
        return Step.BUILD
    if not is_due:
        return Step.WAIT
    return Step.APPROVE if goes_by_itself(draft, rules) else Step.ASK


def goes_by_itself(draft: DraftState, rules: Rules) -> bool:
    """Whether a draft is approved at its time where no person does so before."""
    return rules.approval is Approval.AUTOMATIC and not draft.is_rejected


def _is_stale(built_at: datetime, scheduled_at: datetime, now: datetime) -> bool:
    """A draft is refreshed every few minutes before its run, and once more at the run."""
    if now >= scheduled_at:
        return built_at < scheduled_at
    return now - built_at >= REFRESH_EVERY
