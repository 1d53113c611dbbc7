"""A plan follows from what was measured, and says so."""

import json
from dataclasses import replace

import pytest

from digest.domain.errors import Illegal
from digest.domain.rate import parse_rate
from digest.operate.capacity import Measured, Wish, plan_capacity
from digest.operate.measured import read_measured
from tests.commands import environment, run_digest

FOUND = Measured(
    recipients=200_000, freeze_seconds=2.0, sending_rate=8_000.0, worker_us=140.0,
    database_us=50.0, sender_mb=65.0, row_bytes=500.0, cores=2, processor="a processor",
    measured_at="2026-03-03T06:00:00+00:00", source="here.json",
)  # fmt: skip
_RUN = {
    "recipients": 200_000, "frozen_after": 2.0, "sending_rate": 8_000.0, "uss_mb": 65.0,
    "cpu": {"worker": 140.0, "PostgreSQL": 50.0}, "row_bytes": 500.0,
}  # fmt: skip
WRITTEN = {
    "measured_at": FOUND.measured_at,
    "figures": {"runs": [_RUN | {"recipients": 10}, _RUN]},
    "machine": {"cores": 2, "processor": "a processor"},
}
WISH = Wish(1_000_000, 2, parse_rate("200/s"), kept_days=90)


def lines(wish=WISH, found=FOUND):
    return {line.name: line.value for line in plan_capacity(wish, found).lines}


def test_the_slower_of_relay_and_machine_says_how_long_an_edition_takes():
    assert lines()["rate"] == 200
    assert lines()["freezing"] == 10
    assert lines()["an edition"] == pytest.approx((10 + 5_000) / 3600)
    fast = replace(WISH, relay_rate=parse_rate("20000/s"))
    assert lines(fast)["rate"] == 8_000
    assert "3 worker hosts" in plan_capacity(fast, FOUND).warnings[0]


def test_what_is_needed_follows_from_the_time_of_a_mail():
    fast = lines(replace(WISH, relay_rate=parse_rate("8000/s")))
    assert fast["worker processes"] == 2  # 1.12 s of processor time a second, 0.7 of a core each
    assert fast["cores for the database"] == pytest.approx(0.4 / 0.7)


def test_the_database_grows_by_what_is_sent_and_no_longer_than_it_is_kept():
    assert lines()["database, more a day"] == 1.0
    assert lines()["database, in the long run"] == 90.0
    for_ever = replace(WISH, kept_days=0)
    assert "database, in the long run" not in lines(for_ever)
    assert "only grows" in plan_capacity(for_ever, FOUND).warnings[-1]


def test_a_plan_that_cannot_be_kept_says_what_would_be_needed():
    too_much = plan_capacity(replace(WISH, subscribers=20_000_000), FOUND).warnings
    assert "463 mails a second are needed" in too_much[0]
    assert "100 times as many" in too_much[1]


def test_the_figures_of_a_benchmark_are_read(tmp_path):
    path = tmp_path / "here.json"
    path.write_text(json.dumps(WRITTEN))
    assert read_measured(path) == replace(FOUND, source=str(path))


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"figures": {"runs": []}}'])
def test_a_file_that_holds_no_figures_is_refused_with_what_to_do(tmp_path, text):
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(Illegal, match="measure again"):
        read_measured(path)
    with pytest.raises(Illegal, match="There are no figures in"):
        read_measured(tmp_path / "none.json")


def test_the_command_shows_where_each_figure_comes_from(tmp_path):
    path = tmp_path / "here.json"
    path.write_text(json.dumps(WRITTEN))
    words = ("capacity", "--subscribers", "1000000", "--relay-rate", "200/s", "--figures", path)
    env = environment(home=tmp_path)
    shown = run_digest(env, *map(str, words))
    assert "1.4 h" in shown
    assert "2.0 s for 200,000 people" in shown
    assert str(path) in shown
    plan = json.loads(run_digest(env, *map(str, words), "--json"))
    assert {line["name"]: line["value"] for line in plan["lines"]}["rate"] == 200
    assert plan["measured"]["recipients"] == 200_000
