"""Each target in its short form, and what once broke it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.target import FINDINGS, Target, findings
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_what_must_hold_holds_for_any_input(name):
    target = TARGETS[name]

    @settings(
        max_examples=target.short,
        deadline=None,
        derandomize=True,  # `make fuzz` tries others each time
        suppress_health_check=list(HealthCheck),
    )
    @given(target.inputs)
    def attack(data):
        target.judge(data)

    attack()


@pytest.mark.parametrize(
    ("name", "path"),
    [(name, path) for name in TARGETS for path in findings(name)],
    ids=lambda it: it if isinstance(it, str) else it.name,
)
def test_what_once_broke_it_does_no_more(name, path):
    TARGETS[name].judge(path.read_bytes())


def test_every_finding_is_of_a_target_that_there_is():
    assert {path.name for path in FINDINGS.iterdir()} <= set(TARGETS)


def test_a_check_that_fails_or_takes_long_is_found_out(monkeypatch):
    monkeypatch.setattr("tests.fuzz.target.LONGEST", 0.05)
    with pytest.raises(ZeroDivisionError):
        Target(st.binary(), lambda data: 1 // len(data)).judge(b"")
    with pytest.raises(AssertionError, match="it took"):
        Target(st.binary(), lambda _: sum(range(20_000_000))).judge(b"")
