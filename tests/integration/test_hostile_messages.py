"""Whoever reaches Redis may write there: a worker runs none of it, counts it, goes on (S-20)."""

import json
import pickle
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from uuid import uuid4

import pytest
from kombu import Connection, Producer

from digest.domain.errors import Illegal
from digest.settings import load_settings
from tests.commands import environment
from tests.servers import free_port, wait_until

ROOT = Path(__file__).parents[2]
SECRET = "words-of-the-attacker"
_COUNT = r"^digest_messages_refused_total (\S+)"


class Opener:
    """What a pickle runs when it is read."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return Path.touch, (self.mark,)


@pytest.fixture
def worker(valkey, tmp_path):
    """A worker on a Redis that anybody may write to, and the port of its numbers."""
    port = free_port()
    env = environment(home=tmp_path / "home", redis_url=valkey.url, metrics_port=port)
    subprocess.run([sys.executable, "-m", "digest", "db", "upgrade"], env=env, check=True)
    words = [sys.executable, "-m", "celery", "-A", "workers.app", "worker", "-P", "solo"]
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen([*words, "--without-mingle"], env=env, stderr=log, cwd=ROOT)
    yield port, tmp_path / "log"
    process.kill()
    process.wait()
    log.close()


def refused(port: int) -> float:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            found = re.search(_COUNT, answer.read().decode(), re.MULTILINE)
    except OSError:
        return -1.0
    return float(found[1]) if found else -1.0


def task_headers(name: str) -> dict[str, object]:
    """As Celery's protocol 2 wants them."""
    return {"lang": "py", "task": name, "id": str(uuid4()), "root_id": None, "argsrepr": ""}


def test_nothing_but_an_id_in_json_is_taken_from_the_broker(valkey, worker, tmp_path):
    port, log = worker
    wait_until(lambda: refused(port) == 0.0, "the worker answers", 60)
    mark = tmp_path / "opened"
    body = pickle.dumps(((Opener(mark),), {}, {}))
    ours, json_body = "workers.tasks.deliver", "application/json"
    sent = [
        (body, "application/x-python-serialize", "binary", task_headers(ours)),
        (body, "application/x-python-serialize", "binary", {}),
        (b"!!python/object/apply:os.getpid []", "application/x-yaml", "utf-8", task_headers(ours)),
        (args(str(uuid4())), json_body, "utf-8", task_headers("os.system")),
        (args(f"{SECRET}'; DROP TABLE"), json_body, "utf-8", task_headers(ours)),
        (args(17), json_body, "utf-8", task_headers(ours)),
        (args(str(uuid4()), SECRET), json_body, "utf-8", task_headers(ours)),
        (args(), json_body, "utf-8", task_headers(ours)),
        (b"null", json_body, "utf-8", {}),
    ]
    with Connection(valkey.url) as connection:
        producer = Producer(connection)
        for content, kind, encoding, headers in sent:
            producer.publish(
                content,
                routing_key="delivery",
                content_type=kind,
                content_encoding=encoding,
                headers=headers,
            )
    wait_until(lambda: refused(port) == len(sent), "each is refused", 60)
    assert not mark.exists()
    assert SECRET not in log.read_text()
    assert "message refused" in log.read_text()


def args(*given: object) -> bytes:
    return json.dumps([given, {}, {}]).encode()


def test_the_pickle_of_this_test_would_have_opened_something(tmp_path):
    pickle.loads(pickle.dumps(Opener(tmp_path / "opened")))
    assert (tmp_path / "opened").exists()


@pytest.mark.parametrize(
    "url",
    [
        "redis://localhost:6379/0",
        "redis://127.0.0.1:6379/0",
        "redis://[::1]:6379/0",
        "redis://:a-password@broker.example:6379/0",
        "rediss://broker.example:6379/0",
        "redis+socket:///run/redis.sock",
    ],
)
def test_a_broker_that_is_here_or_guarded_is_taken(url):
    assert load_settings(redis_url=url).redis_url is not None


@pytest.mark.parametrize("host", ["broker.example", "10.0.0.7", "redis"])
def test_an_open_broker_elsewhere_is_refused_unless_told(host):
    url = f"redis://{host}:6379/0"
    with pytest.raises(Illegal, match="no password"):
        load_settings(redis_url=url)
    assert load_settings(redis_url=url, redis_open=True).redis_url is not None
