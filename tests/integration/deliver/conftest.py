"""A relay of ours for each test, and a post office that uses it."""

import pytest

from tests.faults.relay import FaultyRelay, Manners
from tests.integration.deliver.post_office import open_post_office


@pytest.fixture
def relay():
    manners = Manners(keep_content=True, drip_seconds=0.05, late_seconds=30, grey_seconds=0.3)
    with FaultyRelay(manners) as relay:
        yield relay


@pytest.fixture
def office(db, settings, relay, monkeypatch):
    return open_post_office(db, settings, relay, monkeypatch)
