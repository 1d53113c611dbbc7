"""How fast one process hands messages over: ``python -m bench.deliver engine``.

Messages of 32 kB with fields of each recipient's own go to a sink on the other core, in turns with
a plain ``smtplib`` loop and with postfix's ``smtp-source``, where that is installed (with ``-d`` it
keeps its connections, without it makes one for each message). The sink's ceiling is what it takes
from a stream that was made before. Aim: 1.1 times ``smtp-source``.
"""

import argparse
import asyncio
import json
import os
import select
import smtplib
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID

from rich.progress import track

from bench.deliver.letters import BRANDING
from bench.deliver.results import keep
from digest.deliver.message import CompiledMessage, Origin, Personal
from digest.deliver.pipeline import PipelinedConnection
from digest.deliver.results import Result
from digest.deliver.transport import Mail, Reply
from digest.domain.edition import Field, Rendition, placeholder
from digest.domain.relay import Security, SmtpRelay
from digest.domain.states import Stream

SIZE = 32_000  # octets of a message
CONNECTIONS = 10
SMTP_SOURCE = Path("/usr/sbin/smtp-source")
WORDS = "The pilots’ guild of Varda agrees on a night tariff until spring, and what it means."


def compiled() -> CompiledMessage:
    """A digest whose messages have ``SIZE`` octets, give or take a line."""
    fields = [placeholder("q7zk", name) for name in Field.ALL]
    text = "\n".join([*paragraphs(SIZE // 4), *fields])
    html = "\n".join([f"<p>{words}</p>" for words in paragraphs(SIZE * 13 // 20)])
    html += "".join(f"<b>{field}</b>" for field in fields)
    rendition = Rendition("Night tariff agreed", "Until spring", text, html, "q7zk")
    return CompiledMessage(rendition, BRANDING, Origin(UUID(int=7), Stream.EACH))


def paragraphs(octets: int) -> Iterator[str]:
    """Invented sentences, some ``octets`` of them as UTF-8 and quoted-printable."""
    number = 0
    while octets > 0:
        number += 1
        words = " ".join(f"Berth {number * part}: {WORDS}" for part in (1, 7, 31, 151, 1_009))
        octets -= len(words) + 40
        yield words


def mails() -> Iterator[Mail]:
    """Without end, each built when it is asked for."""
    message, date, number = compiled(), datetime(2026, 3, 2, 6, 0, tzinfo=UTC), 0
    while True:
        number += 1
        token = f"{number:032x}"
        address = f"reader{number}@mail{number % 97}.example"
        personal = Personal(
            address=address,
            message_key=UUID(int=number),
            date=date,
            unsubscribe_url=f"https://news.harbour.example/u/{token}",
            preferences_url=f"https://news.harbour.example/p/{token}",
        )
        yield Mail(f"b+{token}@bounce.harbour.example", address, message.build(personal))


async def pipelined(port: int, messages: int, connections: int) -> None:
    relay = SmtpRelay("127.0.0.1", port, Security.NONE)
    taken = 0

    def done(_: int, result: Result) -> None:
        nonlocal taken
        assert isinstance(result, Reply), result
        taken += result.code == 250

    lines = [PipelinedConnection(relay) for _ in range(connections)]
    shared = islice(mails(), messages)
    await asyncio.gather(*(line.send_from(shared, done) for line in lines))
    assert taken == messages, f"{taken} of {messages}"
    await asyncio.gather(*(line.close() for line in lines))


def run_engine(port: int, messages: int, connections: int) -> None:
    asyncio.run(pipelined(port, messages, connections))


def run_engine_on_uvloop(port: int, messages: int, connections: int) -> None:
    import uvloop  # type: ignore[import-not-found] # only measured where it is there

    uvloop.run(pipelined(port, messages, connections))


def run_smtplib(port: int, messages: int, _: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        for mail in islice(mails(), messages):
            client.sendmail(mail.return_path, [mail.recipient], mail.content)


def run_raw(port: int, messages: int, connections: int) -> None:
    """The same octets for everybody, made once: what is left is the sink."""
    mail = next(mails())
    envelope = b"MAIL FROM:<b@harbour.example>\r\nRCPT TO:<r@mail.example>\r\nDATA\r\n"
    stream = mail.content + b".\r\n" + envelope
    poll, sockets = select.epoll(), {}
    for _ in range(connections):
        line = socket.create_connection(("127.0.0.1", port))
        line.recv(100)
        line.sendall(envelope)
        sockets[line.fileno()] = line
        poll.register(line.fileno(), select.EPOLLIN)
    begun = 0
    while begun < messages:
        for number, _ in poll.poll():
            if sockets[number].recv(1000).endswith(b"354 Go on\r\n"):
                sockets[number].sendall(stream)
                begun += 1


RUNS: dict[str, Callable[[int, int, int], None]] = {
    "engine": run_engine,
    "engine on uvloop": run_engine_on_uvloop,
    "smtplib": run_smtplib,
    "raw stream": run_raw,
}


@contextmanager
def sink(delay_ms: float = 0.0, *, pinned: bool = True) -> Iterator[int]:
    """A sink, on the last core where it is pinned; gives its port."""
    command = [sys.executable, "-m", "bench.deliver.sink", "--delay-ms", str(delay_ms)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    if pinned:
        _pin(process.pid, -1)
    try:
        yield json.loads(process.stdout.readline())["port"]
    finally:
        process.terminate()
        said = json.loads(process.communicate(timeout=10)[0])
        cost = said["cpu"] / max(said["messages"], 1)
        print(f"  sink: {said['messages']:,} messages, {cost * 1e6:.0f} µs of processor time each")


def _pin(pid: int, core: int) -> None:
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(pid, {cores[core]})


@dataclass(frozen=True)
class Speed:
    """Of one run; ``cost`` is the sender's processor time for a message, in µs."""

    rate: float
    cost: float


def speed(
    name: str, port: int, messages: int, connections: int = CONNECTIONS, *, pinned: bool = True
) -> Speed:
    """One run in a process of its own, on the first core where it is pinned."""
    if name.startswith("smtp-source"):
        extra = ["-d"] if name.endswith("-d") else []
        command = [str(SMTP_SOURCE), *extra, "-s", str(connections), "-m", str(messages)]
        command += ["-l", str(SIZE), "-f", "b@harbour.example", "-t", "r@mail.example"]
        command += [f"127.0.0.1:{port}"]
        began, before = perf_counter(), processor_time(RUSAGE_CHILDREN)
        process = subprocess.Popen(command)
        if pinned:
            _pin(process.pid, 0)
        assert process.wait(600) == 0
        cost = (processor_time(RUSAGE_CHILDREN) - before) / messages * 1e6
        return Speed(messages / (perf_counter() - began), cost)
    command = [sys.executable, "-m", "bench.deliver.engine", "--run", name, "--port", str(port)]
    command += ["--messages", str(messages), "--connections", str(connections)]
    command += ["--pinned"] if pinned else []
    output = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    return Speed(**json.loads(output.stdout))


def processor_time(of_whom: int) -> float:
    used = getrusage(of_whom)
    return used.ru_utime + used.ru_stime


def run_one(name: str, port: int, messages: int, connections: int, *, pinned: bool) -> None:
    if pinned:
        _pin(0, 0)
    began, before = perf_counter(), processor_time(RUSAGE_SELF)
    RUNS[name](port, messages, connections)
    seconds, used = perf_counter() - began, processor_time(RUSAGE_SELF) - before
    print(json.dumps({"rate": messages / seconds, "cost": used / messages * 1e6}))


def contenders() -> list[str]:
    names = ["engine"]
    try:
        import uvloop  # noqa: F401
    except ImportError:
        print("uvloop is not installed: the engine runs on asyncio's own loop")
    else:
        names.append("engine on uvloop")
    if SMTP_SOURCE.exists():
        names += ["smtp-source", "smtp-source -d"]
    else:
        print(f"{SMTP_SOURCE} is not there: no comparison with it")
    return [*names, "smtplib", "raw stream"]


def compare(messages: int, rounds: int) -> dict[str, Any]:
    """Each contender over interleaved rounds: the medians of rates, costs and ratios."""
    names = contenders()
    speeds: dict[str, list[Speed]] = {name: [] for name in names}
    with sink() as port:
        for _ in track(range(rounds), "Measuring", transient=True):
            for name in names:
                count = messages // 4 if name == "smtplib" else messages
                speeds[name].append(speed(name, port, count))
    for name, found in speeds.items():
        rates = [one.rate for one in found]
        extent = f"({min(rates):,.0f} – {max(rates):,.0f})"
        cost = median(one.cost for one in found)
        print(f"  {name:18}{median(rates):8,.0f} messages/s  {extent:18} {cost:4.0f} µs each")
    ratios = {}
    for mine in (name for name in names if name.startswith("engine")):
        for other in (name for name in names if not name.startswith("engine")):
            both = zip(speeds[mine], speeds[other], strict=True)
            ratios[f"{mine} / {other}"] = round(median(a.rate / b.rate for a, b in both), 2)
    for name, ratio in ratios.items():
        print(f"  {name}: {ratio:.2f}")
    rates = {name: round(median(one.rate for one in found)) for name, found in speeds.items()}
    costs = {name: round(median(one.cost for one in found)) for name, found in speeds.items()}
    return {"messages_a_second": rates, "us_of_cpu_a_message": costs, "ratios": ratios}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=6_000, help="of each run")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--run", choices=RUNS, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--connections", type=int, default=CONNECTIONS, help=argparse.SUPPRESS)
    parser.add_argument("--pinned", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        count, lines = options.messages, options.connections
        run_one(options.run, options.port, count, lines, pinned=options.pinned)
        return
    size = len(next(mails()).content)
    print(f"Messages of {size:,} octets, {CONNECTIONS} connections, {options.rounds} rounds")
    keep("engine", {"octets": size, **compare(options.messages, options.rounds)})


if __name__ == "__main__":
    main()
