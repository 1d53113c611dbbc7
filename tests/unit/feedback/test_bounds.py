"""Whatever arrives, reading it ends soon, takes little memory and never raises."""

import random
import subprocess
import sys
import tracemalloc
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.feedback.parse import parse
from tests.pace import quiet_seconds
from tests.unit.feedback.corpus import NAMES, mail

HEAD = b"From: MAILER-DAEMON@x.example\nSubject: failure notice\nContent-Type: "


def nested(depth: int) -> bytes:
    levels = "".join(
        f"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n"
        for level in range(depth)
    )
    text = f"Subject: failure notice\n{levels}Content-Type: text/plain\n\n<a@b.example>: 550 no\n"
    return text.encode()


def crowd(count: int) -> bytes:
    groups = b"".join(
        b"Final-Recipient: rfc822; u%d@port.example\nAction: failed\nStatus: 5.1.1\n"
        b"Diagnostic-Code: smtp; 550 5.1.1 number %d is not known to us today\n\n" % (n, n)
        for n in range(count)
    )
    start = HEAD + b"multipart/report; boundary=b\n\n--b\nContent-Type: text/plain\n\nNo.\n--b\n"
    return start + b"Content-Type: message/delivery-status\n\n" + groups + b"--b--\n"


HOSTILE = {
    "parts in parts": nested(200),
    "10,000 recipients": crowd(10_000),
    "10 MB on a line": HEAD + b"text/plain\n\n" + b"a" * 10_000_000,
    "10 MB of bounces": HEAD + b"text/plain\n\n" + b"<a@b.example>: 550 no\n" * 450_000,
    "NULs": HEAD + b"text/plain\n\n" + b"\0" * 5_000_000,
    "a header without end": b"A: b\n" * 2_000_000,
    "a field without end": b"Subject: x\n" + b" y\n" * 2_000_000,
    "boundaries only": HEAD + b"multipart/mixed; boundary=b\n\n" + b"--b\n" * 1_000_000,
    "tags without end": HEAD + b"text/html\n\n" + b"<" * 5_000_000,
    "styles in styles": HEAD + b"text/html\n\n" + b"<style><style " * 500_000,
    "at signs": HEAD + b"text/plain\n\n" + b"a@" * 3_000_000,
    "quotes": HEAD + b"text/plain\n\n" + b'"' * 3_000_000,
    "open brackets of JSON": HEAD + b"text/plain\n\n" + b'{"a":[' * 300_000,
    "encoded words": b"Subject: " + b"=?utf-8?q?a" * 500_000 + b"\n\nx",
    "parameters": b"Content-Type: multipart/mixed" + b"; a=b" * 500_000 + b"\n\nx",
    "words of refusals": HEAD + b"text/plain\n\n" + b"user is not a message size " * 300_000,
    "a slow charset": HEAD + b"text/plain; charset=punycode\n\n" + b"a-" * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mail_is_read_in_bounded_time_and_memory(name):
    assert quiet_seconds(partial(parse, HOSTILE[name])) < 1
    tracemalloc.start()
    parse(HOSTILE[name])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64_000_000


def test_the_first_thousand_recipients_of_a_crowd_are_read():
    findings = parse(crowd(10_000)).findings
    assert len(findings) == 1_000
    assert {one.kind.value for one in findings} == {"hard"}


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_copy_is_read_without_an_exception(name):
    data, dice = mail(name), random.Random(name)
    for _ in range(10):
        at = dice.randrange(len(data))
        parse(data[:at])
        parse(data[:at] + bytes(dice.randrange(256) for _ in range(40)) + data[at + 40 :])


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=2_000))
def test_any_bytes_are_read(data):
    parse(data)


LINES = st.sampled_from(
    [
        b"Content-Type: multipart/report; boundary=b",
        b"Content-Type: message/delivery-status",
        b"Content-Type: message/feedback-report",
        b"Content-Type: message/rfc822",
        b"Content-Transfer-Encoding: base64",
        b"From: MAILER-DAEMON@x.example",
        b"Subject: =?utf-8?b?////?= failed",
        b"--b",
        b"--b--",
        b"",
        b"Final-Recipient: rfc822; ana@port.example",
        b"Original-Rcpt-To: <@>",
        b"Feedback-Type: abuse",
        b"Action: failed",
        b"Status: 5.1.1 (4.4.7)",
        b"Diagnostic-Code: x400; \xff\xfe",
        b"<ana@port.example>: 550 \0 user unknown",
        b"--- Below this line is a copy of the message.",
        b'{"notificationType":"Bounce","bounce":[1,{"bouncedRecipients":[null]}]}',
        b" folded",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(LINES, max_size=30))
def test_any_order_of_a_reports_lines_is_read(lines):
    for one in parse(b"\n".join(lines)).findings:
        assert one.address is None or "@" in one.address


def test_the_parser_needs_nothing_but_the_standard_library():
    code = (
        "import sys; before = set(sys.modules); import digest.feedback.parse; "
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}; "
        "print(sorted(new - set(sys.stdlib_module_names) - {'digest'}))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
