"""Targets for what comes back: mails, providers' webhooks, the answers of relays."""

import base64
import hmac
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from digest.deliver.reply_reader import NoReplyError, ReplyReader
from digest.deliver.smtp_session import MAX_REPLY
from digest.domain.errors import Illegal
from digest.domain.feedback import Finding, Received
from digest.feedback.dsn import MOST_RECIPIENTS
from digest.feedback.parse import parse
from digest.feedback.webhooks.hook import Hook
from digest.feedback.webhooks.providers import PROVIDERS
from digest.settings import Settings
from tests.fuzz import sound
from tests.fuzz.inputs import bent, mixed, samples, sentences
from tests.fuzz.target import Target

MAILS = Path(__file__).parents[1] / "corpus" / "bounces"
NOW = datetime(2026, 3, 1, 17, tzinfo=UTC)
TIMESTAMP = str(int(NOW.timestamp()))
TOPIC = "arn:aws:sns:eu-west-1:123456789012:bounces"
KEY = "a secret for tests, thirty-two long"
LOGIN = "postmark:secret"


def finding(one: Finding) -> None:
    """What goes into the database and onto the desk."""
    if one.address is not None:
        sound.line(one.address, 320)
        assert "@" in one.address
    for text, most in ((one.status, 20), (one.reporting_mta, 4_000), (one.reply, 20_000)):
        if text is not None:
            assert len(text) <= most, f"{len(text)} characters"
            assert "\0" not in text
            text.encode()


def check_mail(data: bytes) -> None:
    report = parse(data)
    assert len(report.findings) <= MOST_RECIPIENTS
    for one in report.findings:
        finding(one)
    if b"\r" not in data:  # B-5: the ends of lines make no difference
        assert parse(data.replace(b"\n", b"\r\n")).findings == report.findings


def check_webhook(data: bytes) -> None:
    """Without its signature it is refused, whatever it is; with it, what it says is sound."""
    settings = _settings()
    for name, provider in PROVIDERS.items():
        for hook in (Hook({}, data, NOW), Hook(_FORGED, data, NOW)):
            assert _read(name, hook) is None, f"{name} takes what nobody signed"
        signed = _SIGNED.get(name)
        for one in (signed and _read(name, signed(data))) or ():
            assert one.is_signed
            assert provider.is_configured(settings)
            one.key.encode()
            for found in one.findings:
                finding(found)


def _read(name: str, hook: Hook) -> list[Received] | None:
    """None where it is refused with a sentence."""

    def fetch(url: str) -> bytes:
        assert url.startswith("https://sns."), "a certificate from elsewhere is asked for"
        return b"no certificate"

    try:
        return PROVIDERS[name].read(hook, _settings(), fetch)
    except Illegal as error:
        sound.sentence(error)
        return None


@cache
def _signing_key() -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(7_777_777, ec.SECP256R1())


@cache
def _settings() -> Settings:
    public = _signing_key().public_key()
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Settings(
        mailgun_key=KEY,
        postmark_login=LOGIN,
        sendgrid_key=base64.b64encode(der).decode(),
        ses_topics=TOPIC,
    )


def _by_mailgun(data: bytes) -> Hook:
    """The event within the data, signed."""
    try:
        event = json.loads(data)
    except (ValueError, RecursionError):
        event = {"event": "failed"}
    mac = hmac.digest(KEY.encode(), f"{TIMESTAMP}token".encode(), "sha256").hex()
    signature = {"timestamp": TIMESTAMP, "token": "token", "signature": mac}
    return Hook({}, json.dumps({"signature": signature, "event-data": event}).encode(), NOW)


def _by_postmark(data: bytes) -> Hook:
    return Hook({"authorization": "Basic " + base64.b64encode(LOGIN.encode()).decode()}, data, NOW)


def _by_sendgrid(data: bytes) -> Hook:
    made = _signing_key().sign(TIMESTAMP.encode() + data, ec.ECDSA(SHA256()))
    return Hook(
        {
            _SENDGRID + "timestamp": TIMESTAMP,
            _SENDGRID + "signature": base64.b64encode(made).decode(),
        },
        data,
        NOW,
    )


_SENDGRID = "x-twilio-email-event-webhook-"
_SIGNED = {"mailgun": _by_mailgun, "postmark": _by_postmark, "sendgrid": _by_sendgrid}
_FORGED = {
    "authorization": "Basic é:",
    _SENDGRID + "timestamp": TIMESTAMP,
    _SENDGRID + "signature": "MEUCIQ==",
}


def check_replies(data: bytes) -> None:
    """However the network cuts a relay's answers, they are the same answers."""
    whole = _replies([data])
    assert _replies([data[at : at + 1] for at in range(len(data))]) == whole
    third = len(data) // 3
    assert _replies([data[:third], data[third:]]) == whole
    for code, text in whole[0]:
        assert 200 <= code < 600
        assert len(text) <= MAX_REPLY + 512


def _replies(pieces: Iterable[bytes]) -> tuple[list[tuple[int, bytes]], bool]:
    """The replies, and whether something came that can be none."""
    reader, found = ReplyReader(), []
    try:
        for piece in pieces:
            for one in reader.feed(piece):
                found.append(one)
    except NoReplyError:
        return found, True
    return found, False


MAIL_SAMPLES = [path.read_bytes() for path in sorted(MAILS.glob("*.eml"))]
MAIL_WORDS = (
    *(b"\n\n", b"\n ", b"Content-Type: multipart/report; boundary=b\n", b"\n--b\n", b"\n--b--\n"),
    *(
        b"Content-Type: message/delivery-status\n",
        b"Content-Transfer-Encoding: base64\n",
        b"charset=utf-7",
    ),
    *(
        b"Final-Recipient: rfc822; ana@port.example\n",
        b"Status: 5.1.1\n",
        b"Action: failed\n",
        b"=?utf-8?q?=00?=",
    ),
    *(
        b"<ana@port.example>: 550 no",
        b"Feedback-Type: abuse\n",
        b"Original-Rcpt-To: <@>\n",
        b"x" * 1_000,
    ),
)
REPLY_WORDS = (
    *(
        "220",
        "250",
        "250-",
        "354 ",
        "550 5.1.1 ",
        "421",
        "999",
        "\r\n",
        "\n",
        "\r",
        " ",
        "-",
        "ok",
        "\0",
    ),
    *("250 2.1.5 Ok\r\n", "250-PIPELINING\r\n", "x" * 600),
)

TARGETS = {
    "mails": Target(mixed(bent(MAIL_SAMPLES, MAIL_WORDS)), check_mail),
    "webhooks": Target(mixed(bent(samples("events"), [b"\\ud800", b"\\u0000"])), check_webhook),
    "replies": Target(mixed(sentences(REPLY_WORDS, "")), check_replies),
}
