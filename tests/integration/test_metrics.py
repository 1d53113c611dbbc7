"""Numbers for Prometheus: added up over processes, complete from the start, about nobody."""

import os
import subprocess
import sys
import urllib.request

from digest import metrics
from tests.servers import free_port

COUNT = """
from digest import metrics
metrics.count(metrics.DELIVERIES, {n}, state="sent")
"""
COUNT_AT_ONCE = """
import threading
from digest import metrics

gate = threading.Barrier(8)
def count():
    gate.wait()
    metrics.count(metrics.LEASE_EXPIRATIONS)

threads = [threading.Thread(target=count) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
SHOW = "from digest import metrics; print(metrics.exposition()[0].decode())"


def run(code, folder):
    env = {**os.environ, metrics.FOLDER: str(folder)}
    words = [sys.executable, "-c", code]
    return subprocess.run(words, env=env, check=True, capture_output=True, text=True).stdout


def test_what_processes_count_is_added_up_and_outlives_them(tmp_path):
    for n in (3, 4):
        run(COUNT.format(n=n), tmp_path)
    assert 'digest_deliveries_total{state="sent"} 7.0' in run(SHOW, tmp_path)


def test_threads_that_count_for_the_first_time_at_once_are_all_counted(tmp_path):
    run(COUNT_AT_ONCE, tmp_path)
    assert "digest_lease_expirations_total 8.0" in run(SHOW, tmp_path)


def test_every_number_is_there_before_anything_happened(tmp_path):
    shown = run(SHOW, tmp_path)
    for metric in metrics.METRICS:
        if not metric.labels:
            assert f"# TYPE {metric.name} {metric.kind}" in shown


def test_a_process_that_keeps_no_number_does_not_load_the_library():
    code = "import sys, digest.metrics, workers.tasks; print('prometheus_client' in sys.modules)"
    words = [sys.executable, "-c", code]
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert said.strip() == "False"


def test_numbers_are_served_on_a_port_of_their_own():
    port = free_port()
    metrics.serve(port)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        assert b"digest_lease_expirations_total 0.0" in answer.read()
