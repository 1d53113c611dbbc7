from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from digest.demo.check import check_mail
from digest.demo.inbox.envelope import envelope_of

OWN = "ann@post.example"
STORY = "http://127.0.0.1:9/briefs/toll"
LEAVE = "https://digest.example/u/abc"
TEXT = f"Toll\n{STORY}?utm_source=digest\n\nLeave this list: {LEAVE}.\n"
HTML = f'<p><a href="{STORY}?utm_source=digest">Toll</a></p><p><a href="{LEAVE}">Leave</a></p>'
PAGES = frozenset({STORY})
ROSTER = (OWN, "bob@post.example", "grete@käse.example")


def good_mail(text=TEXT, html=HTML, **headers):
    mail = EmailMessage(policy=SMTP)
    fields = {
        "From": "Ledger <digest@news.example>",
        "To": f"Ann <{OWN}>",
        "Reply-To": "desk@news.example",
        "Subject": "Toll – and more",
        "Date": "Sun, 30 Mar 2031 01:15:00 +0000",
        "Message-ID": "<1@news.example>",
        "List-Id": "Ledger <daily.news.example>",
        "List-Unsubscribe": "<https://digest.example/u/abc>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in fields.items():
        if value is not None:
            mail[name] = value
    mail.set_content(text)
    if html is not None:
        mail.add_alternative(html, subtype="html")
    return mail.as_bytes()


def problems(message=None, *, rcpt_to=(OWN,), mail_from="b+1@bounce.example", **options):
    message = good_mail() if message is None else message
    envelope = envelope_of(message, "1.eml", mail_from, rcpt_to, datetime(2031, 3, 30, tzinfo=UTC))
    known = {"own_address": OWN, "roster": ROSTER, "pages": PAGES}
    return check_mail(message, envelope, **(known | options))


def test_a_good_mail_has_no_problem():
    assert problems() == []


def test_a_good_mail_without_html_is_right_for_who_chose_that():
    message = good_mail(html=None)
    assert problems(message, is_text_only=True) == []
    assert any("The parts are text/plain" in p for p in problems(message))
    assert any("The parts are text/plain, text/html" in p for p in problems(is_text_only=True))


@pytest.mark.parametrize(
    "name",
    [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "List-Id",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "Reply-To",
    ],
)
def test_a_header_that_is_missing_or_doubled_is_found(name):
    missing = good_mail(**{name.replace("-", "_"): None})
    assert f"{name} occurs 0 times, not once." in problems(missing)
    line = next(li for li in good_mail().split(b"\r\n") if li.startswith(name.encode() + b":"))
    assert f"{name} occurs 2 times, not once." in problems(line + b"\r\n" + good_mail())


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b"+0000", b"+0200", "Date is not in UTC"),
        (b"Sun, 30 Mar", b"Sometime", "Date is not a date"),
        (b"<https://digest.example/u/abc>\r\n", b"=?utf-8?q?=3Chttps?=\r\n", "no plain"),
        (b"=One-Click", b"=Two-Clicks", "List-Unsubscribe-Post is not"),
        (b"<daily.news.example>", b"daily", "List-Id is not"),
        (b"<1@news.example>", b"1", "Message-ID is not"),
        (b"To: Ann <ann@post.example>", b"To: undisclosed:;", "To is empty"),
        (b"Ann <ann@", b"Ann <bob@", "To is bob@post.example"),
        (b"Subject: ", b"Subject: \xc3\xa9", "octets of 8 bits"),
        (b"Reply-To: ", b"Bcc: x@news.example\r\nReply-To: ", "Bcc"),
        (b"Toll\r\n", b"Toll\n", "bare CR or LF"),
        (b"Toll\r\n", b"Toll\r\r\n", "bare CR or LF"),
        (b"Toll\r\n", b"To\0ll\r\n", "NUL"),
        (b"Toll\r\n", b"T" * 999 + b"\r\n", "A line has 999 octets"),
        (b"Toll\r\n", b"Toll {{ name }}\r\n", "placeholder mark {{"),
        (b"Toll\r\n", b"Toll {% if %}\r\n", "placeholder mark {%"),
        (b"Toll\r\n", b"T\xc3\xb6ll\r\n", "says 7bit"),
        (b"Toll\r\n", b"T\xf6ll\r\n", "not sound UTF-8"),
        (b'charset="utf-8"', b'charset="latin-1"', "not utf-8"),
        (b"multipart/alternative", b"multipart/mixed", "not multipart/alternative"),
        (b"text/plain", b"text/csv", "The parts are text/csv"),
    ],
)
def test_each_damage_is_named(old, new, words):
    message = good_mail()
    assert old in message
    assert any(words in problem for problem in problems(message.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("text", "html", "words"),
    [
        (TEXT, HTML + '<a href="/about">x</a>', "isn't absolute: '/about'"),
        (TEXT, HTML + '<img src="logo.png">', "isn't absolute: 'logo.png'"),
        (TEXT, HTML + '<a href="https://x.example/">x</a>', "Only the HTML links to"),
        (TEXT + "https://x.example/", HTML, "Only the text links to"),
        (TEXT.replace("toll", "none"), HTML.replace("toll", "none"), "no page http://127.0.0.1:9"),
        (TEXT + "bob@post.example", HTML, "It names bob@post.example"),
        (TEXT, HTML + "<!-- ?to=bob%40post.example -->", "It names bob@post.example"),
        (TEXT, HTML + "grete&#64;xn--kse-qla.example", "It names grete@käse.example"),
    ],
)
def test_wrong_links_and_other_people_are_named(text, html, words):
    assert any(words in problem for problem in problems(good_mail(text, html)))


@pytest.mark.parametrize(
    "near", ["jobob@post.example", "bob@post.example.org", "bob@post.examples"]
)
def test_a_longer_address_does_not_name_the_shorter_one(near):
    assert problems(good_mail(f"{TEXT}{near}\n")) == []
    assert problems(good_mail(f"{TEXT}bob@post.example. {near}\n")) == [
        "It names bob@post.example."
    ]


def test_the_own_address_may_occur():
    assert problems(good_mail(TEXT + f"Sent to {OWN}\n")) == []


def test_the_envelope_must_name_the_reader_alone():
    assert any("The envelope goes to" in p for p in problems(rcpt_to=(OWN, "bob@post.example")))
    assert any("has no sender" in p for p in problems(mail_from=""))


def test_an_international_domain_is_the_same_in_letters_and_in_a_labels():
    own = "grete@käse.example"
    wire = "grete@xn--kse-qla.example"
    message = good_mail(To=wire)
    assert problems(message, rcpt_to=(wire,), own_address=own) == []
