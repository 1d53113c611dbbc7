"""Celery is set so that any message may be lost, doubled or late: by what the settings mean."""

import re
from pathlib import Path

import pytest
from celery.app.defaults import SETTING_KEYS
from kombu.exceptions import ContentDisallowed
from kombu.message import Message
from kombu.serialization import dumps
from kombu.transport.redis import Channel

from digest.actions.deliver_campaign import STINT_SECONDS
from digest.deliver.smtp_session import Limits
from workers.app import _configuration, _transport, app

ON_REDIS = _transport("redis://localhost/0")
ROOT = Path(__file__).parents[2]


def test_every_setting_is_one_that_the_installed_version_reads():
    assert set(_configuration()) <= set(SETTING_KEYS)
    assert set(ON_REDIS) <= set(Channel.from_transport_options)


@pytest.mark.parametrize("serializer", ["pickle", "yaml"])
def test_a_message_that_could_carry_code_is_refused(serializer):
    kind, encoding, body = dumps({"id": "x"}, serializer=serializer)
    accept = app.conf.accept_content
    message = Message(
        body=body, content_type=kind, content_encoding=encoding, accept=accept, channel=None
    )
    with pytest.raises(ContentDisallowed):
        message.decode()
    assert accept == ["json"]
    assert app.conf.task_serializer == "json"


def test_a_task_whose_process_dies_is_rung_for_again():
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert all(task.acks_late for name, task in app.tasks.items() if name.startswith("workers."))


def test_a_worker_takes_no_more_than_it_works_on_and_keeps_no_results():
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.task_ignore_result
    assert app.conf.result_backend is None


def test_a_stint_may_end_by_itself_even_while_a_final_dot_is_waited_for():
    assert app.conf.task_time_limit > STINT_SECONDS + Limits().dot
    assert ON_REDIS["visibility_timeout"] > app.conf.task_time_limit, "else it runs twice at once"


def test_a_lost_message_comes_back_soon_after_its_visibility_has_run_out():
    sweep = ON_REDIS.get("unacked_restore_interval", Channel.unacked_restore_interval)
    assert sweep * ON_REDIS["unacked_restore_throttle"] <= 10


def test_a_broker_that_goes_away_is_noticed_and_waited_for():
    assert app.conf.broker_connection_max_retries is None
    assert app.conf.broker_connection_retry_on_startup
    assert ON_REDIS["health_check_interval"] <= 10
    assert ON_REDIS["socket_keepalive"]
    assert ON_REDIS["socket_timeout"] <= 5


def test_a_worker_that_is_told_to_end_lets_its_stint_end():
    assert app.conf.worker_soft_shutdown_timeout >= STINT_SECONDS


def test_nothing_waits_in_the_queue_for_a_time_to_come():
    for path in (ROOT / "workers").glob("*.py"):
        found = re.search(r"\b(eta|countdown|apply_async\([^)]*retry)\s*=", path.read_text("utf-8"))
        assert found is None, f"{path.name}: rows wait, messages don't"
