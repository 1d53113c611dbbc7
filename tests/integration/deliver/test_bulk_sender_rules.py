"""What Gmail, Yahoo and Microsoft ask of bulk senders, on the bytes that a relay received.

A whole edition is rendered, signed and sent to everybody on a list; a test for each rule. Of the
rules that no message can show, SPF, DMARC and PTR (D-01, D-03, D-06) are in
``operate/test_domains.py``, the POST of one click (D-05) in ``web/test_leaving_pages.py``, rates of
complaints (D-14) in ``feedback/test_complaints.py``. ``BULK_PEOPLE=1000`` is the long form.
"""

import os
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parsedate_to_datetime
from functools import cached_property
from html import escape
from itertools import count, islice
from threading import Event
from urllib.parse import quote

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key
from lxml.html import document_fromstring

from digest.actions.deliver_campaign import deliver_campaign
from digest.actions.list_signing_keys import list_signing_keys
from digest.actions.relays import add_relay
from digest.actions.signing_keys import activate_keys, create_keys
from digest.actions.start_campaign import start_campaign
from digest.domain.address import parse_address
from digest.domain.edition import BriefItem, RelatedLink, Section, Variant, placeholder
from digest.domain.ids import uuid7
from digest.domain.signing_key import KeyAlgorithm
from digest.render import builtin_templates, render_edition
from digest.settings import load_settings
from digest.store import schema
from digest.store.deliveries import Delivery, list_deliveries
from digest.store.engine import Database
from digest.tokens import Tokens
from tests.builders import (
    MARKER,
    NOW,
    a_branding,
    a_due_campaign,
    a_list,
    a_rendition,
    a_sending_campaign,
    a_subscriber,
    many_subscribers,
    some_content,
)
from tests.faults.relay import Entry, FaultyRelay, Manners

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

VIEW = "https://news.example/e/1"
COVERED = {
    *("from", "to", "subject", "date", "message-id", "mime-version", "content-type", "reply-to"),
    *("list-unsubscribe", "list-unsubscribe-post", "list-id", "feedback-id"),
}
PEOPLE = int(os.environ.get("BULK_PEOPLE", "40"))
SAME = (
    "https://ledger.example/a%2Fb?x=1&y=2&amp=3#part-2",
    "https://ledger.example/q?utm_source=own&next=https%3A%2F%2Fother.example%2F%3Fa%3D1",
    "https://ledger.example/" + "long/" * 60,
)
URLS = {  # of briefs, and how each has to arrive: in ASCII, and leading to the same page
    **{url: url for url in SAME},
    "https://größe.example/straße?wo=köln": "https://xn--gre-6ka8i.example/stra%C3%9Fe?wo=k%C3%B6ln",
    "https://xn--gre-6ka8i.example/;v=1;w=(3)?'q'=\"x\"": (
        "https://xn--gre-6ka8i.example/;v=1;w=(3)?'q'=%22x%22"
    ),
}
SUBJECT = "Größere Änderungen im Fährverkehr – und was sie für alle bedeuten 🚢"
DOTTED = (".", "..two dots. ", ".hidden " * 40, "Zeile mit = Zeichen und 渡し船 " * 12)


def the_content():
    briefs = tuple(
        BriefItem(
            id=uuid7(),
            title=f"Brief {n}: {'Fähren nach Ångö' if n % 2 else 'Ferries to Norholm'} halt",
            url=url,
            bullets=(*DOTTED, f"Point {n}."),
            related=(RelatedLink("Rail", f"https://ledger.example/rail/{n}?a=b&c=d", "Goes on."),),
        )
        for n, url in enumerate(URLS)
    )
    return some_content(subject=SUBJECT, sections=(Section("", briefs),))


def the_branding():
    """What ``an_edition`` freezes, with names that have to be encoded."""
    return a_branding(from_name="Die Größe, «The Daily Brief»", name="The Daily – Brief")


def the_addresses():
    return [
        "dots.and+tags@mail.example",
        str(parse_address("anna@Faß.example")),
        *(f"reader+{n}@mail.example" for n in range(PEOPLE)),
    ]


@dataclass
class Arrived:
    """A mail as the relay kept it."""

    entry: Entry
    message: EmailMessage

    @property
    def octets(self) -> bytes:
        assert self.entry.content is not None
        return self.entry.content

    @property
    def head(self) -> bytes:
        return self.octets.partition(b"\r\n\r\n")[0] + b"\r\n"

    def fields(self, name: str) -> list[bytes]:
        """The raw values of a header field, folds included."""
        pattern = rb"(?im)^%s:((?:[^\r\n]|\r\n[ \t])*)\r\n" % re.escape(name.encode())
        return [value.strip() for value in re.findall(pattern, self.head)]

    @property
    def text(self) -> str:
        return self.message.get_body(("plain",)).get_content()

    @cached_property
    def html(self):
        return document_fromstring(self.message.get_body(("html",)).get_content())

    @property
    def links(self) -> list[str]:
        return [str(url) for url in self.html.xpath("//a/@href")]


