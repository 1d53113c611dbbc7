"""Log lines: ids of what they are about, and nobody's address, whatever went wrong."""

import io
import json
import logging
from datetime import timedelta
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from digest.actions.import_subscribers import import_subscribers
from digest.actions.ingest_feedback import take_mail
from digest.actions.keep_up import keep_up
from digest.actions.relays import add_relay
from digest.actions.tick import tick
from digest.clock import utc_now
from digest.domain.role import Role
from digest.domain.states import DeliveryState
from digest.fetch import Fetcher
from digest.log import about, configure_logging, get_logger
from digest.store.campaigns import Campaign
from digest.store.deliveries import Delivery
from digest.store.relays import find_relay
from digest.tokens import Tokens
from digest.web.app import create_app
from tests.builders import a_due_campaign, a_list
from tests.desk import an_account
from tests.faults.relay import FaultyRelay
from tests.integration.feedback.mails import a_bounce, return_path
from workers import process
from workers.tasks import TASKS

READERS = [f"reader{n}@port.example" for n in range(6)]
FAULTY = ("r550+1", "r450+2", "dropnot+3", "d552+4")
READERS += [f"{name}@port.example" for name in FAULTY]
STAFF = "olga@staff.example"
NEW = "newcomer@quay.example"


@pytest.fixture
def lines():
    """What is logged as JSON at INFO, read back."""
    root, written = logging.getLogger(), io.StringIO()
    kept = root.handlers[:], root.level
    configure_logging("json", "INFO")
    root.handlers[0].setStream(written)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.handlers[:] = kept[0]
    root.setLevel(kept[1])


@pytest.fixture
def service(db, settings, monkeypatch):
    """Work for the tasks, done in this process."""
    told = {"allowed_recipients": "@port.example", "alarm_mail": STAFF}
    staging = settings.model_copy(update=told)
    monkeypatch.setattr(process, "database", lambda: db)
    monkeypatch.setattr(process, "settings", lambda: staging)
    monkeypatch.setattr(process, "fetcher", lambda: Fetcher(staging))
    return staging


def work(db):
    """What a beat and a worker do once."""
    for ring in list(tick(db, utc_now())):
        TASKS[ring.work].run(str(ring.id))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_campaign_with_all_that_happens_to_people_logs_ids_and_no_address(
    db, settings, service, lines, tmp_path
):
    with FaultyRelay() as relay:
        add_relay(db, service, name="main", url=relay.url, now=utc_now(), actor="test")
        with db.begin() as session:
            mailing_list = a_list(session)
            list_id = mailing_list.id
            an_account(session, STAFF, Role.OPERATOR)
        table = tmp_path / "readers.csv"
        table.write_text("email\n" + "\n".join([*READERS, "not an address@", "x@@port.example"]))
        import_them(db, service, table)
        with db.begin() as session:
            campaign_id = due_now(session, session.get_one(type(mailing_list), list_id))
        with TestClient(create_app(db, service)) as web:
            web.post("/join/daily", data={"email": NEW, "address": NEW})
            for _ in range(3):
                work(db)
            leave(db, service, web, campaign_id)
        bounce(db, service)
        with db.begin() as session:
            find_relay(session, "main").failures = 3
        keep_up(db, service, utc_now())
        work(db)  # the alarm's mail may not go to the staff: the error names them
    said = lines()
    text = json.dumps(said, ensure_ascii=False)
    for address in [*READERS, NEW, STAFF]:
        assert address not in text
        assert address.partition("@")[0] + "@" not in text
    assert "@port.example" not in text
    assert "alarm not told" in {line["event"] for line in said}
    stint = next(line for line in said if line["event"] == "stint ended")
    assert UUID(stint["campaign"]) == campaign_id
    assert UUID(stint["edition"])
    started = next(line for line in said if line["event"] == "campaign started")
    assert {"campaign", "edition", "work"} <= started.keys()


def import_them(db, settings, table):
    done = import_subscribers(db, settings, table, list_slug="daily", now=utc_now(), actor="test")
    assert done.rejected == 2


def due_now(session, mailing_list):
    campaign_id = a_due_campaign(session, mailing_list)
    session.get_one(Campaign, campaign_id).due_at = utc_now() - timedelta(seconds=1)
    return campaign_id


def leave(db, settings, web, campaign_id):
    """One reader leaves by one click, another's link is followed."""
    with db.read() as session:
        row = session.query(Delivery).filter_by(address=READERS[0]).one()
        list_id = session.get_one(Campaign, campaign_id).list_id
        assert row.state is DeliveryState.SENT
    token = Tokens(settings.secret).subscription(row.subscriber_id, list_id)
    answer = web.post(f"/u/{token}", data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200


def bounce(db, settings):
    with db.read() as session:
        row = session.query(Delivery).filter_by(address=READERS[1]).one()
    mail = a_bounce(return_path(settings, row), address=READERS[1])
    forged = a_bounce("b+x@bounce.news.example", address=READERS[2])
    assert take_mail(db, settings, mail, now=utc_now())[0].applied
    assert not take_mail(db, settings, forged, now=utc_now())[0].applied


def test_what_looks_like_an_address_is_taken_out_above_debug_level(lines):
    log = get_logger("test")
    try:
        raise ValueError("ana@port.example is unknown")
    except ValueError:
        log.exception("broke", to=["ana@port.example"], error=ValueError("<ana@port.example>"))
    log.info("ana@port.example went", relay="smtp://news:words@mail.example")
    said = json.dumps(lines())
    assert "ana@" not in said
    assert "words@" not in said
    assert said.count("<address>") >= 4
    logging.getLogger("celery").warning("celery@amsel ready")
    assert lines()[-1]["event"] == "celery@amsel ready"


def test_lines_carry_the_ids_of_what_they_are_about(lines):
    with about(campaign="c", edition=None), about(batch="b"):
        logging.getLogger("a library").warning("slow")
    get_logger("test").info("after")
    first, last = lines()
    assert (first["campaign"], first["batch"]) == ("c", "b")
    assert "edition" not in first
    assert "campaign" not in last
