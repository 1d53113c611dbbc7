"""A beat rings over a connection that lasts, and outlives the broker at its other end."""

import os
import subprocess
import sys

import pytest

from tests.servers import Valkey

RING = """
import sys
from kombu.exceptions import OperationalError
from digest.actions.tick import Ring, Work
from digest.domain.ids import uuid7
from workers.beat import ring_all

for _ in sys.stdin:
    try:
        print(ring_all([Ring(Work.COLLECT, uuid7())])["collection"], flush=True)
    except OperationalError:
        print("gone", flush=True)
"""


@pytest.fixture
def broker():
    server = Valkey()
    server.start()
    yield server
    server.remove()


def test_it_says_when_the_broker_is_gone_and_rings_on_when_it_is_back(broker, tmp_path):
    env = {**os.environ, "DIGEST_REDIS_URL": broker.url, "DIGEST_HOME": str(tmp_path)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", RING], env=env, **pipes) as beat:

        def ring():
            """How many messages waited before."""
            print(file=beat.stdin, flush=True)
            return beat.stdout.readline().strip()

        assert [ring(), ring()] == ["0", "1"]
        broker.kill()
        assert [ring(), ring()] == ["gone", "gone"]
        broker.start()
        assert [ring(), ring()] == ["0", "1"]
        broker.kill()
        broker.start()  # between two ticks
        assert [ring(), ring()] == ["0", "1"]
        beat.stdin.close()
