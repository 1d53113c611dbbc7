from datetime import UTC, datetime

import pytest


@pytest.fixture
def now():
    return datetime(2031, 3, 30, 1, 15, tzinfo=UTC)