@dataclass(frozen=True)
class Post:
    """What came of the campaign, and what the sender knows of it."""

    mails: list[Arrived]
    tokens: Tokens
    rows: dict[str, Delivery]
    zone: dict[str, str]  # what the keys say has to stand in DNS


@pytest.fixture(scope="module")
def post(tmp_path_factory) -> Post:
    """One campaign for the whole module."""
    home = tmp_path_factory.mktemp("bulk")
    settings = load_settings(
        home=home, secret_key="s" * 40, suppression_key="k" * 40, base_url="https://news.example"
    )
    db = Database(settings.database)
    schema.upgrade(db)
    told = {"domain": "news.example", "now": NOW, "actor": "test"}
    create_keys(db, settings, algorithms=list(KeyAlgorithm), selector="spring", **told)
    activate_keys(db, selectors=["spring-rsa", "spring-ed25519"], at=None, **told)
    campaign_id = a_campaign(db, settings)
    with FaultyRelay(Manners(keep_content=True)) as relay:
        add_relay(db, settings, name="main", url=relay.url, now=NOW, actor="test")
        start_campaign(db, settings, campaign_id, NOW)
        deliver_campaign(db, settings, campaign_id, clock=lambda: NOW, stop=Event(), seconds=300)
        mails = [Arrived(one, message_from_bytes(one.content, policy=SMTP)) for one in relay.ledger]
    with db.read() as session:
        rows = {row.address: row for row in list_deliveries(session, campaign_id)}
    records = [key.record for key, _ in list_signing_keys(db, "news.example", NOW)]
    db.close()
    assert len(mails) == len(rows) == PEOPLE + 3
    return Post(mails, Tokens(settings.secret), rows, {one.name: one.value for one in records})


def a_campaign(db, settings):
    with db.begin() as session:
        mailing_list = a_list(session)
        many_subscribers(session, settings, the_addresses(), mailing_list)
        a_subscriber(
            session, settings, "plain@mail.example", mailing_list, variant=Variant(text_only=True)
        )
        return a_due_campaign(session, mailing_list, content=the_content(), branding=the_branding())


def test_d02_both_signatures_hold_for_every_recipient(post):
    def dns(name, timeout=5):
        return post.zone[name.decode().rstrip(".")].encode()

    for mail in post.mails:
        for index in (0, 1):
            assert dkim.DKIM(mail.octets).verify(idx=index, dnsfunc=dns), mail.entry.recipient


def test_d02_a_signature_covers_what_it_should_and_is_aligned_with_from(post):
    for mail in post.mails:
        rsa, ed25519 = (tags(value) for value in mail.fields("DKIM-Signature"))
        assert (rsa["a"], ed25519["a"]) == ("rsa-sha256", "ed25519-sha256")
        for one in (rsa, ed25519):
            assert one["d"] == "news.example" == mail.message["From"].addresses[0].domain
            assert one["c"] == "relaxed/relaxed"
            assert one["t"] == str(int(NOW.timestamp()))
            assert "l" not in one
            signed = one["h"].lower().split(":")
            assert set(signed) >= COVERED
            assert signed.count("from") == 2, "nobody can add a second From"
    assert all(bits_of(record) >= 2048 for record in post.zone.values() if "k=rsa" in record)


def test_d04_one_click_is_raw_ascii_on_one_line_and_stands_once(post):
    for mail in post.mails:
        (way,) = mail.fields("List-Unsubscribe")
        assert re.fullmatch(rb"<https://news\.example/u/[!-;=?-~]+>", way), way
        assert mail.fields("List-Unsubscribe-Post") == [b"List-Unsubscribe=One-Click"]
    assert len({mail.fields("List-Unsubscribe")[0] for mail in post.mails}) == len(post.mails)


def test_d07_each_field_stands_once_and_nothing_breaks_a_line(post):
    for mail in post.mails:
        for name in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version"):
            assert len(mail.fields(name)) == 1, name
        assert not mail.fields("Bcc")
        assert not mail.fields("Cc")
        assert [str(one) for one in mail.message["To"].addresses] == [mail.entry.recipient]
        assert len(mail.message["From"].addresses) == 1
        assert mail.message["Message-ID"].endswith("@news.example>")
        assert mail.octets.isascii()
        assert max(map(len, mail.octets.split(b"\r\n"))) <= 998
        assert all(len(line) <= 78 for line in mail.head.split(b"\r\n") if b"List-Uns" not in line)
        assert all(len(word) <= 75 for word in re.findall(rb"=\?[^\s]+\?=", mail.head))


def test_d07_what_was_written_is_read_back(post):
    for mail in post.mails:
        assert mail.message["Subject"] == SUBJECT
        assert mail.message["From"].addresses[0].display_name == "Die Größe, «The Daily Brief»"
        assert "渡し船" in mail.text


def test_d08_the_relay_kept_what_was_built_with_no_bare_line_end(post):
    assert all(mail.entry.bare == 0 for mail in post.mails)
    for mail in post.mails:
        lines = mail.text.splitlines()
        assert any(line.lstrip(" *") == "..two dots." for line in lines)


