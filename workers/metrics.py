"""Numbers of workers and beats: each answers Prometheus on ``DIGEST_METRICS_PORT``.

A worker's children add theirs up in a folder that the worker makes and removes.
"""

import os
import shutil
import tempfile
from typing import Any

from celery.signals import beat_init, worker_init, worker_process_shutdown, worker_shutdown

from digest import metrics
from digest.log import get_logger
from workers import process

log = get_logger(__name__)


@worker_init.connect
def _serve_for_children(sender: Any, **_: Any) -> None:
    """Before the pool forks."""
    if not process.settings().metrics_port:
        return
    if "prefork" in sender.pool_cls.__module__:
        os.environ[metrics.FOLDER] = tempfile.mkdtemp(prefix="digest-metrics-")
    _serve()


@beat_init.connect
def _serve_alone(**_: Any) -> None:
    _serve()


def _serve() -> None:
    port = process.settings().metrics_port
    if not port:
        return
    try:
        metrics.serve(port)
    except OSError as error:
        log.warning("no numbers for Prometheus", port=port, error=str(error))


@worker_process_shutdown.connect
def _leave(pid: int, **_: Any) -> None:
    """What a child counted stays; only what it alone can say (a gauge) goes."""
    if metrics.FOLDER in os.environ:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(pid)  # type: ignore[no-untyped-call]  # it has no types


@worker_shutdown.connect
def _tidy(**_: Any) -> None:
    folder = os.environ.pop(metrics.FOLDER, None)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
