"""A check of something that mail depends on: its verdict, and what to do about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from digest.domain.signing_key import TxtRecord

GOOD_FOR = timedelta(hours=24)  # a verdict on a domain; DNS is asked again after that


class Verdict(StrEnum):
    """How a part is. ``unknown``: it could not be asked, which is no fault of the part."""

    OK = "ok"
    UNKNOWN = "unknown"
    WARNING = "warning"
    FAILED = "failed"


_GRAVITY = (Verdict.OK, Verdict.UNKNOWN, Verdict.WARNING, Verdict.FAILED)


@dataclass(frozen=True, slots=True)
class Check:
    """One part that was looked at. ``record`` is what should stand in DNS, where that helps."""

    part: str
    verdict: Verdict
    sentence: str
    remedy: str = ""
    record: TxtRecord | None = None


def worst(checks: Iterable[Check]) -> Verdict:
    """The gravest verdict; ``ok`` where nothing was looked at."""
    return max((check.verdict for check in checks), key=_GRAVITY.index, default=Verdict.OK)


def failed(checks: Iterable[Check]) -> list[Check]:
    return [check for check in checks if check.verdict is Verdict.FAILED]


def judge_domain(checks: Sequence[Check]) -> Verdict:
    """The verdict on a domain that is kept: what could not be asked counts for nothing, unless
    nothing could."""
    definite = [check for check in checks if check.verdict is not Verdict.UNKNOWN]
    found = worst(definite)
    if found is Verdict.FAILED:
        return found
    return found if len(definite) == len(checks) else Verdict.UNKNOWN


def holds_back(verdict: Verdict, checked_at: datetime, now: datetime) -> bool:
    """Whether a campaign must not start: only for a fault that was really seen, within a day. A
    DNS that can't be asked stops nothing: receivers ask their own."""
    return verdict is Verdict.FAILED and now - checked_at < GOOD_FOR