@ON_SQLITE
def test_d09_forty_long_briefs_arrive_below_the_clip_with_the_way_out(db, settings, office):
    bullets = tuple("A very long bullet. " * 100 for _ in range(5))
    briefs = tuple(
        BriefItem(uuid7(), f"Brief {n}", f"https://ledger.example/{n}", bullets) for n in range(40)
    )
    content = some_content(sections=(Section("", briefs),))
    rendition = render_edition(content, a_branding(), Variant(), builtin_templates(), view_url=VIEW)
    office.finish(a_sending_campaign(db, settings, ["ana@mail.example"], rendition=rendition))
    octets = office.relay.ledger[0].content
    part = octets.split(b"Content-Type: text/html")[1].partition(b"\r\n\r\n")[2]
    assert len(part) < 90_000
    assert b"https://news.example/u/" in part.replace(b"=\r\n", b"")
    assert b"1 Quay Street, Port Amsel" in part.replace(b"=\r\n", b"")


def test_d10_filters_providers_and_responders_know_what_it_is(post):
    for mail in post.mails:
        assert mail.fields("List-Id")[0].endswith(b"<daily.news.example>")
        (feedback_id,) = mail.fields("Feedback-ID")
        fields = feedback_id.split(b":")
        assert len(fields) == 4
        assert 5 <= len(fields[-1]) <= 15
        assert mail.message["Precedence"] == "bulk"
        assert mail.message["Auto-Submitted"] == "auto-generated"  # RFC 3834: no vacation replies
        assert mail.message["X-Auto-Response-Suppress"] == "All"
    assert len({mail.fields("Feedback-ID")[0] for mail in post.mails}) == 1, "nothing of a reader"


def test_d11_each_reader_has_a_return_path_that_only_we_can_have_made(post):
    for mail in post.mails:
        local, _, domain = mail.entry.mail_from.rpartition("@")
        assert domain == "bounce.news.example"  # aligned with From, relaxed
        assert post.tokens.read_return_path(local) == post.rows[mail.entry.recipient].id
    assert len({mail.entry.mail_from for mail in post.mails}) == len(post.mails)


def test_d12_a_domain_goes_out_as_idna_2008_has_it(post):
    domains = {mail.entry.recipient.rpartition("@")[2] for mail in post.mails}
    assert "xn--fa-hia.example" in domains, "not fass.example, which is another domain"


def test_d13_text_comes_first_then_html_with_the_same_links(post):
    for mail in post.mails:
        parts = [part for part in mail.message.walk() if not part.is_multipart()]
        kinds = [part.get_content_type() for part in parts]
        assert all(part.get_content_charset() == "utf-8" for part in parts)
        assert parsedate_to_datetime(mail.message["Date"]) == NOW
        if mail.entry.recipient == "plain@mail.example":
            assert kinds == ["text/plain"]
            continue
        assert kinds == ["text/plain", "text/html"]
        assert mail.html.get("lang") == "en"
        assert set(mail.links) <= set(re.findall(r"https://\S+", mail.text))


def test_d15_the_links_of_an_edition_arrive_as_they_are(post):
    for mail in post.mails:
        if mail.entry.recipient != "plain@mail.example":
            assert set(URLS.values()) <= set(mail.links)


@ON_SQLITE
def test_d15_five_hundred_addresses_of_all_kinds_arrive_as_they_are(db, settings, office):
    urls = [*islice(odd_urls(), 500)]
    links = "".join(f'<p><a href="{escape(url)}">x</a></p>' for url in urls)
    leave = placeholder(MARKER, "unsubscribeurl")
    rendition = a_rendition(html=f"{links}<a href='{leave}'>Leave</a>")
    office.finish(a_sending_campaign(db, settings, ["ana@mail.example"], rendition=rendition))
    content = office.relay.ledger[0].content
    mail = Arrived(office.relay.ledger[0], message_from_bytes(content, policy=SMTP))
    assert mail.links[:-1] == urls


def tags(value: bytes) -> dict[str, str]:
    pairs = (part.partition("=") for part in value.decode().split(";"))
    return {name.strip(): "".join(text.split()) for name, _, text in pairs}


def bits_of(record: str) -> int:
    key = load_der_public_key(b64decode(record.partition("p=")[2]))
    assert isinstance(key, RSAPublicKey)
    return key.key_size


def odd_urls() -> Iterator[str]:
    """Addresses that careless link wrappers break."""
    for n in count():
        odd = "/%?#&=+ äß渡\\\"'<>;:@[]"[n % 21 :]
        yield f"https://ledger.example/{n}/{quote(odd)}?q={quote(odd, safe='')}&n={n}&copy=1#s-{n}"
        yield f"https://xn--gre-6ka8i.example/%2F{n}%2f..;v={n}?a=1&amp;b=2"
        yield f"https://größe.example/straße/{n}?wo=köln&utm_source=own#§{n}"
        yield f"mailto:desk@news.example?subject=About%20{n}%20%26%20more&body=a%0D%0Ab"
        yield f"tel:+44-20-7946-{n:04}"
