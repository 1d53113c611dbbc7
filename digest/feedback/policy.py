"""What feedback leads to: the policy, as a table, and when soft bounces are too many."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from digest.domain.feedback import (
    ABOUT_US,
    PROVEN,
    Effect,
    Evidence,
    FeedbackClass,
    Finding,
    Reason,
)

SOFT_LIMIT = 5  # bounces of as many editions
SOFT_SPAN = timedelta(days=14)  # between the first and the last of them
MAILED_WITHIN = timedelta(days=14)  # who only an address names must have been mailed


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table: the first that fits counts. ``reasons`` None is any."""

    kind: FeedbackClass
    reasons: frozenset[Reason] | None
    proven: Effect
    unproven: Effect = Effect.REVIEW  # anybody can write a bounce


RULES = (
    Rule(FeedbackClass.HARD, None, Effect.SUPPRESSED),
    Rule(FeedbackClass.SOFT, frozenset({Reason.DELAYED}), Effect.IGNORED, Effect.IGNORED),
    Rule(FeedbackClass.SOFT, ABOUT_US, Effect.OUR_FAULT),
    Rule(FeedbackClass.SOFT, None, Effect.COUNTED),
    Rule(FeedbackClass.COMPLAINT, None, Effect.COMPLAINED),
    Rule(FeedbackClass.OTHER, frozenset({Reason.OPT_OUT, Reason.UNSUBSCRIBE}), Effect.LEFT),
    Rule(FeedbackClass.OTHER, frozenset({Reason.DELIVERED}), Effect.DELIVERED, Effect.IGNORED),
    Rule(FeedbackClass.OTHER, None, Effect.IGNORED, Effect.IGNORED),
)


def decide_effect(finding: Finding, evidence: Evidence) -> Effect:
    """What a finding leads to, given what ties it to a mail of ours."""
    if evidence in (Evidence.FORGED, Evidence.NONE):
        return Effect.IGNORED
    for rule in RULES:
        if rule.kind is finding.kind and (rule.reasons is None or finding.reason in rule.reasons):
            return rule.proven if evidence in PROVEN else rule.unproven
    raise AssertionError("the last rules match everything")


@dataclass(frozen=True, slots=True)
class Past:
    """One mail that a person was sent. ``bounced`` None says nothing: it failed because of us."""

    campaign_id: UUID
    at: datetime
    bounced: bool | None
    is_surely_delivered: bool = False


def is_dead(history: Iterable[Past]) -> bool:
    """Whether soft bounces suppress: ``SOFT_LIMIT`` editions over ``SOFT_SPAN``, with no delivery
    between. ``history`` is the newest first; what is newer than the last bounce may yet bounce."""
    run: list[Past] = []
    for past in history:
        if past.bounced:
            run.append(past)
        elif past.bounced is False and (run or past.is_surely_delivered):
            break
    if len({past.campaign_id for past in run}) < SOFT_LIMIT:
        return False
    return run[0].at - run[-1].at >= SOFT_SPAN
