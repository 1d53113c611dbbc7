"""Webhooks: signed events count once, anything else changes nothing (B-9, S-22)."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from fastapi.testclient import TestClient

from digest.clock import utc_now
from digest.domain.states import SuppressionReason
from digest.feedback.webhooks.providers import PROVIDERS
from digest.settings import load_settings
from digest.store.feedback import FeedbackEvent
from digest.store.suppressions import list_suppressions
from digest.web.app import create_app
from tests.integration.feedback.mails import (
    READER,
    a_readership,
    a_sent_campaign,
    delivery_to,
    our_message_id,
    return_path,
)

TOPIC = "arn:aws:sns:eu-west-1:123456789012:bounces"
CERTIFICATE_URL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-abc1.pem"
MAILGUN_KEY = "a signing key of mailgun"
LOGIN = "postmark:a secret word"
SNS_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SENDGRID_KEY = ec.generate_private_key(ec.SECP256R1())


def a_certificate() -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, SNS_KEY.public_key(), 1, now, now + timedelta(9))
    return made.sign(SNS_KEY, SHA256()).public_bytes(Encoding.PEM)


class Amazon:
    """The far end: a certificate, and a note of what was asked for."""

    def __init__(self):
        self.asked = []

    def __call__(self, url):
        self.asked.append(url)
        return a_certificate()


@pytest.fixture
def amazon():
    return Amazon()


@pytest.fixture
def settings(settings):
    key = SENDGRID_KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return load_settings(
        home=settings.home,
        ses_topics=TOPIC,
        mailgun_key=MAILGUN_KEY,
        postmark_login=LOGIN,
        sendgrid_key=base64.b64encode(key).decode(),
    )


@pytest.fixture
def client(db, settings, amazon):
    app = create_app(db, settings)
    app.state.site.__dict__["amazon"] = amazon
    return TestClient(app)


@pytest.fixture
def delivery(db, settings):
    return delivery_to(db, a_sent_campaign(db, a_readership(db, settings)))


def sns(message: object, **changes) -> str:
    body = {
        "Type": "Notification",
        "MessageId": "0f6c-1",
        "TopicArn": TOPIC,
        "Message": json.dumps(message),
        "Timestamp": "2026-03-10T07:00:00.000Z",
        "SignatureVersion": "2",
        "SigningCertURL": CERTIFICATE_URL,
    } | {name: value for name, value in changes.items() if name != "tamper"}
    names = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
    text = "".join(f"{name}\n{body[name]}\n" for name in names if name in body)
    signature = SNS_KEY.sign(text.encode(), padding.PKCS1v15(), SHA256())
    body["Signature"] = base64.b64encode(signature).decode()
    return json.dumps(body | changes.get("tamper", {}))


def ses_bounce(source: str) -> dict[str, object]:
    bounced = {"emailAddress": READER, "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 no"}
    bounce = {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [bounced]}
    return {"notificationType": "Bounce", "bounce": bounce, "mail": {"source": source}}


def mailgun(event: dict[str, object], key=MAILGUN_KEY, at=None) -> str:
    timestamp, token = str(int((at or utc_now()).timestamp())), "t" * 50
    signature = hmac.digest(key.encode(), (timestamp + token).encode(), "sha256").hex()
    signed = {"timestamp": timestamp, "token": token, "signature": signature}
    return json.dumps({"signature": signed, "event-data": event})


def sendgrid(events: object, at=None, key=SENDGRID_KEY):
    body = json.dumps(events)
    timestamp = str(int((at or utc_now()).timestamp()))
    signature = key.sign((timestamp + body).encode(), ec.ECDSA(SHA256()))
    head = "X-Twilio-Email-Event-Webhook-"
    encoded = base64.b64encode(signature).decode()
    return body, {f"{head}Signature": encoded, f"{head}Timestamp": timestamp}


def basic(login=LOGIN):
    return {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}


def suppressions(db):
    with db.read() as session:
        return [(row.address, row.reason) for row in list_suppressions(session, 10)]


def events(db):
    with db.read() as session:
        return session.query(FeedbackEvent).count()


HARD = [(READER, SuppressionReason.HARD_BOUNCE)]


def test_a_bounce_of_ses_suppresses_once_however_often_it_is_posted(client, db, settings, delivery):
    body = sns(ses_bounce(return_path(settings, delivery)))
    answers = [client.post("/hooks/ses", content=body) for _ in range(3)]
    assert [(a.status_code, a.text) for a in answers] == [
        (200, "1 applied\n"),
        (200, "0 applied\n"),
        (200, "0 applied\n"),
    ]
    assert suppressions(db) == HARD
    assert events(db) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"TopicArn": "arn:aws:sns:eu-west-1:999999999999:mine"},
        {"SignatureVersion": "1"},
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com.evil.example/a.pem"},
        {"SigningCertURL": "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-a.pem"},
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com@evil.example/a.pem"},
        {"SigningCertURL": "https://s3.amazonaws.com/SimpleNotificationService-a.pem"},
        {"tamper": {"Message": "{}"}},
        {"tamper": {"Signature": "%%%"}},
        {"Type": "Nonsense"},
    ],
)
def test_a_message_that_amazon_did_not_sign_for_us_changes_nothing(
    client, db, settings, delivery, amazon, wrong
):
    body = sns(ses_bounce(return_path(settings, delivery)), **wrong)
    assert client.post("/hooks/ses", content=body).status_code in (400, 403)
    assert suppressions(db) == []
    assert set(amazon.asked) <= {CERTIFICATE_URL}


def test_a_subscription_is_confirmed_only_at_amazon_and_for_our_topic(client, amazon):
    url = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=x"
    asks = {"Type": "SubscriptionConfirmation", "Token": "x"}
    assert client.post("/hooks/ses", content=sns({}, SubscribeURL=url, **asks)).status_code == 200
    assert amazon.asked[-1] == url
    evil = "https://sns.evil.example/?Action=ConfirmSubscription"
    client.post("/hooks/ses", content=sns({}, SubscribeURL=evil, **asks))
    elsewhere = sns({}, SubscribeURL=url + "&n=2", TopicArn=TOPIC + "x", **asks)
    assert client.post("/hooks/ses", content=elsewhere).status_code == 403
    forged = sns({}, SubscribeURL=url + "&n=3", tamper={"Token": "y"}, **asks)
    assert client.post("/hooks/ses", content=forged).status_code == 403
    assert set(amazon.asked) == {CERTIFICATE_URL, url}


def test_mailgun(client, db, delivery):
    event = {
        "id": "G9Bn5sl1TC6nu79C8C0bwg",
        "event": "failed",
        "severity": "permanent",
        "recipient": READER,
        "delivery-status": {"code": 550, "message": "5.1.1 No such user"},
        "message": {"headers": {"message-id": our_message_id(delivery).strip("<>")}},
    }
    for body in (
        mailgun(event, key="another"),
        mailgun(event, at=utc_now() - timedelta(days=1)),
        json.dumps({"event-data": event}),
    ):
        assert client.post("/hooks/mailgun", content=body).status_code in (400, 403)
    assert suppressions(db) == []
    for _ in range(3):
        assert client.post("/hooks/mailgun", content=mailgun(event)).status_code == 200
    assert suppressions(db) == HARD
    assert events(db) == 1


def test_postmark(client, db, delivery):
    event = {"RecordType": "SpamComplaint", "ID": 42, "Email": READER, "MessageID": "m-1"}
    body = json.dumps(event)
    for headers in ({}, basic("postmark:guess"), {"Authorization": "Bearer x"}):
        assert client.post("/hooks/postmark", content=body, headers=headers).status_code == 403
    assert suppressions(db) == []
    for _ in range(3):
        client.post("/hooks/postmark", content=body, headers=basic()).raise_for_status()
    assert suppressions(db) == [(READER, SuppressionReason.COMPLAINT)]
    assert events(db) == 1


def test_sendgrid(client, db, delivery):
    bounce = {
        "email": READER,
        "event": "bounce",
        "type": "bounce",
        "status": "5.1.1",
        "reason": "550 5.1.1 The email account that you tried to reach does not exist",
        "sg_event_id": "e1",
        "smtp-id": our_message_id(delivery),
    }
    posted = [{"email": READER, "event": "delivered", "sg_event_id": "e0"}, bounce]
    other = ec.generate_private_key(ec.SECP256R1())
    old = utc_now() - timedelta(minutes=6)
    for body, headers in (sendgrid(posted, key=other), sendgrid(posted, at=old)):
        assert client.post("/hooks/sendgrid", content=body, headers=headers).status_code == 403
    assert client.post("/hooks/sendgrid", content="[]").status_code == 403
    assert suppressions(db) == []
    for order in (posted, posted[::-1], posted):
        body, headers = sendgrid(order)
        client.post("/hooks/sendgrid", content=body, headers=headers).raise_for_status()
    assert suppressions(db) == HARD
    assert events(db) == 2


def test_an_unknown_recipient_changes_nothing(client, db, settings, delivery):
    body = json.dumps({"RecordType": "SpamComplaint", "ID": 1, "Email": "nobody@port.example"})
    answer = client.post("/hooks/postmark", content=body, headers=basic())
    assert (answer.status_code, answer.text) == (200, "0 applied\n")
    assert suppressions(db) == []


def test_unknown_providers_large_bodies_and_nonsense_are_refused(client, db):
    assert client.post("/hooks/nobody", content="{}").status_code == 404
    assert client.get("/hooks/ses").status_code == 405
    large = b"x" * 1_100_000
    assert client.post("/hooks/postmark", content=large, headers=basic()).status_code == 413
    almost = b"x" * 1_000_000
    assert client.post("/hooks/postmark", content=almost, headers=basic()).status_code == 400
    assert client.post("/hooks/ses", content=b"\xff\0[[[").status_code == 400


def test_a_provider_without_a_key_has_no_address(db, settings):
    bare = TestClient(create_app(db, load_settings(home=settings.home)))
    for name in PROVIDERS:
        assert bare.post(f"/hooks/{name}", content="{}").status_code == 404
