"""A whole campaign: ``python -m bench.deliver campaign [--recipients N]``.

PostgreSQL (fsync and synchronous_commit on), Redis, a Celery worker with two processes, a beat and
the sink share the machine's cores. Time runs from the moment at which the campaign is due to that
at which the last state is recorded: rendering and freezing the roster are in it. Before and after
each campaign the reference hands as many messages to the same sink; the aim is its rate.
"""

import argparse
from dataclasses import asdict, dataclass
from statistics import mean, median
from time import monotonic, sleep
from uuid import UUID

import psutil
from sqlalchemy import func, select

from bench.deliver.engine import SMTP_SOURCE, Speed, sink, speed
from bench.deliver.results import keep
from bench.deliver.service import Service, service
from digest.store.campaigns import find_campaign

REFERENCE = "smtp-source" if SMTP_SOURCE.exists() else "smtplib"
MOST_REFERENCES = 30_000  # messages of one run of the reference


@dataclass(frozen=True)
class Run:
    """One campaign. ``cpu`` is in µs a message, by kind of process; memory in MB."""

    recipients: int
    seconds: float
    frozen_after: float  # seconds until the roster was frozen
    rate: float  # recipients a second, all in all
    sending_rate: float  # after the freeze
    cpu: dict[str, float]
    uss_mb: float  # private memory of the largest sending process
    row_bytes: int  # by which the database grew, a recipient


def run(running: Service, slug: str, recipients: int) -> Run:
    watched = watch(running)
    before = {name: processor_time(process) for name, process in watched.items()}
    size = database_size(running)
    began = monotonic()
    campaign_id = running.launch(slug)
    frozen_after = until_frozen(running, campaign_id) - began
    running.wait(campaign_id, recipients)
    seconds = monotonic() - began
    used = {name: processor_time(process) - before[name] for name, process in watched.items()}
    return Run(
        recipients=recipients,
        seconds=round(seconds, 1),
        frozen_after=round(frozen_after, 1),
        rate=round(recipients / seconds),
        sending_rate=round(recipients / (seconds - frozen_after)),
        cpu={name: round(cost / recipients * 1e6) for name, cost in used.items()},
        uss_mb=round(largest_sender(running), 1),
        row_bytes=round((database_size(running) - size) / recipients),
    )


def database_size(running: Service) -> int:
    """In bytes, with all indexes."""
    with running.db.read() as session:
        return session.scalar(select(func.pg_database_size(func.current_database()))) or 0


def until_frozen(running: Service, campaign_id: UUID) -> float:
    while True:
        with running.db.read() as session:
            if find_campaign(session, campaign_id).roster:
                return monotonic()
        running.check()
        sleep(0.05)


def watch(running: Service) -> dict[str, psutil.Process]:
    ours = {name: psutil.Process(process.pid) for name, process in running.processes.items()}
    return ours | running.servers


def processor_time(process: psutil.Process) -> float:
    """Of a process and its children, in seconds."""
    times = [one.cpu_times() for one in [process, *process.children(recursive=True)]]
    return sum(one.user + one.system for one in times)


def largest_sender(running: Service) -> float:
    """Private memory (USS) of the worker's children, in MB."""
    worker = psutil.Process(running.processes["worker"].pid)
    return max(child.memory_full_info().uss for child in worker.children()) / 1e6


def start(running: Service, processes: int) -> None:
    """A worker and a beat that have come to rest."""
    running.start("worker", "worker", "--concurrency", str(processes), "--loglevel", "ERROR")
    running.start("beat", "beat", "--pidfile", str(running.folder / "beat.pid"))
    sleep(8)


def reference(port: int, messages: int) -> Speed:
    count = min(messages, MOST_REFERENCES)
    slow = REFERENCE == "smtplib"
    return speed(REFERENCE, port, count // 4 if slow else count, pinned=False)


def mean_of(before: Speed, after: Speed) -> Speed:
    return Speed(mean([before.rate, after.rate]), mean([before.cost, after.cost]))


def show(found: Run, beside: Speed) -> float:
    """Prints both; gives the ratio of their rates."""
    ratio = found.rate / beside.rate
    print(
        f"  {found.recipients:,} recipients in {found.seconds:.0f} s: {found.rate:,.0f}/s, "
        f"{found.sending_rate:,.0f}/s once the roster was frozen (after {found.frozen_after} s); "
        f"{REFERENCE} {beside.rate:,.0f}/s: ratio {ratio:.2f}"
    )
    costs = ", ".join(f"{name} {cost:.0f}" for name, cost in found.cpu.items())
    print(
        f"  µs of processor time a message: {costs}; {REFERENCE} {beside.cost:.0f}; "
        f"largest sender {found.uss_mb} MB (USS)"
    )
    return ratio


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipients", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--processes", type=int, default=2, help="of the worker")
    options = parser.parse_args()
    runs, ratios = [], []
    with sink(pinned=False) as port, service(port) as running:
        running.add_people("harbour", options.recipients)
        start(running, options.processes)
        for _ in range(options.rounds):
            before = reference(port, options.recipients)
            found = run(running, "harbour", options.recipients)
            beside = mean_of(before, reference(port, options.recipients))
            runs.append(found)
            ratios.append(show(found, beside))
    print(f"  median ratio to {REFERENCE}: {median(ratios):.2f}   (aim 1.0)")
    keep(
        "campaign",
        {
            "reference": REFERENCE,
            "ratio": round(median(ratios), 2),
            "ratios": [round(one, 2) for one in ratios],
            "runs": [asdict(one) for one in runs],
        },
    )


if __name__ == "__main__":
    main()
