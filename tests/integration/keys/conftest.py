"""The command ``digest key`` on a database of the test's own."""

import pytest
from typer.testing import CliRunner

from digest.cli import context, key


@pytest.fixture
def run(db, database_url, monkeypatch):
    """Calls ``digest key …``; gives what it prints, or raises what it raised."""
    for name, value in {
        "DATABASE_URL": database_url,
        "SECRET_KEY": "a secret for tests, thirty-two long",
        "SUPPRESSION_KEY": "another secret for tests, also long",
    }.items():
        monkeypatch.setenv(f"DIGEST_{name}", value)
    for made in (context.settings, context.database):
        made.cache_clear()

    def call(*words):
        result = CliRunner().invoke(key.app, words)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout

    monkeypatch.setattr(context, "configure_logging", lambda *_: None)
    yield call
    context.database().close()
    for made in (context.settings, context.database):
        made.cache_clear()
