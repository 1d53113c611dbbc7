"""What operators do at the desk, as a browser sends it, and what the pages then say."""

import csv
import io
import json

import pytest
from sqlalchemy import select

from digest.clock import utc_now
from digest.domain.role import Role
from digest.domain.states import CampaignState, DeliveryState, Stream, SubscriptionState
from digest.store.campaigns import Campaign, counts
from digest.store.copies import ExtraCopy
from digest.store.deliveries import Delivery
from digest.store.editions import Edition
from digest.store.lists import ListCadence
from digest.store.runs import Run
from digest.store.subscribers import Subscription
from digest.web.desk import campaign_events
from tests.builders import NOW, a_list, a_sending_campaign
from tests.desk import logged_in, post
from tests.integration.operate.sending import FAILED, LATER, SENT, count_all, send

ADDRESSES = [f"reader{n}@{('amsel', 'norholm')[n % 2]}.example" for n in range(40)]


@pytest.fixture
def campaign(db, settings):
    """A campaign of forty, some sent, some failed, some put off."""
    campaign_id = a_sending_campaign(db, settings, ADDRESSES)
    now = utc_now()
    for n, outcome in ((20, SENT), (5, FAILED), (10, LATER)):
        send(db, campaign_id, n, outcome, now)
    count_all(db, now)
    return campaign_id


@pytest.fixture
def operator(client):
    return logged_in(client, Role.OPERATOR)


def state_of(db, campaign_id):
    with db.read() as session:
        return session.get_one(Campaign, campaign_id).state


def test_a_campaign_is_paused_resumed_and_cancelled_by_whoever_may(operator, db, campaign):
    here = f"/desk/campaigns/{campaign}"
    assert "Pause" in operator.get(here).text
    post(operator, f"{here}/pause", {"reason": "a typo in the headline"})
    page = operator.get(here).text
    assert "a typo in the headline" in page
    assert "Resume" in page
    post(operator, f"{here}/resume")
    assert state_of(db, campaign) is CampaignState.SENDING
    assert post(operator, f"{here}/cancel", {"reason": ""}).status_code == 400
    post(operator, f"{here}/cancel", {"reason": "the story was wrong"})
    assert state_of(db, campaign) is CampaignState.CANCELLED
    with db.read() as session:
        assert counts(session, campaign)[DeliveryState.CANCELLED] == 15


def test_what_failed_is_retried_from_the_page(operator, db, campaign):
    answer = post(operator, f"/desk/campaigns/{campaign}/retry", {"state": "failed"})
    assert answer.status_code == 303
    assert "5 deliveries wait again." in operator.get(answer.headers["location"]).text
    refused = post(operator, f"/desk/campaigns/{campaign}/retry", {"state": "sent"})
    assert refused.status_code == 400


def test_what_is_uncertain_is_decided_one_by_one_or_all(operator, db, campaign):
    with db.begin() as session:
        rows = session.scalars(
            select(Delivery).where(Delivery.state == DeliveryState.QUEUED).limit(3)
        ).all()
        for row in rows:
            row.state, row.doubts = DeliveryState.UNCERTAIN, 1
        batch = session.scalars(select(_batch())).one()
        batch.queued, batch.uncertain, batch.doubted = batch.queued - 3, 3, 3
    here = f"/desk/campaigns/{campaign}"
    assert "did these go out?" in operator.get(here).text
    post(operator, f"{here}/resolve", {"delivery": str(rows[0].id), "how": "mark"})
    post(operator, f"{here}/resolve", {"how": "send"})
    with db.read() as session:
        found = counts(session, campaign)
    assert found[DeliveryState.UNCERTAIN] == 0
    assert found[DeliveryState.SENT] == 21


def _batch():
    from digest.store.campaigns import Batch

    return Batch


def test_the_proof_says_that_it_adds_up_and_where_it_does_not(operator, db, campaign):
    page = operator.get(f"/desk/campaigns/{campaign}/audit").text
    assert "It adds up." in page
    with db.begin() as session:
        session.get_one(Campaign, campaign).roster = 41
    page = operator.get(f"/desk/campaigns/{campaign}/audit").text
    assert "It does not add up." in page
    assert "the roster says 41, there are 40 rows" in page


