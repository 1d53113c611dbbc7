"""The bytes of a message: right by the RFCs, whatever people type."""

import email
import email.policy
import re
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.deliver import headers
from digest.deliver.message import CompiledMessage, Origin, Personal
from digest.domain.edition import placeholder
from digest.domain.errors import Illegal
from digest.domain.states import Stream
from tests.builders import MARKER, a_branding, a_rendition

ORIGIN = Origin(UUID("01a20569-24d5-7c79-8be2-8216d6cca716"), Stream.EACH)
KEY = UUID("e1fed091-cff7-563e-b9ea-c630ace4815c")
TOKEN = "k" * 200
HOSTILE = ["\r\n", "\n", "\r", "\x85", "\u2028", "\x0b", "\x1c", "\0", "%0d%0a"]

anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


def personal(**values):
    given_values = {
        "address": "ana@reader.example",
        "message_key": KEY,
        "date": datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        "unsubscribe_url": f"https://news.example/u/{TOKEN}",
        "preferences_url": f"https://news.example/p/{TOKEN}",
    }
    return Personal(**(given_values | values))


def built(rendition=None, branding=None, **values):
    compiled = CompiledMessage(rendition or a_rendition(), branding or a_branding(), ORIGIN)
    return compiled.build(personal(**values))


def parsed(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def header_lines(raw):
    return raw.partition(b"\r\n\r\n")[0].split(b"\r\n")


def test_each_field_stands_exactly_once():
    names = [line.split(b":")[0] for line in header_lines(built()) if not line.startswith(b" ")]
    assert sorted(names) == sorted(
        [b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Reply-To", b"List-Id"]
        + [b"List-Unsubscribe", b"List-Unsubscribe-Post", b"Feedback-ID", b"Precedence"]
        + [b"Auto-Submitted", b"X-Auto-Response-Suppress", b"MIME-Version", b"Content-Type"]
    )


def test_the_one_click_header_is_raw_ascii_however_long_its_url_is():
    assert f"List-Unsubscribe: <https://news.example/u/{TOKEN}>".encode() in header_lines(built())
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in header_lines(built())


def test_the_date_is_that_of_the_first_try_in_utc():
    assert b"Date: Sun, 29 Mar 2026 01:30:00 +0000" in header_lines(built())


def test_text_comes_first_and_html_second_with_the_same_link():
    message = parsed(built())
    plain, html = message.iter_parts()
    assert plain.get_content_type() == "text/plain"
    assert html.get_content_type() == "text/html"
    for part in (plain, html):
        assert f"https://news.example/u/{TOKEN}" in part.get_content()


def test_a_text_only_rendition_has_one_part():
    assert parsed(built(a_rendition(html=None))).get_content_type() == "text/plain"


def test_the_same_person_gets_the_same_bytes_and_another_one_others():
    assert built() == built()
    assert built() != built(address="bo@reader.example")


def test_an_address_is_escaped_in_html_and_not_in_text():
    word = placeholder(MARKER, "address")
    rendition = a_rendition(text=f"For {word}.", html=f"<p>For {word}.</p>")
    plain, html = parsed(built(rendition, address="a&b'c@reader.example")).iter_parts()
    assert "For a&b'c@reader.example." in plain.get_content()
    assert "For a&amp;b&#x27;c@reader.example." in html.get_content()


@settings(max_examples=150, deadline=None)
@given(subject=anything, name=anything, text=anything, html=anything)
def test_any_unicode_comes_back_and_no_line_is_too_long(subject, name, text, html):
    raw = built(
        a_rendition(subject=subject, text=text, html=html), a_branding(name=name, from_name=name)
    )
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", raw), "a bare CR or LF"
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert all(len(line) <= 78 or line.startswith(b"List-U") for line in header_lines(raw))
    message = parsed(raw)
    assert folded(message["Subject"]) == folded(subject)
    for part, source in zip(message.iter_parts(), (text, html), strict=True):
        assert unbroken(part.get_content()).rstrip("\n") == unbroken(source).rstrip("\n")


def folded(text):
    """What a header may change: runs of white space and control characters."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text).split())


def unbroken(text):
    return re.sub(r"\r\n|[\r\x85\u2028\u2029\x0b\x0c]", "\n", text)


@given(st.text(".\n =x", max_size=300))
@settings(max_examples=60, deadline=None)
def test_no_line_begins_with_a_dot_and_the_dots_come_back(text):
    raw = built(a_rendition(text=f"{text}.\n", html=None))
    assert not any(line.startswith(b".") for line in raw.split(b"\r\n"))
    assert max(map(len, raw.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76
    assert unbroken(parsed(raw).get_content()).rstrip("\n") == f"{text}."


@pytest.mark.parametrize("token", [".", "...", "x" * 47 + "." * 150])
def test_no_reader_s_own_value_begins_a_line_with_a_dot(token):
    link = f"{token}https://news.example/u/{token}"
    raw = built(unsubscribe_url=link)
    assert not any(line.startswith(b".") for line in raw.split(b"\r\n"))
    plain, _ = parsed(raw).iter_parts()
    assert link in plain.get_content()


@pytest.mark.parametrize("breaker", HOSTILE)
def test_no_field_that_people_type_can_start_another_one(breaker):
    evil = f"Hello{breaker}Bcc: victim@reader.example"
    raw = built(a_rendition(subject=evil), a_branding(name=evil, from_name=evil))
    names = {line.split(b":")[0].lower() for line in header_lines(raw) if line[:1] != b" "}
    assert b"bcc" not in names
    assert parsed(raw)["Bcc"] is None


@pytest.mark.parametrize("breaker", HOSTILE[:-1])
@pytest.mark.parametrize("field", ["from_address", "reply_to", "list_id"])
def test_addresses_and_identifiers_with_a_break_are_refused(field, breaker):
    evil = a_branding(**{field: f"x{breaker}Bcc: y@reader.example"})
    with pytest.raises((Illegal, UnicodeEncodeError)):
        built(branding=evil)


def test_a_long_encoded_subject_is_folded_into_short_words():
    field = headers.unstructured("Subject", "Größere Änderungen " * 20)
    assert all(len(line) <= 76 for line in field.split(b"\r\n"))
    assert all(len(word) <= 75 for word in re.findall(rb"=\?\S+\?=", field))
