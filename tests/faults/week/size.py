"""How big the service is at the end of a day, and what of that may grow, by how much."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import psutil
from redis import Redis
from sqlalchemy import func, select, text

from digest.actions.forget_old import what_is_old
from digest.store.base import Row
from tests.faults.fleet import Member
from tests.faults.week.people import KINDS
from tests.faults.week.service import Service
from tests.faults.week.timetable import COMERS, DAYS, ITEMS, MOST_ITEMS

QUEUES = ("default", "delivery", "collection")

# Flat means: from the second evening on
MEMORY_SLACK = 20_000_000  # octets; no process has grown by more
FILES_SLACK = 10  # nor holds so many more files and sockets
DATABASE_SLACK = 1.25  # times, that the database may be as large
MOST_KEYS = 40  # in Redis, and as many messages

# … that deliveries, of which a day's come and a day's of a month ago go, stay as many,
DELIVERIES_SLACK = 0.15
# … that nothing is left that is older than it is kept for, and of all tables these alone grow, by
# so many rows in a day at most: what is kept for longer than the week, by what it comes from.
NUMBERS = 3  # editions on one day
SAMPLES = 150  # of the progress of a day's campaigns
CHANGES = 40  # in the history, of editors and of the service itself
PER_DAY = {
    "alarm": 6,
    "alarm_notice": 12,
    "audit": CHANGES + COMERS,
    "batch": NUMBERS,  # of a campaign that is forgotten, one stays
    "brief": ITEMS,
    "brief_name": ITEMS,
    "brief_use": MOST_ITEMS * NUMBERS,
    "campaign": NUMBERS,
    "campaign_aftermath": 2 * NUMBERS,
    "campaign_domain": 10 * NUMBERS,
    "campaign_replies": NUMBERS,
    "campaign_reply": 4 * NUMBERS,
    "campaign_sample": SAMPLES,
    "consent": 2 * COMERS,
    "edition": NUMBERS,
    "edition_change": 1,
    "greeting": COMERS,
    "list_day": 8,  # three lists and the former one, and on the last evening it is Monday, too
    "notice": 2 * NUMBERS,
    "rendition": 5 * NUMBERS,
    "run": NUMBERS,
    "subscriber": COMERS,
    "subscription": COMERS,
    "summary_mail": 1,
}
A_FEW = {"heartbeat": 8, "throttle": 5}  # rows, however long it runs


@dataclass
class Size:
    """The service at the end of a day. ``old``: rows that should have been forgotten."""

    memory: dict[str, int]  # octets, resident, of the largest process of each kind
    files: dict[str, int]  # files and sockets, likewise
    rows: dict[str, int]  # by table
    old: int
    database: int  # octets
    keys: int  # in Redis
    messages: int  # in its queues

    @property
    def deliveries(self) -> int:
        return self.rows["delivery"]

    @property
    def other_rows(self) -> int:
        return sum(self.rows.values()) - self.deliveries


def measure(service: Service) -> Size:
    fleet = service.fleet
    with fleet.db.read() as session:
        rows = {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Row.metadata.sorted_tables
        }
        database = session.scalar(text("SELECT pg_database_size(current_database())"))
    old = sum(one.rows for one in what_is_old(fleet.db, fleet.settings, service.clock.now()))
    with Redis.from_url(fleet.valkey.url) as client:
        keys, messages = client.dbsize(), sum(client.llen(queue) for queue in QUEUES)
    processes = list(_processes(service.crew))
    return Size(
        memory=_largest((kind, one.memory_info().rss) for kind, one in processes),
        files=_largest((kind, one.num_fds()) for kind, one in processes),
        rows=rows,
        old=old,
        database=database or 0,
        keys=keys,
        messages=messages,
    )


def _processes(crew: dict[str, Member]) -> Iterator[tuple[str, psutil.Process]]:
    for name, member in crew.items():
        kind = name.partition(" ")[0]
        process = psutil.Process(member.process.pid)
        yield kind, process
        if kind == "worker":
            yield from (("pool process", child) for child in process.children())


def _largest(found: Iterator[tuple[str, int]]) -> dict[str, int]:
    largest: dict[str, int] = {}
    for kind, n in found:
        largest[kind] = max(largest.get(kind, 0), n)
    return largest


def growth(sizes: Sequence[Size], people: int) -> Iterator[str]:
    """What is not flat, in sentences. ``sizes``: of each evening."""
    yield from _grown_processes(sizes)
    yield from _grown_tables(sizes, _most_a_day(people))
    second, last = sizes[1], sizes[-1]
    if abs(last.deliveries - second.deliveries) > DELIVERIES_SLACK * second.deliveries:
        yield f"there were {second.deliveries:,} deliveries, and there are {last.deliveries:,}"
    if last.database > DATABASE_SLACK * second.database:
        yield f"the database grew from {second.database >> 20} to {last.database >> 20} MB"
    for day, size in enumerate(sizes, 1):
        if size.old:
            yield f"on the evening of day {day} {size.old} rows were older than they are kept for"
        if max(size.keys, size.messages) > MOST_KEYS:
            yield f"day {day} left {size.keys} keys and {size.messages} messages in Redis"


def _grown_processes(sizes: Sequence[Size]) -> Iterator[str]:
    """By the largest of later evenings: some processes are replaced in the course of the week."""
    second, later = sizes[1], sizes[2:]
    for kind, before in second.memory.items():
        octets = max(size.memory[kind] for size in later)
        if octets > before + MEMORY_SLACK:
            yield f"a {kind} grew from {before >> 20} to {octets >> 20} MB"
        files = max(size.files[kind] for size in later)
        if files > second.files[kind] + FILES_SLACK:
            yield f"a {kind} held {second.files[kind]} files, and later {files}"


def _grown_tables(sizes: Sequence[Size], most: dict[str, int]) -> Iterator[str]:
    for day, (before, after) in enumerate(pairwise(sizes), 2):
        for table, n in after.rows.items():
            if table == "delivery":
                continue
            grown = n - before.rows[table]
            if table in A_FEW and n > A_FEW[table]:
                yield f"on day {day} {table} had {n} rows, and may have {A_FEW[table]}"
            elif table not in A_FEW and grown > most.get(table, 0):
                yield f"on day {day} {table} grew by {grown} rows, and may by {most.get(table, 0)}"


def _most_a_day(people: int) -> dict[str, int]:
    """By how many rows a table may grow; those that are not named may not at all."""
    gone = people * KINDS["gone"] // 1000 + 2
    returned = people * KINDS["bouncer"] // 1000 // DAYS + 2
    batches = people // 500 + NUMBERS  # of a day
    return PER_DAY | {
        "bounce": returned,
        "feedback_event": returned,
        "suppression": returned + gone,
        "batch_breakdown": batches,
    }
