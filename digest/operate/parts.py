"""The parts of the service, each with its verdict: what Health knows, in the doctor's words."""

from collections.abc import Iterator, Sequence

from digest.domain.alarm import AlarmKind, Finding
from digest.domain.checkup import Check, Verdict

# What each part is when nothing is wrong, and the kinds of finding that are about it.
PARTS: tuple[tuple[str, str, tuple[AlarmKind, ...]], ...] = (
    ("beat", "One runs.", (AlarmKind.NO_BEAT,)),
    ("workers", "One lives.", (AlarmKind.NO_WORKER,)),
    ("broker, from the beat", "It is reached.", (AlarmKind.BROKER_AWAY,)),
    ("relays", "One is in use, and none failed lately.",
     (AlarmKind.NO_RELAY, AlarmKind.RELAY_FAILS)),
    ("sources", "None fails or is silent.",
     (AlarmKind.SOURCE_FAILS, AlarmKind.SOURCE_SILENT)),
    ("runs", "None was missed within a day, and none waits.",
     (AlarmKind.RUN_MISSED, AlarmKind.APPROVAL_MISSING)),
    ("campaigns", "Those of the last day are well.",
     (AlarmKind.CAMPAIGN_EXPIRED, AlarmKind.CAMPAIGN_LATE, AlarmKind.CAMPAIGN_STALLED,
      AlarmKind.CAMPAIGN_PAUSED, AlarmKind.MANY_REFUSED, AlarmKind.MANY_COMPLAINTS,
      AlarmKind.BOUNCED_BY_US, AlarmKind.UNCERTAIN)),
    ("clock", "It agrees with the database's.", (AlarmKind.CLOCK_WRONG,)),
    ("disk", "There is room where DIGEST_HOME is.", (AlarmKind.DISK_FULL,)),
)  # fmt: skip
_TOLD_BY_BEATS = ("workers", "broker, from the beat")
# Others may still send, or what is wrong is over: nothing that stops the service.
_WARNINGS = (
    AlarmKind.SOURCE_FAILS,
    AlarmKind.SOURCE_SILENT,
    AlarmKind.RUN_MISSED,
    AlarmKind.APPROVAL_MISSING,
    AlarmKind.CAMPAIGN_EXPIRED,
    AlarmKind.MANY_REFUSED,
    AlarmKind.MANY_COMPLAINTS,
    AlarmKind.BOUNCED_BY_US,
    AlarmKind.UNCERTAIN,
)


def check_parts(found: Sequence[Finding]) -> Iterator[Check]:
    """A check for each finding, and one for each part of which there is none. The domains are
    asked apart."""
    has_beat = all(finding.kind is not AlarmKind.NO_BEAT for finding in found)
    for part, well, kinds in PARTS:
        mine = [finding for finding in found if finding.kind in kinds]
        if not mine and part in _TOLD_BY_BEATS and not has_beat:
            yield Check(part, Verdict.UNKNOWN, "Without a beat nobody can say.")
        elif not mine:
            yield Check(part, Verdict.OK, well)
        for finding in mine:
            verdict = Verdict.WARNING if finding.kind in _WARNINGS else Verdict.FAILED
            yield Check(part, verdict, finding.sentence, finding.remedy)
