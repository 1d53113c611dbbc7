"""What the report of the week (``make week``) calls a broken promise: each check fails when what it
looks at is broken, and is silent when nothing is."""

from copy import deepcopy
from datetime import timedelta
from uuid import uuid4

import pytest

from digest.domain.alarm import AlarmKind
from digest.store.alarms import Alarm
from digest.store.base import Row
from tests.faults.relay import Entry
from tests.faults.week.fault import Fault, Struck
from tests.faults.week.killing import Death
from tests.faults.week.promises import AT_MOST_LATE, aftermath, broken, untimely
from tests.faults.week.report import Day, Report
from tests.faults.week.size import PER_DAY, Size
from tests.faults.week.timetable import BEGAN, NAMES, THU, WED

HOUR = timedelta(hours=1)
DEAD = Fault(WED, "a site is dead", lasts=timedelta(days=1), told=[AlarmKind.SOURCE_FAILS])


def an_evening(**rows):
    tables = {table.name: 10 for table in Row.metadata.sorted_tables}
    given = {"heartbeat": 4, "throttle": 0, "delivery": 1000} | rows
    kinds = ("worker", "pool process", "beat", "pages")
    return Size(
        memory=dict.fromkeys(kinds, 180_000_000),
        files=dict.fromkeys(kinds, 30),
        rows=tables | given,
        old=0,
        database=20_000_000,
        keys=5,
        messages=0,
    )


def an_alarm(kind, at, *, ends=True):
    closed = at + HOUR if ends else None
    return Alarm(
        kind=kind, subject="it", sentence="It is so.", remedy="", opened_at=at, closed_at=closed
    )


CLOCKS = an_alarm(AlarmKind.CLOCK_WRONG, BEGAN, ends=False)
SOURCE = an_alarm(AlarmKind.SOURCE_FAILS, WED + 12 * HOUR)


def problems(evenings=None, alarms=(CLOCKS, SOURCE), untold=0):
    sizes = evenings or [an_evening() for _ in NAMES]
    days = [Day(name, size=size) for name, size in zip(NAMES, sizes, strict=True)]
    struck = [Struck(DEAD)]
    return Report(600, [], struck, list(alarms), days, 1, 1.0, untold).problems


def test_a_week_in_which_nothing_grew_and_each_alarm_has_its_fault_has_no_problem():
    assert problems() == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda size: size.memory.update(worker=201_000_000), "a worker grew"),
        (lambda size: size.files.update(beat=41), "a beat held 30 files"),
        (lambda size: size.rows.update(mailing_list=11), "mailing_list grew by 1 rows"),
        (lambda size: size.rows.update(heartbeat=9), "heartbeat had 9 rows"),
        (lambda size: size.rows.update(brief=11 + PER_DAY["brief"]), "brief grew by 21 rows"),
        (lambda size: size.rows.update(delivery=1200), "1,000 deliveries, and there are 1,200"),
        (lambda size: setattr(size, "old", 3), "3 rows were older"),
        (lambda size: setattr(size, "database", 26_000_000), "the database grew"),
        (lambda size: setattr(size, "keys", 41), "left 41 keys"),
        (lambda size: setattr(size, "messages", 41), "41 messages in Redis"),
    ],
)
def test_what_grew_until_the_last_evening_is_named(change, said):
    evenings = [an_evening() for _ in NAMES]
    change(evenings[-1])
    (problem,) = problems(evenings)
    assert said in problem


def test_a_process_that_grew_is_named_although_it_was_replaced_since():
    evenings = [an_evening() for _ in NAMES]
    evenings[4].memory["beat"] = 201_000_000
    (problem,) = problems(evenings)
    assert "a beat grew" in problem


def test_what_comes_of_each_day_may_grow_by_a_days_share():
    evenings = [an_evening(brief=10 + day * PER_DAY["brief"]) for day in range(len(NAMES))]
    assert problems(evenings) == []


@pytest.mark.parametrize(
    ("alarms", "said"),
    [
        ([CLOCKS], "nobody was told 'source fails'"),
        ([SOURCE], "that clocks differ was told 0 times"),
        ([CLOCKS, SOURCE, an_alarm(AlarmKind.NO_WORKER, WED)], "'no worker' and no fault"),
        ([CLOCKS, SOURCE, an_alarm(AlarmKind.SOURCE_FAILS, THU + HOUR)], "and no fault"),
        ([CLOCKS, an_alarm(AlarmKind.SOURCE_FAILS, WED, ends=False)], "was never over"),
    ],
)
def test_an_alarm_belongs_to_the_fault_of_its_time_and_comes_to_its_end(alarms, said):
    (problem,) = problems(alarms=alarms)
    assert said in problem


def test_a_message_about_an_alarm_that_never_got_out_is_a_problem():
    assert problems(untold=2) == ["2 messages about alarms never got out"]


def a_mail(sha256="same"):
    return Entry("b@news.example", "reader+1@mail.example", "1@x", sha256, 0, 1, "127.0.0.1")


@pytest.mark.parametrize(
    ("kept", "is_due", "is_named", "said"),
    [
        ([], True, False, ["not mailed who should be"]),
        ([a_mail()], False, False, ["mailed who should not be"]),
        ([a_mail()] * 2, True, False, ["copies that the audit does not name"]),
        ([a_mail()] * 2, True, True, []),
        ([a_mail()] * 3, True, True, ["copies that the audit does not name", "3 mails"]),
        ([a_mail(), a_mail("other")], True, True, ["copies that differ"]),
    ],
)
def test_each_persons_mails_are_weighed(kept, is_due, is_named, said):
    due = BEGAN if is_due else None
    assert list(broken(kept, due, is_named=is_named)) == said


def test_mail_may_be_late_by_what_a_fault_delays_it_and_never_early():
    late = AT_MOST_LATE + HOUR
    assert not list(untimely(BEGAN, late, HOUR))
    assert list(untimely(BEGAN, late, timedelta(0))) == ["long after their hour, Mon 00:00 UTC"]
    assert list(untimely(BEGAN, -HOUR, HOUR)) == ["before their hour, Mon 00:00 UTC"]


def test_what_a_killed_worker_held_is_named_and_goes_twice_only_where_the_first_was_kept():
    campaign, ana, bo = uuid4(), uuid4(), uuid4()
    death = Death("worker 1", 1, frozenset({(campaign, ana), (campaign, bo)}), {(campaign, ana)})
    taken = {ana: [a_mail()] * 2, bo: [a_mail()]}
    assert not list(aftermath([death], campaign, taken, {ana, bo}))
    assert list(aftermath([death], campaign, taken, {ana})) == [
        "held by a worker that died, and the audit does not name them"
    ]
    twice = deepcopy(taken) | {bo: [a_mail()] * 2}
    assert list(aftermath([death], campaign, twice, {ana, bo})) == [
        "mailed twice, although the relay had not kept the first"
    ]
