"""Each invented mail says what it was written to say."""

import pytest

from digest.feedback.parse import parse
from tests.unit.feedback.corpus import NAMES, expected, mail


def found(data: bytes):
    return [(f.address, f.kind.value, f.reason.value, f.status) for f in parse(data).findings]


def test_there_are_mails_of_many_servers():
    assert len(NAMES) >= 60


@pytest.mark.parametrize("name", NAMES)
def test_a_mail_says_what_it_was_written_to_say(name):
    assert found(mail(name)) == expected(name)


@pytest.mark.parametrize("name", NAMES)
def test_line_ends_change_nothing(name):
    bare = mail(name).replace(b"\r\n", b"\n")
    assert found(bare.replace(b"\n", b"\r\n")) == found(bare) == found(bare.replace(b"\n", b"\r"))


def test_the_reply_and_the_reporting_server_are_kept():
    (one,) = parse(mail("postfix_user_unknown")).findings
    assert one.reply.startswith("550 5.1.1")
    assert one.reporting_mta == "mx1.harbour.example"


def test_the_address_before_forwarding_is_kept():
    (one,) = parse(mail("postfix_forwarded")).findings
    assert one.also == "nia@port.example"


def test_the_headers_of_the_returned_mail_are_found():
    for name in ("postfix_user_unknown", "qmail_no_mailbox", "dragonfly", "arf_abuse"):
        returned = parse(mail(name)).returned
        assert returned.get("message-id") == "<5f0e7c1d9a1b4c2e@harbour.example>", name
