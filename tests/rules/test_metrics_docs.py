"""Every number that Prometheus gets is documented: name, kind, meaning."""

from digest.metrics import METRICS
from tests.rules.documents import read, rows, section


def test_every_metric_is_documented_and_no_other():
    told = rows(section(read("docs/operations.md"), "## Numbers for Prometheus"))
    assert [(row[0].strip("`"), row[1]) for row in told] == [(m.name, m.kind) for m in METRICS]
    assert all(row[2] for row in told)
