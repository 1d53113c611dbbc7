"""Every queue is filled by some task, emptied by some worker, and told of in the documents."""

import shlex

import yaml

from tests.rules.documents import commands_of, read, rows, section, ticked
from workers.app import QUEUES, app
from workers.beat import MOST_WAITING
from workers.tasks import TASKS

OPERATIONS = "docs/operations.md"


def consumed(words: list[str]) -> set[str]:
    """The queues that a worker with this command line takes from."""
    if "worker" not in words:
        return set()
    named = [words[at + 1] for at, word in enumerate(words[:-1]) if word in ("-Q", "--queues")]
    return set(",".join(named).split(",")) if named else set(QUEUES)


def test_every_queue_is_filled_by_a_task_and_no_other_is():
    filled = {app.amqp.router.route({}, task.name)["queue"].name for task in TASKS.values()}
    assert filled == set(QUEUES)


def test_every_queue_has_a_bound_on_what_waits_in_it():
    assert set(MOST_WAITING) == set(QUEUES)


def test_every_queue_has_a_consumer_in_compose():
    services = yaml.safe_load(read("compose.yaml"))["services"].values()
    taken = [consumed(service.get("command", [])) for service in services if "build" in service]
    assert set().union(*taken) == set(QUEUES)


def test_every_queue_is_documented_and_each_documented_worker_takes_from_real_ones():
    told = rows(section(read(OPERATIONS), "## Add a host"))
    assert {ticked(row[0])[0] for row in told} == set(QUEUES)
    lines = commands_of(read(OPERATIONS), "celery -A workers.app worker")
    taken = [consumed(shlex.split(line, comments=True)) for line in lines]
    assert taken
    assert all(queues <= set(QUEUES) for queues in taken)
    assert set().union(*taken) == set(QUEUES)
