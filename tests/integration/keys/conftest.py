"""The command ``digest key`` on a database of the test's own."""

from functools import partial

import pytest

from digest.cli import key
from tests.commands import called_here


@pytest.fixture
def run(db, database_url, monkeypatch):
    """Calls ``digest key …``; gives what it prints, or raises what it raised."""
    secrets = {
        "secret_key": "a secret for tests, thirty-two long",
        "suppression_key": "another secret for tests, also long",
    }
    with called_here(monkeypatch, database_url=database_url, **secrets) as call:
        yield partial(call, key.app)
