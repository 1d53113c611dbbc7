"""What tests of the store share."""

import pytest


@pytest.fixture
def served(db):
    """PostgreSQL, which can be sent to in one piece."""
    if db.is_sqlite:
        pytest.skip("SQLite has no answers to wait for")
    return db
