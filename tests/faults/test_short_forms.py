"""Every fault in its short form, on real processes; the full forms: `make faults`."""

import pytest

from tests.faults.stage import CannotBePlayed, Stage
from tests.faults.table import FAULTS


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with Stage(tmp_path_factory.mktemp("stage")) as stage:
        yield stage


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.has_short_form])
def test_nobody_is_lost_and_copies_stay_in_bounds(stage, name):
    try:
        finding = FAULTS[name].play(stage, full=False)
    except CannotBePlayed as reason:
        pytest.skip(str(reason))
    assert finding.problems == []
