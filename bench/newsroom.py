"""A newsroom for ``bench.desk``: many subscribers, years of briefs and editions, two campaigns with
all their deliveries, and on each list a draft that editors have worked on."""

import random
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import CursorResult, insert, not_, select, text, update

from digest.actions.build_edition import build_edition
from digest.actions.count_breakdowns import count_breakdowns
from digest.actions.edit_edition import edit_edition
from digest.actions.keep_up import keep_up
from digest.actions.relays import seed_relay
from digest.clock import utc_now
from digest.domain.changes import SetWords
from digest.domain.edition import BriefItem, Section
from digest.domain.ids import uuid7
from digest.domain.states import (
    CampaignState,
    DeliveryState,
    DoubtPolicy,
    EditionState,
    RunState,
    Stream,
)
from digest.settings import Settings
from digest.store.briefs import Brief
from digest.store.campaigns import Batch, Campaign
from digest.store.deliveries import Delivery, in_batch
from digest.store.editions import Edition
from digest.store.engine import Database, Session
from digest.store.list_days import ListDay
from digest.store.lists import ListCadence, ListSource, MailingList
from digest.store.roster import freeze_roster
from digest.store.runs import Run
from digest.store.samples import CampaignSample
from tests.builders import a_branding, a_list, a_roster, a_source, many_subscribers, some_content

BATCH = 1000
SLUGS = ["daily", *(f"list-{n}" for n in range(11))]  # all people are on the first
CHANGES = 30  # of a draft
LATEST = 40  # briefs that no edition has yet
DOMAINS = ["amsel", "norholm", "dorn", "ostrel", "tarvia", "merrow", "kestria", "ilmara"]
REPLIES = ["250 2.0.0 Ok: queued as {}", "250 2.6.0 {} accepted for delivery", "250 ok, thanks"]
REFUSALS = ["550 5.1.1 no such mailbox", "552 5.2.2 mailbox full", "554 5.7.1 not wanted here"]
SUBJECTS = ["Ferries to Norholm halt", "Tarvia’s grain board resigns", "A new toll at Callow"]


def a_newsroom(
    db: Database, settings: Settings, subscribers: int, briefs: int, editions: int
) -> None:
    """One list of many people with a past of daily editions, the last two campaigns in full, and
    other lists of nobody; each has a draft of what arrived last."""
    dice, now = random.Random(7), utc_now().replace(microsecond=0)
    with db.begin() as session:
        source = a_source(session, "ledger", last_success_at=now)
        a_source(session, "dispatch", failures=4, error="dispatch.example answered 503.")
        since = now - timedelta(days=editions)
        daily, *_ = [_list(session, slug, source.id, since) for slug in SLUGS]
        list_id = daily.id
        for start in range(0, subscribers, 10_000):
            places = range(start, min(start + 10_000, subscribers))
            many_subscribers(session, settings, [_address(place) for place in places], daily)
        items = _briefs(session, source.id, briefs, now, dice)
    with db.begin() as session:
        _past(session, list_id, editions, items, subscribers, now, dice)
    for age in (1, 0):
        with db.begin() as session:
            _campaign_in_full(session, list_id, editions + 2 - age, items, now, age, dice)
    seed_relay(db, settings, now)
    for slug in SLUGS:
        _draft(db, slug)
    with db.begin() as session:
        session.execute(text("ANALYZE"))
    while count_breakdowns(db, now, seconds=60):
        pass
    keep_up(db, settings, utc_now(), queues={"default": 0, "delivery": 1, "collection": 0})


def _address(place: int) -> str:
    return f"reader{place}@{DOMAINS[place * place % 8]}.example"


def _list(session: Session, slug: str, source_id: UUID, since: datetime) -> MailingList:
    """A list that goes out each day and is fed by that source."""
    mailing_list = a_list(session, slug, timezone="Europe/Lisbon")
    session.add(ListSource(list_id=mailing_list.id, source_id=source_id))
    session.add(
        ListCadence(
            list_id=mailing_list.id, stream=Stream.EACH, words="daily at 07:00", since=since
        )
    )
    return mailing_list


def _draft(db: Database, slug: str) -> None:
    """The list's next edition, whose subject editors could not agree on."""
    built = build_edition(db, slug, now=utc_now(), actor="service").edition_id
    assert built
    for version in range(1, CHANGES + 1):
        words = SetWords(subject=f"Subject, take {version}")
        edit_edition(db, built, words, seen_version=version, now=utc_now(), actor="edda")


def _briefs(
    session: Session, source_id: UUID, n: int, now: datetime, dice: random.Random
) -> list[BriefItem]:
    rows, items = [], []
    for place in range(n):
        id_, title = uuid7(), f"{dice.choice(SUBJECTS)}, part {place}"
        age = n - place  # the newest came since the last edition
        at = now - (timedelta(hours=2 * age) if age > LATEST else timedelta(seconds=age))
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
        campaign.forgotten_at = now
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
                    forgotten_at=now,
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
    roster = a_roster(session, campaign, now=at, batch_size=BATCH)
    campaign.roster = freeze_roster(session, roster)
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
