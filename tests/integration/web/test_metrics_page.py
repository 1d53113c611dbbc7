"""Figures for whatever watches over the service, and who may ask for them."""

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from digest.actions.keep_up import keep_up
from digest.clock import utc_now
from digest.web.app import create_app

TOKEN = "a token for the metrics"
HERE = ("127.0.0.1", 5000)


def ask(db, settings, path, *, client=HERE, headers=None):
    with TestClient(create_app(db, settings), client=client) as browser:
        return browser.get(path, headers=headers)


def with_settings(settings, **values):
    return settings.model_copy(update={name: SecretStr(text) for name, text in values.items()})


def test_metrics_are_for_this_machine_or_for_who_has_the_token(db, settings):
    keep_up(db, settings, utc_now(), queues={"delivery": 3})
    near = ask(db, settings, "/metrics")
    assert near.status_code == 200
    assert 'digest_queue_messages{queue="delivery"} 3.0' in near.text
    assert 'digest_alarm_open{kind="no relay"} 1.0' in near.text
    assert ask(db, settings, "/metrics", client=("192.0.2.9", 5000)).status_code == 403
    passed_on = ask(db, settings, "/metrics", headers={"X-Forwarded-For": "192.0.2.9"})
    assert passed_on.status_code == 403, "a proxy on this machine"


@pytest.mark.parametrize(
    ("given", "status"), [(f"Bearer {TOKEN}", 200), ("Bearer other", 403), (None, 403)]
)
def test_with_a_token_set_nothing_else_counts(db, settings, given, status):
    guarded = with_settings(settings, metrics_token=TOKEN)
    headers = {"Authorization": given} if given else {}
    assert ask(db, guarded, "/metrics", headers=headers).status_code == status
