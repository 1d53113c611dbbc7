"""What was promised to each person, and how it may be broken. Pure decisions."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from tests.faults.relay import Entry
from tests.faults.verdict import MOST_FOR_ONE
from tests.faults.week.killing import Death

AT_MOST_LATE = timedelta(minutes=30)  # after somebody's hour, where nothing is broken
NONE = timedelta(0)


def broken(kept: Sequence[Entry], due: datetime | None, *, is_named: bool) -> Iterator[str]:
    """By the mails that the relay kept for somebody; ``due``: None where there was to be none."""
    if due is None and kept:
        yield "mailed who should not be"
    if due is not None and not kept:
        yield "not mailed who should be"
    if len(kept) > 1 + is_named:
        yield "copies that the audit does not name"
    if len(kept) > MOST_FOR_ONE:
        yield f"{len(kept)} mails"
    if len({entry.sha256 for entry in kept}) > 1:
        yield "copies that differ"


def untimely(due: datetime, late: timedelta, delay: timedelta) -> Iterator[str]:
    """``delay``: how much later a fault lets mail come that is due then."""
    if late < NONE:
        yield f"before their hour, {due:%a %H:%M} UTC"
    if late > AT_MOST_LATE + delay:
        yield f"long after their hour, {due:%a %H:%M} UTC"


def aftermath(
    deaths: Sequence[Death],
    campaign_id: UUID,
    taken: Mapping[UUID, Sequence[Entry]],
    named: Collection[UUID],
) -> Iterator[str]:
    """What a killed worker held is named, each of it; and what the relay had kept of it went twice,
    nothing else."""
    for death in deaths:
        kept = {person for campaign, person in death.kept if campaign == campaign_id}
        for campaign, person in death.held:
            if campaign != campaign_id:
                continue
            if person not in named:
                yield "held by a worker that died, and the audit does not name them"
            if len(taken.get(person, ())) > 1 + (person in kept):
                yield "mailed twice, although the relay had not kept the first"
