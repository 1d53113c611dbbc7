"""The service as it runs in earnest: workers, beats and pages as processes of their own, on a
PostgreSQL, a Redis-compatible broker and a relay with a ledger, all of the test's own."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Self
from uuid import UUID, uuid4

from digest.actions.audit_campaign import CampaignReport, audit_campaign, campaign_status
from digest.actions.relays import seed_relay
from digest.clock import utc_now
from digest.domain.states import CampaignState
from digest.settings import load_settings
from digest.store import schema
from digest.store.engine import Database
from tests.builders import a_sending_campaign
from tests.commands import ROOT, environment
from tests.faults.relay import FaultyRelay
from tests.servers import Postgres, Valkey, answers, free_port, wait_until

SECRETS = {
    "secret_key": "a secret for tests, thirty-two long",
    "suppression_key": "another secret for tests, also long",
}


_one_upgrade = threading.Lock()  # alembic knows one at a time in a process


class Member:
    """One process of the fleet with all its children: a group that is signalled as a whole."""

    def __init__(self, command: Sequence[str], env: dict[str, str], log: Path) -> None:
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                command, env=env, cwd=ROOT, stdout=file, stderr=file, start_new_session=True
            )

    def signal_all(self, number: signal.Signals) -> None:
        os.killpg(self.process.pid, number)

    def kill(self) -> None:
        """kill -9 of the whole group."""
        if self.process.poll() is None:
            self.signal_all(signal.SIGKILL)
        self.process.wait()

    def stop(self, seconds: float = 45) -> int:
        """SIGTERM to the parent, as a supervisor sends it; gives the exit status."""
        self.process.terminate()
        return self.process.wait(seconds)

    @property
    def children(self) -> list[int]:
        """The process ids of the pool."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(word) for word in listed.split()]


