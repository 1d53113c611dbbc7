"""An incident is told once when it begins and once when it is over, however often it flickers."""

from dataclasses import dataclass
from datetime import timedelta

from digest.domain.alarm import QUIET, AlarmKind, Finding, decide_alarms
from tests.builders import NOW


@dataclass
class Open:
    kind: AlarmKind
    subject: str
    cleared_at: object = None


FOUND = Finding(AlarmKind.RELAY_FAILS, "main", "The relay main failed.", "Mend it.")


def test_what_is_new_begins_and_what_is_known_does_not_begin_again():
    assert decide_alarms([FOUND], [], NOW).begin == (FOUND,)
    known = Open(AlarmKind.RELAY_FAILS, "main")
    changes = decide_alarms([FOUND], [known], NOW)
    assert not any((changes.begin, changes.clear, changes.again, changes.end))
    assert decide_alarms([FOUND], [Open(AlarmKind.RELAY_FAILS, "other")], NOW).begin == (FOUND,)


def test_what_is_over_for_a_moment_is_not_over():
    known = Open(AlarmKind.RELAY_FAILS, "main")
    assert decide_alarms([], [known], NOW).clear == (known,)
    known.cleared_at = NOW
    soon = decide_alarms([], [known], NOW + QUIET - timedelta(seconds=1))
    assert not any((soon.clear, soon.end))
    assert decide_alarms([FOUND], [known], NOW + timedelta(minutes=1)).again == (known,)
    assert decide_alarms([], [known], NOW + QUIET).end == (known,)