def test_events_hold_the_same_words_as_the_page(operator, campaign, monkeypatch):
    monkeypatch.setattr(campaign_events, "LIFE_SECONDS", 0.2)
    page = operator.get(f"/desk/campaigns/{campaign}").text
    answer = operator.get(f"/desk/campaigns/{campaign}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    (data,) = [line for line in answer.text.splitlines() if line.startswith("data: ")]
    parts = json.loads(data.removeprefix("data: "))
    assert set(parts) == set(campaign_events.PARTS)
    for name in ("state", "domains", "replies"):
        assert parts[name].strip() in page, name
    assert "550 no such thing" in parts["replies"]
    assert "norholm.example" in parts["domains"]


def test_a_reader_sees_and_can_do_nothing(client, db, campaign):
    logged_in(client, Role.READER)
    page = client.get(f"/desk/campaigns/{campaign}").text
    assert "Pause" not in page
    assert "reader1@" not in page
    assert post(client, f"/desk/campaigns/{campaign}/pause").status_code == 403
    assert state_of(db, campaign) is CampaignState.SENDING


def test_somebody_is_found_and_gets_todays_mail_again(operator, db, campaign):
    with db.begin() as session:
        delivery = session.scalars(
            select(Delivery).where(Delivery.state == DeliveryState.SENT)
        ).first()
        delivery.first_try_at = utc_now()
        address, id_ = delivery.address, delivery.id
    found = post(operator, "/desk/people", {"address": address})
    assert found.status_code == 303
    assert address not in found.headers["location"]
    page = operator.get(found.headers["location"]).text
    assert "250 2.0.0 Ok" in page
    assert "Send again" in page
    post(operator, f"/desk/deliveries/{id_}/copy")
    assert "Sent again for operator@news.example" in operator.get(found.headers["location"]).text
    with db.read() as session:
        assert session.scalars(select(ExtraCopy)).one().delivery_id == id_
    assert post(operator, f"/desk/deliveries/{id_}/copy").status_code == 400, "within the hour"


def test_people_of_other_lists_are_not_found(client, db, settings, campaign):
    with db.begin() as session:
        night = a_list(session, "night").id
    logged_in(client, None, lists={night: Role.OPERATOR})
    for address in (ADDRESSES[0], "nobody@nowhere.example"):
        assert post(client, "/desk/people", {"address": address}).status_code == 404


def test_the_schedule_is_changed_paused_and_run(operator, db):
    with db.begin() as session:
        mailing_list = a_list(session)
        session.add(
            ListCadence(
                list_id=mailing_list.id, stream=Stream.EACH, words="daily at 07:00", since=NOW
            )
        )
    here = "/desk/schedule/daily"
    assert operator.get("/desk/schedule").text.count("coming") >= 6
    post(operator, f"{here}/cadence", {"stream": "each", "words": "weekdays at 06:30"})
    post(operator, f"{here}/zone", {"timezone": "Asia/Tokyo"})
    post(operator, f"{here}/quiet-hours", {"hours": "22:00-06:00", "by": "list"})
    page = operator.get(here).text
    assert "weekdays at 06:30" in page
    assert 'value="22:00-06:00"' in page
    assert "JST" in page
    post(operator, f"{here}/ping", {"stream": "each", "url": "https://watch.example/4f1c"})
    assert 'value="https://watch.example/4f1c"' in operator.get(here).text
    post(operator, f"{here}/ping", {"stream": "each", "url": ""})
    assert 'value="https://watch' not in operator.get(here).text
    assert post(operator, f"{here}/ping", {"stream": "each", "url": "x"}).status_code == 400
    wrong = post(operator, f"{here}/cadence", {"stream": "each", "words": "whenever"})
    assert wrong.status_code == 400
    assert "is not understood" in wrong.text
    post(operator, f"{here}/pause")
    assert "Paused since" in operator.get(here).text
    post(operator, f"{here}/resume")
    post(operator, f"{here}/run", {"stream": "each"})
    with db.read() as session:
        assert session.scalars(select(Run)).one().by_hand


def test_numbers_are_drawn_and_no_cell_of_their_csv_begins_a_formula(operator, db, campaign):
    with db.begin() as session:
        edition = session.scalars(select(Edition)).one()
        edition.content = _with_subject(edition.content, '=HYPERLINK("https://evil.example")')
        session.get_one(Campaign, campaign).started_at = utc_now()
    page = operator.get("/desk/numbers?days=7").text
    assert page.count("<svg") == 7
    answer = operator.get("/desk/numbers/editions.csv?days=7")
    head, line = csv.reader(io.StringIO(answer.text))
    row = dict(zip(head, line, strict=True))
    assert row["subject"] == '\'=HYPERLINK("https://evil.example")'
    assert (row["roster"], row["sent"], row["failed"], row["waiting"]) == ("40", "20", "5", "15")
    assert (row["delivered"], row["bounced"], row["complained"]) == ("20", "0", "0")
    for name in ("lists", "days"):
        head, *lines = csv.reader(io.StringIO(operator.get(f"/desk/numbers/{name}.csv").text))
        assert "20" in [dict(zip(head, line, strict=True))["delivered"] for line in lines]
    assert operator.get("/desk/numbers/secrets.csv").status_code == 404


def _with_subject(content, subject):
    from dataclasses import replace

    return replace(content, subject=subject)


def test_health_says_what_is_wrong_in_sentences(operator, db, campaign):
    page = operator.get("/desk/health").text
    assert "No beat is running" in page
    assert "No relay is in use" in page


def test_who_left_is_shown_with_the_time(operator, db, campaign):
    with db.begin() as session:
        place = session.scalars(select(Subscription)).first()
        place.state, place.ended_at = SubscriptionState.UNSUBSCRIBED, NOW
        person = place.subscriber_id
    page = operator.get(f"/desk/people/{person}").text
    assert "unsubscribed" in page
    assert "10 Mar 2026" in page