class Fleet:
    """Open as a context; whatever was started ends with it."""

    def __init__(
        self,
        folder: Path,
        postgres: Postgres,
        valkey: Valkey,
        relay: FaultyRelay,
        **settings: Any,
    ) -> None:
        self.folder, self.postgres, self.valkey, self.relay = folder, postgres, valkey, relay
        self._begin(settings)

    def _begin(self, settings: dict[str, Any]) -> None:
        self._given = settings
        self.members: list[Member] = []
        self.log = self.folder / "fleet.log"
        self._supervisors: list[threading.Thread] = []
        self._is_over = threading.Event()

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.relay.start()
        self._values: dict[str, Any] = {
            "home": self.folder / "home",
            "smtp_url": self.relay.url,
            "base_url": "https://news.example",
            **SECRETS,
            **self.servers(),
            **self._given,
        }
        self.settings = load_settings(**self._values)
        self.env = environment(**self._values)
        self.db = Database(self.settings.database)
        with _one_upgrade:
            schema.upgrade(self.db)
        seed_relay(self.db, self.settings, utc_now())
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        for supervisor in self._supervisors:
            supervisor.join()
        for member in self.members:
            member.kill()
        self.relay.stop()
        self.db.close()

    def servers(self) -> dict[str, Any]:
        """Where its servers are, as settings; with a database of its own."""
        return {
            "database_url": self.postgres.create_database(f"faults_{uuid4().hex}"),
            "postgres_bin": str(self.postgres.bin),
            "redis_url": self.valkey.url,
            "redis_open": True,  # on a network of its own
        }

    def lose_database(self) -> None:
        """It is gone, and an empty one is in its place."""
        self.db.close()
        self.postgres.drop_database(name := str(self.db.engine.url.database))
        self.postgres.create_database(name)

    # Who takes part.

    def run(self, release: Sequence[str] = ()) -> list[Member]:
        """All that is needed to send; ``release``: of which code, where it is not this one."""
        before = (*release, "celery")
        return [self.beat(before=before), self.worker(before=before)]

    def command(self, *words: str, release: Sequence[str] = ()) -> None:
        """`digest` with these words, to its end."""
        member = self.start(*release, "digest", *words)
        assert member.process.wait(120) == 0, f"{words} failed: {self.log}"

    def worker(
        self,
        *,
        pool: int = 1,
        before: Sequence[str] = (),
        on: Sequence[str] = (),
        **env: str,
    ) -> Member:
        """A Celery worker with ``pool`` processes; ``before`` stands in the place of ``-m celery``
        where another module is to start it, ``on`` before the command where it runs elsewhere."""
        name = f"w{len(self.members)}@fleet"
        words = ["-A", "workers.app", "worker", "--concurrency", str(pool), "--hostname", name]
        return self.start(*(before or ("celery",)), *words, on=on, **env)

    def supervise(self, member: Member, **how: Any) -> None:
        """Start another worker whenever one ends, as systemd and compose do."""

        def watch(member: Member) -> None:
            while not self._is_over.wait(0.5):
                if member.process.poll() is not None:
                    member = self.worker(**how)

        self._supervisors.append(threading.Thread(target=watch, args=(member,), daemon=True))
        self._supervisors[-1].start()

    def beat(self, *, before: Sequence[str] = (), **env: str) -> Member:
        pid_file = self.folder / f"beat{len(self.members)}.pid"
        words = ["-A", "workers.app", "beat", "--pidfile", str(pid_file)]
        return self.start(*(before or ("celery",)), *words, **env)

    def web(self, port: int | None = None, *, before: Sequence[str] = (), **env: str) -> int:
        """The pages; gives the port once it answers."""
        port = port or free_port()
        self.start(*(before or ("digest",)), "web", "--port", str(port), **env)
        wait_until(lambda: answers(port), "the pages answer", 60)
        return port

    def start(self, *words: str, on: Sequence[str] = (), **env: str) -> Member:
        """``python -m`` these words."""
        member = Member([*on, sys.executable, "-m", *words], self.env | env, self.log)
        self.members.append(member)
        return member

    # What it works on.

    def campaign(self, addresses: Sequence[str], **values: Any) -> UUID:
        """A campaign whose roster is frozen and due."""
        return a_sending_campaign(self.db, self.settings, addresses, expires=False, **values)

    def state(self, campaign_id: UUID) -> CampaignState:
        return campaign_status(self.db, campaign_id, utc_now()).state

    def audit(self, campaign_id: UUID) -> CampaignReport:
        return audit_campaign(self.db, campaign_id, utc_now())

    def wait_for(self, n: int, seconds: float = 120) -> None:
        """Until the relay has kept ``n`` messages."""
        wait_until(lambda: len(self.relay.ledger) >= n, f"{n} messages are kept", seconds)

    def wait_for_kind(self, kind: str, n: int, seconds: float = 120) -> None:
        """Until the relay has kept ``n`` messages to readers of that kind."""

        def kept() -> int:
            return sum(one.recipient.startswith(f"{kind}+") for one in list(self.relay.ledger))

        wait_until(lambda: kept() >= n, f"{n} messages to {kind} are kept", seconds)

    def wait_done(self, campaign_id: UUID, seconds: float = 180) -> None:
        def is_done() -> bool:
            return self.state(campaign_id) in (CampaignState.DONE, CampaignState.CANCELLED)

        wait_until(is_done, f"the campaign is done ({self.log})", seconds, every=0.2)


def readers(n: int, kind: str = "reader") -> list[str]:
    """``n`` addresses; ``kind`` names what the relay does with them (``relay.FAULTS``)."""
    return [f"{kind}+{number}@mail.example" for number in range(n)]


def mixed(many: Sequence[str], few: Sequence[str]) -> list[str]:
    """``few`` spread evenly among ``many``."""
    step = len(many) // len(few)
    pieces = ([*many[n * step : (n + 1) * step], one] for n, one in enumerate(few))
    return [*chain.from_iterable(pieces), *many[len(few) * step :]]
