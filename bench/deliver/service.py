"""The whole service for a benchmark: real servers, workers and beat as processes of their own."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from time import monotonic, sleep
from uuid import UUID, uuid4

import psutil
import psycopg

from bench.deliver.letters import BRANDING, content
from digest.actions.relays import seed_relay
from digest.actions.schedule_campaign import schedule_campaign
from digest.clock import utc_now
from digest.domain.edition import Variant
from digest.domain.ids import uuid7
from digest.domain.states import DeliveryState, Stream, SubscriptionState
from digest.settings import Settings, load_settings
from digest.store import schema
from digest.store.campaigns import counts
from digest.store.engine import Database, Session
from digest.store.lists import find_list
from digest.store.subscribers import Subscriber, Subscription
from tests.builders import a_list, an_edition
from tests.servers import Postgres, Valkey

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 1_800


class TunedPostgres(Postgres):
    """With memory and log space as for a service, and safe: fsync and synchronous_commit on."""

    def command(self) -> list[str]:
        tuned = {"shared_buffers": "512MB", "max_wal_size": "4GB", "checkpoint_timeout": "15min"}
        return [*super().command(), *(w for k, v in tuned.items() for w in ("-c", f"{k}={v}"))]


@dataclass
class Service:
    """Servers that run, an empty database, and processes that were started for them."""

    settings: Settings
    db: Database
    environment: dict[str, str]
    folder: Path = Path()
    servers: dict[str, psutil.Process] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *words: str) -> None:
        command = [sys.executable, "-m", "celery", "-A", "workers.app", *words]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command, env=self.environment, cwd=ROOT, stdout=log, stderr=log
            )

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
        self.processes.clear()

    def check(self) -> None:
        """Whether all that was started still runs."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                log = (self.folder / f"{name}.log").read_text()
                raise RuntimeError(f"{name} has ended:\n{log}")

    def add_people(self, slug: str, n: int) -> None:
        """A list with ``n`` confirmed readers, each with an address of their own."""
        with self.db.begin() as session:
            list_id = a_list(session, slug).id
            if self.db.is_sqlite:
                add_one_by_one(session, list_id, slug, n)
                return
        with psycopg.connect(self.settings.database, autocommit=True) as connection:
            connection.execute(PEOPLE, {"n": n, "slug": slug})
            place = {"list": list_id, "variant": Variant().key, "like": f"reader%@{slug}-%"}
            connection.execute(PLACES, place)
            connection.execute("VACUUM ANALYZE")

    def launch(self, slug: str) -> UUID:
        """An approved edition of some 32 kB, and its campaign, due at once."""
        now = utc_now()
        with self.db.begin() as session:
            mailing_list = find_list(session, slug)
            edition = an_edition(
                session,
                mailing_list,
                number=int(monotonic() * 1000),
                content=content(date(2026, 3, 2)),
                branding=BRANDING,
            )
            edition_id = edition.id
        return schedule_campaign(self.db, edition_id, due_at=now, now=now, actor="bench")

    def wait(self, campaign_id: UUID, recipients: int) -> None:
        """Until the last state of a campaign is recorded, which is ``sent`` for each of them."""
        end = monotonic() + PATIENCE_SECONDS
        while monotonic() < end:
            with self.db.read() as session:
                if counts(session, campaign_id)[DeliveryState.SENT] == recipients:
                    return
            self.check()
            sleep(0.1)
        raise TimeoutError(f"not all were sent to within {PATIENCE_SECONDS} s")


def add_one_by_one(session: Session, list_id: UUID, slug: str, n: int) -> None:
    now = utc_now()
    for number in range(1, n + 1):
        address = f"reader{number}@{slug}-{number % 97}.example"
        person = Subscriber(
            id=uuid7(), address=address, address_hash=f"{number:032x}", created_at=now
        )
        session.add(person)
        session.add(
            Subscription(
                subscriber_id=person.id,
                list_id=list_id,
                state=SubscriptionState.CONFIRMED,
                stream=Stream.EACH,
                variant=Variant().key,
                created_at=now,
                confirmed_at=now,
            )
        )


PEOPLE = """
INSERT INTO subscriber (id, address, address_hash, language, attributes, created_at)
SELECT digest_uuid7(), 'reader' || n || '@' || %(slug)s || '-' || n %% 97 || '.example',
    left(encode(sha256(convert_to(%(slug)s || n, 'UTF8')), 'hex'), 32), 'en', '{}', now()
FROM generate_series(1, %(n)s) n
"""

PLACES = """
INSERT INTO subscription
    (id, subscriber_id, list_id, state, stream, variant, created_at, confirmed_at)
SELECT digest_uuid7(), id, %(list)s, 'confirmed', 'each', %(variant)s, now(), now()
FROM subscriber WHERE address LIKE %(like)s
"""


@contextmanager
def service(smtp_port: int) -> Iterator[Service]:
    """PostgreSQL and Redis, and a database that is up to date; mail goes to ``smtp_port``."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="digest-bench-")))
        postgres, valkey = TunedPostgres(), Valkey()
        for server in (postgres, valkey):
            stack.callback(server.remove)
            server.start()
        given = {
            "HOME": str(folder),
            "DATABASE_URL": postgres.create_database(f"bench_{uuid4().hex}"),
            "REDIS_URL": valkey.url,
            "SMTP_URL": f"smtp://127.0.0.1:{smtp_port}?starttls=none",
            "BASE_URL": "https://news.harbour.example",
            "LOG_LEVEL": "WARNING",
        }
        settings = load_settings(**{key.lower(): value for key, value in given.items()})
        db = Database(settings.database)
        stack.callback(db.close)
        schema.upgrade(db)
        seed_relay(db, settings, utc_now())
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("DIGEST_")}
        environment = inherited | {f"DIGEST_{key}": value for key, value in given.items()}
        servers = {
            name: psutil.Process(server.process.pid)
            for name, server in (("PostgreSQL", postgres), ("Redis", valkey))
            if server.process is not None
        }
        running = Service(settings, db, environment, folder, servers)
        stack.callback(running.stop)
        yield running
