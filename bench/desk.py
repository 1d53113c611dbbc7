"""How fast the desk answers: ``python -m bench.desk [--subscribers 100000] [--editions 400]``.

Makes a newsroom in PostgreSQL (100,000 subscribers, 5,000 briefs, 400 editions, two campaigns with
all their deliveries), asks for each page of the desk's route table many times, and prints the
server time's median and 95th percentile and how many queries it ran.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, event, insert, not_, select, text, update

from digest.actions.count_breakdowns import count_breakdowns
from digest.actions.keep_up import keep_up
from digest.clock import utc_now
from digest.domain.edition import BriefItem, Section, Variant
from digest.domain.ids import uuid7
from digest.domain.role import Role
from digest.domain.states import (
    CampaignState,
    DeliveryState,
    DoubtPolicy,
    EditionState,
    RunState,
    Stream,
    SubscriptionState,
)
from digest.settings import Settings, load_settings
from digest.store import schema
from digest.store.briefs import Brief
from digest.store.campaigns import Batch, Campaign
from digest.store.deliveries import Delivery, in_batch
from digest.store.editions import Edition, keep_renditions
from digest.store.engine import Database, Session
from digest.store.list_days import ListDay
from digest.store.lists import ListCadence, ListSource, MailingList
from digest.store.roster import Roster, freeze_roster
from digest.store.runs import Run
from digest.store.samples import CampaignSample
from digest.store.subscribers import Subscriber, Subscription
from digest.tokens import hash_address
from tests.builders import a_branding, a_list, a_rendition, a_source, some_content
from tests.desk import desk_client, logged_in, pages_of
from tests.servers import Postgres

MOST_MS, MOST_PREVIEW_MS, MOST_QUERIES = 150, 300, 15
COUNTS_ROWS = "/desk/campaigns/{campaign_id}/audit"  # the proof, which counts every row on purpose
BATCH = 1000
DOMAINS = ["amsel", "norholm", "dorn", "ostrel", "tarvia", "merrow", "kestria", "ilmara"]
REPLIES = [
    "250 2.0.0 Ok: queued as {}",
    "250 2.6.0 {} accepted for delivery",
    "250 ok, thank you",
]
REFUSALS = ["550 5.1.1 no such mailbox", "552 5.2.2 mailbox full", "554 5.7.1 not wanted here"]
SUBJECTS = [
    "Ferries to Norholm halt",
    "Tarvia’s grain board resigns",
    "A toll in the Callow Strait",
]


def main() -> None:
    options = _options()
    settings = load_settings(
        home=Path(tempfile.mkdtemp(prefix="bench-desk-")),
        secret_key="a key of thirty-two characters or more",
        suppression_key="a key of thirty-two characters, too",
        base_url="http://testserver",
    )
    server = Postgres()
    server.start()
    try:
        db = Database(server.create_database("bench"))
        schema.upgrade(db)
        began = time.monotonic()
        a_newsroom(db, settings, options.subscribers, options.briefs, options.editions)
        print(f"data made in {time.monotonic() - began:.0f} s")
        measure(db, settings, options.times)
        db.close()
    finally:
        server.remove()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("subscribers", 100_000), ("briefs", 5000), ("editions", 400)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--times", type=int, default=40, help="how often each page is asked for")
    return parser.parse_args()


def measure(db: Database, settings: Settings, times: int) -> None:
    """Ask for each page and print a line each; exits with 1 where one is too slow."""
    slow = []
    print(f"{'page':46} {'median':>8} {'p95':>8} {'queries':>8}   (ms, {times} times)")
    with desk_client(db, settings) as client:
        logged_in(client, Role.ADMIN)
        for pattern, path in pages_of(sample_ids(db)):
            with counted(db) as queries:
                answer = client.get(path)
            if answer.status_code != 200:
                print(f"{pattern:46} {answer.status_code}")
                continue
            taken = sorted(_milliseconds(client, path) for _ in range(times))
            p95 = taken[int(len(taken) * 0.95)]
            print(f"{pattern:46} {statistics.median(taken):8.1f} {p95:8.1f} {len(queries):8}")
            most = MOST_PREVIEW_MS if "preview" in pattern else MOST_MS
            if pattern != COUNTS_ROWS and (p95 > most or len(queries) > MOST_QUERIES):
                slow.append(pattern)
    if slow:
        sys.exit("Too slow, or too many queries: " + ", ".join(slow))


def _milliseconds(client: Any, path: str) -> float:
    began = time.perf_counter()
    client.get(path)
    return (time.perf_counter() - began) * 1000


@contextmanager
def counted(db: Database) -> Iterator[list[str]]:
    """The statements that run within the block, but for those that begin and end transactions."""
    statements: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "SELECT 1")):
            statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def sample_ids(db: Database) -> Mapping[str, str]:
    """Something real for each parameter of a path: the newest."""
    with db.read() as session:

        def newest(row: Any) -> str:
            return str(session.scalars(select(row.id).order_by(row.id.desc()).limit(1)).one())

        delivery = session.scalars(select(Delivery).order_by(Delivery.id.desc()).limit(1)).one()
        campaign = session.get_one(Campaign, delivery.campaign_id)
        return {
            "list_slug": session.scalars(select(MailingList.slug).limit(1)).one(),
            "campaign_id": str(campaign.id),
            "edition_id": str(campaign.edition_id),
            "run_id": newest(Run),
            "delivery_id": str(delivery.id),
            "subscriber_id": str(delivery.subscriber_id),
            "brief_id": newest(Brief),
            "name": "days",
        }


def a_newsroom(
    db: Database, settings: Settings, subscribers: int, briefs: int, editions: int
) -> None:
    """One list of many people with a past of daily editions, the last two campaigns in full."""
    dice, now = random.Random(7), utc_now().replace(microsecond=0)
    with db.begin() as session:
        mailing_list = a_list(session, timezone="Europe/Lisbon")
        source = a_source(session, "ledger", last_success_at=now)
        a_source(session, "dispatch", failures=4, error="dispatch.example answered 503.")
        session.add(ListSource(list_id=mailing_list.id, source_id=source.id))
        session.add(
            ListCadence(
                list_id=mailing_list.id,
                stream=Stream.EACH,
                words="daily at 07:00",
                since=now - timedelta(days=editions),
            )
        )
        list_id, source_id = mailing_list.id, source.id
        _people(session, settings, list_id, subscribers, now)
        items = _briefs(session, source_id, briefs, now, dice)
    with db.begin() as session:
        _past(session, list_id, editions, items, subscribers, now, dice)
    for age in (1, 0):
        with db.begin() as session:
            _campaign_in_full(session, list_id, editions + 2 - age, items, now, age, dice)
    if not db.is_sqlite:
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    while count_breakdowns(db, now, seconds=60):
        pass
    keep_up(db, settings, utc_now(), queues={"default": 0, "delivery": 1, "collection": 0})


def _people(session: Session, settings: Settings, list_id: UUID, n: int, now: datetime) -> None:
    for start in range(0, n, 10_000):
        ids = [uuid7() for _ in range(start, min(n, start + 10_000))]
        people, places = [], []
        for place, id_ in enumerate(ids, start):
            address = f"reader{place}@{DOMAINS[place * place % 8]}.example"
            hashed = hash_address(settings, address)
            people.append(
                {"id": id_, "address": address, "address_hash": hashed, "created_at": now}
            )
            places.append(
                {
                    "subscriber_id": id_,
                    "list_id": list_id,
                    "state": SubscriptionState.CONFIRMED,
                    "variant": Variant().key,
                    "created_at": now,
                    "confirmed_at": now - timedelta(days=place % 400),
                }
            )
        session.execute(insert(Subscriber), people)
        session.execute(insert(Subscription), places)


def _briefs(
    session: Session, source_id: UUID, n: int, now: datetime, dice: random.Random
) -> list[BriefItem]:
    rows, items = [], []
    for place in range(n):
        id_, title = uuid7(), f"{dice.choice(SUBJECTS)}, part {place}"
        at = now - timedelta(hours=2 * (n - place))
        bullets = tuple(f"Point {k} of story {place} is settled at last." for k in range(3))
        url = f"https://ledger.example/{place}"
        items.append(BriefItem(id=id_, title=title, url=url, bullets=bullets))
        rows.append(
            {
                "id": id_,
                "source_id": source_id,
                "url": url,
                "title": title,
                "bullets": bullets,
                "body": tuple(f"Paragraph {k} of it. " * 20 for k in range(5)),
                "teaser": "",
                "categories": ("World",),
                "published_at": at,
                "arrived_at": at,
                "updated_at": at,
                "checksum": str(place),
            }
        )
    session.execute(insert(Brief), rows)
    return items


def _past(
    session: Session,
    list_id: UUID,
    editions: int,
    items: list[BriefItem],
    subscribers: int,
    now: datetime,
    dice: random.Random,
) -> None:
    """Editions whose deliveries are gone and whose tallies are not."""
    days = []
    for number in range(1, editions + 1):
        at = (now - timedelta(days=editions + 1 - number)).replace(hour=7, minute=0, second=0)
        roster = subscribers * number // editions
        campaign = _campaign(session, list_id, number, items, at, roster, CampaignState.DONE)
        for position in range(max(1, roster // BATCH)):
            failed = dice.randrange(8)
            session.add(
                Batch(
                    campaign_id=campaign.id,
                    position=position,
                    first_id=uuid7(),
                    last_id=uuid7(),
                    sent=BATCH - failed,
                    failed=failed,
                )
            )
        days.append(
            ListDay(
                list_id=list_id,
                day=at.date(),
                subscribers=roster,
                joined=dice.randrange(300),
                gone=dice.randrange(40),
                counted_at=at,
            )
        )
    session.add_all(days)


def _campaign(
    session: Session,
    list_id: UUID,
    number: int,
    items: list[BriefItem],
    at: datetime,
    roster: int,
    state: CampaignState,
) -> Campaign:
    is_done = state is CampaignState.DONE
    run = Run(
        list_id=list_id,
        stream=Stream.EACH,
        scheduled_at=at,
        state=RunState.DONE if is_done else RunState.IN_CAMPAIGN,
        created_at=at,
        changed_at=at,
    )
    session.add(run)
    session.flush()
    start = number * 10 % max(1, len(items) - 12)
    subject = SUBJECTS[number % len(SUBJECTS)]
    edition = Edition(
        list_id=list_id,
        run_id=run.id,
        stream=Stream.EACH,
        number=number,
        state=EditionState.SENT if is_done else EditionState.APPROVED,
        window_after=at - timedelta(days=1),
        window_until=at,
        content=some_content(
            number=number,
            subject=subject,
            date=at.date(),
            sections=(Section("World", tuple(items[start : start + 10])),),
        ),
        excluded=(),
        built_at=at,
        branding=a_branding(),
        approved_at=at,
        approved_by="edda@news.example",
    )
    session.add(edition)
    session.flush()
    campaign = Campaign(
        edition_id=edition.id,
        list_id=list_id,
        state=state,
        due_at=at,
        started_at=at,
        finished_at=at + timedelta(minutes=2) if is_done else None,
        expires_at=at + timedelta(days=1),
        expires_after=timedelta(days=1),
        doubt_policy=DoubtPolicy.RESEND,
        roster=roster,
        created_at=at,
        created_by="service",
    )
    session.add(campaign)
    session.flush()
    return campaign


def _campaign_in_full(
    session: Session,
    list_id: UUID,
    number: int,
    items: list[BriefItem],
    now: datetime,
    age: int,
    dice: random.Random,
) -> None:
    """A campaign with all its deliveries: the one of yesterday done, today's half-way."""
    at = now - timedelta(days=age, minutes=2)
    state = CampaignState.DONE if age else CampaignState.SENDING
    campaign = _campaign(session, list_id, number, items, at, 0, state)
    key = Variant().key
    ids = keep_renditions(session, campaign.edition_id, {key: a_rendition()})
    campaign.roster = freeze_roster(
        session,
        Roster(
            campaign_id=campaign.id,
            list_id=list_id,
            stream=Stream.EACH,
            now=at,
            renditions={key: ids[key]},
            fallback=ids[key],
            due={},
            batch_size=BATCH,
        ),
    )
    batches = session.scalars(select(Batch).where(Batch.campaign_id == campaign.id)).all()
    finished = batches if age else batches[: len(batches) * 6 // 10]
    for batch in finished:
        _send(session, batch, at, dice)
    for step in range(13):
        done = sum(batch.sent + batch.failed for batch in finished)
        moment = at + timedelta(seconds=10 * step)
        part = done * step // 12
        session.add(CampaignSample(campaign_id=campaign.id, at=moment, done=part, sent=part))


def _send(session: Session, batch: Batch, at: datetime, dice: random.Random) -> None:
    """As a sender leaves a batch: most were taken, a few refused."""
    mine = in_batch(batch)
    gone = Delivery.address.like("%77%@%")
    tried = {"first_try_at": at, "tries": 1}
    taken = dice.choice(REPLIES).format(f"4X{dice.randrange(10**8):08d}q")
    refusal = dice.choice(REFUSALS)
    session.execute(
        update(Delivery)
        .where(mine, not_(gone))
        .values(state=DeliveryState.SENT, reply=taken, sent_at=at, **tried)
    )
    refused = session.execute(
        update(Delivery)
        .where(mine, gone)
        .values(state=DeliveryState.FAILED, reason="refused", reply=refusal, **tried)
    )
    assert isinstance(refused, CursorResult)
    batch.failed = refused.rowcount
    batch.sent, batch.queued, batch.next_at = batch.queued - batch.failed, 0, None


if __name__ == "__main__":
    main()
