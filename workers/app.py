"""The Celery application: ``celery -A workers.app worker`` and ``celery -A workers.app beat``."""

from typing import Any

from celery import Celery
from celery.signals import setup_logging
from kombu import Queue

from digest.log import configure_logging
from digest.settings import load_settings
from workers.broker import outlive_redis

IN_MEMORY = "memory://localhost/"
QUEUES = ("default", "delivery", "collection")

settings = load_settings()


def _configuration() -> dict[str, Any]:
    broker = settings.redis_url.get_secret_value() if settings.redis_url else IN_MEMORY
    return {
        "broker_url": broker,
        "broker_transport_options": _transport(broker),
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "accept_content": ["json"],
        "task_serializer": "json",
        "task_ignore_result": True,
        # A task that dies with its worker is rung for again; being done twice does no harm.
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        "task_time_limit": 720,  # a stint is short, but a final dot may wait 600 s
        "task_default_queue": QUEUES[0],
        "task_queues": [Queue(name) for name in QUEUES],
        "task_routes": {
            "workers.tasks.deliver": {"queue": "delivery"},
            "workers.tasks.collect": {"queue": "collection"},
            "workers.tasks.mailbox": {"queue": "collection"},
            "workers.tasks.ping": {"queue": "collection"},  # it may wait for a far end, too
        },
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "worker_enable_remote_control": broker != IN_MEMORY,
        "worker_soft_shutdown_timeout": 30.0,
        "worker_consumer": "workers.refused:WaryConsumer",
        "beat_scheduler": "workers.beat:Sweeper",
        "imports": [
            "workers.tasks",
            "workers.gate",
            "workers.heartbeat",
            "workers.hearing",
            "workers.metrics",
        ],
    }


def _transport(broker: str) -> dict[str, Any]:
    if broker == IN_MEMORY:
        return {"polling_interval": 0.01}
    return {
        "visibility_timeout": 900,
        "unacked_restore_throttle": 1,
        "health_check_interval": 10,
        "socket_timeout": 5,
        "socket_keepalive": True,
    }


app = Celery("bluf-digest", task_cls="workers.gate:Gated")
app.conf.update(_configuration())
if settings.redis_url:
    outlive_redis()


@setup_logging.connect
def _log_as_the_rest_does(**_: Any) -> None:
    configure_logging(settings.log_format, settings.log_level)
