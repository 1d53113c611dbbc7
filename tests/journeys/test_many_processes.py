"""The service as separate processes: PostgreSQL, Redis, two Celery workers, two beats."""

import json
from collections import Counter
from datetime import timedelta
from uuid import uuid4

from digest.actions.lists import Feed, create_list
from digest.actions.relays import seed_relay
from digest.actions.sources import create_source
from digest.actions.subscribe import add_subscriber
from digest.clock import utc_now
from digest.demo.inbox import Inbox
from digest.demo.newsroom import Newsroom
from digest.domain.states import Stream
from digest.settings import load_settings
from digest.store import schema
from digest.store.engine import Database
from tests.commands import environment, run_digest
from tests.processes import beat, running, worker
from tests.servers import wait_until

PEOPLE = 120


def test_a_list_goes_out_once_through_celery_on_redis_and_postgresql(tmp_path, postgres, valkey):
    with Newsroom(utc_now()) as newsroom, Inbox(tmp_path / "mails") as inbox:
        env = environment(
            home=tmp_path / "home",
            database_url=postgres.create_database(f"journey_{uuid4().hex}"),
            redis_url=valkey.url,
            smtp_url=inbox.smtp_url,
            fetch_allow="127.0.0.0/8",
            fetch_delay=0,
        )
        prepare(env, newsroom)
        commands = [it for n in ("one", "two") for it in (worker(n), beat(tmp_path, n))]
        with running(env, tmp_path / "celery.log", *commands):
            wait_until(lambda: len(inbox.envelopes) >= PEOPLE, "everybody has a mail", 150)
            wait_until(lambda: status(env)["state"] == "done", "the campaign is done", 30)
        assert status(env)["balanced"]
        assert status(env)["counts"] == {"sent": PEOPLE}
        got = Counter(envelope.rcpt_to[0] for envelope in inbox.envelopes)
        assert set(got.values()) == {1}
        runs = json.loads(run_digest(env, "run", "list", "--json"))
        assert [run["state"] for run in runs] == ["done"]


def prepare(env, newsroom):
    """A list that was made an hour ago, with a run due at this hour, and its people."""
    settings = load_settings(
        **{
            key.removeprefix("DIGEST_").lower(): value
            for key, value in env.items()
            if "DIGEST_" in key
        }
    )
    db = Database(settings.database)
    schema.upgrade(db)
    now = utc_now()
    seed_relay(db, settings, now)
    for place, source in enumerate(newsroom.sources, 1):
        create_source(
            db, settings, slug=f"s{place}", url=source.url, kind=source.kind, name=source.name,
            now=now, actor="test",
        )  # fmt: skip
    run_digest(env, "collect")
    create_list(
        db,
        slug="morning",
        name="The Morning Line",
        from_address="brief@morning-line.example",
        postal_address="4 Ropewalk, Port Amsel",
        feeds=[Feed(f"s{place}") for place in range(1, len(newsroom.sources) + 1)],
        cadences={Stream.EACH: "hourly"},
        timezone="UTC",
        options={"lead_time": timedelta(0)},
        now=now - timedelta(hours=1),
        actor="test",
    )
    for n in range(PEOPLE):
        add_subscriber(
            db, settings, f"reader{n}@mail.example", list_slug="morning", now=now, actor="test"
        )
    db.close()


def status(env):
    return json.loads(run_digest(env, "campaign", "audit", "latest", "--json"))
