"""Signed mails as they arrive: built, sent over SMTP, kept by the inbox, verified by dkimpy."""

import re
from datetime import UTC, datetime
from uuid import UUID

import dkim
import pytest

from digest.actions.list_signing_keys import list_signing_keys
from digest.actions.signing_keys import activate_keys, create_keys
from digest.cli.key_view import print_record
from digest.deliver.keyring import Keyring
from digest.deliver.message import CompiledMessage, Origin, Personal
from digest.deliver.smtp import SmtpTransport
from digest.deliver.transport import Mail
from digest.demo.inbox import Inbox
from digest.domain.edition import placeholder
from digest.domain.ids import uuid7
from digest.domain.relay import SmtpRelay, parse_relay
from digest.domain.signing_key import KeyAlgorithm
from digest.domain.states import Stream
from tests.builders import MARKER, NOW, a_branding, a_rendition

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PEOPLE = 200  # so that each length of ``personal`` occurs
LINES = (
    ".",
    "..two dots, and a line that is far longer than seventy-two columns " * 4,
    "Fähren nach Ångö stehen – 渡し船 ⛴ until Friday.   ",
    "\ttabs \t and  runs of   spaces   ",
    "",
    "From here on = signs == and trailing blanks.  ",
)
TEXT = "\n".join(LINES * 25)


@pytest.fixture
def signer(db, settings):
    told = {"domain": "news.example", "now": NOW, "actor": "test"}
    create_keys(db, settings, algorithms=list(KeyAlgorithm), selector="spring", **told)
    activate_keys(db, selectors=["spring-rsa", "spring-ed25519"], at=None, **told)
    with db.read() as session:
        keyring = Keyring(settings, a_branding().from_address)
        return keyring.signer(session, keyring.current(session, NOW))


@pytest.fixture
def dns(db, signer, capsys):
    """A look-up in what ``digest key show`` prints."""
    for key, _ in list_signing_keys(db, "news.example", NOW):
        print_record(key)
    shown = re.findall(r"Name:  (\S+)\nType:  TXT\nValue: (.*)\n", capsys.readouterr().out)
    zone = {name: "".join(re.findall('"([^"]*)"', value)) for name, value in shown}
    assert len(zone) == 2
    return lambda name, timeout=5: zone[name.decode().rstrip(".")].encode()


def compiled():
    leave, who = (placeholder(MARKER, name) for name in ("unsubscribeurl", "address"))
    rendition = a_rendition(
        subject="Größere Änderungen im Fährverkehr, und was sie für alle bedeuten, die pendeln",
        text=f"For {who}\n{TEXT}\n{leave}\n.\n\n\n",
        html=f"<p>.\n..{TEXT} {who}</p><a href='{leave}'>Leave</a>\n\n" * 3,
    )
    branding = a_branding(from_name="Die Größe, «The Daily Brief»", name="The Daily – Brief")
    return CompiledMessage(rendition, branding, Origin(UUID(int=7), Stream.EACH))


def personal(number):
    local = {0: "käthe", 1: "dots.and+tags", 2: "a&b'c"}.get(number % 50, "reader")
    return Personal(
        address=f"{local}{number}@reader.example",
        message_key=uuid7(),
        date=datetime(2026, 3, 10, 7, number % 60, tzinfo=UTC),
        unsubscribe_url=f"https://news.example/u/{number:05}" + "k" * (number % 200),
        preferences_url=f"https://news.example/p/{number:05}",
    )


def signed(message, person, signer):
    content = message.build(person)
    return signer.sign(content, person.date) + content


def is_valid(content, index, dns):
    try:
        return dkim.DKIM(content).verify(idx=index, dnsfunc=dns)
    except dkim.DKIMException:
        return False


def test_both_signatures_hold_for_every_recipient_after_a_way_over_smtp(signer, dns, tmp_path):
    message = compiled()
    people = [personal(number) for number in range(PEOPLE)]
    with Inbox(tmp_path / "inbox") as inbox:
        relay = parse_relay(inbox.smtp_url)
        assert isinstance(relay, SmtpRelay)
        transport = SmtpTransport(relay)
        for person in people:
            content = signed(message, person, signer)
            reply = transport.send(Mail("b@bounce.news.example", person.address, content))
            assert reply.code == 250, reply
        transport.close()
        arrived = [inbox.read(envelope) for envelope in inbox.envelopes]
    assert len(arrived) == PEOPLE
    for content, person in zip(arrived, people, strict=True):
        assert content.startswith(b"DKIM-Signature:")
        assert f"To: {person.address}\r\n".encode() in content
        assert [is_valid(content, index, dns) for index in (0, 1)] == [True, True], person.address
        assert f"t={int(person.date.timestamp())};".encode() in content


def test_one_octet_changed_on_the_way_breaks_both_signatures(signer, dns):
    content = signed(compiled(), personal(3), signer)
    start = content.index(b"\r\n\r\n")
    places = [at for at in range(start + 4, len(content), 101) if content[at] not in b" \t\r\n"]
    assert len(places) > 300
    for at in places:
        bent = content[:at] + (b"~" if content[at : at + 1] != b"~" else b"!") + content[at + 1 :]
        assert [is_valid(bent, index, dns) for index in (0, 1)] == [False, False], at


def test_the_same_row_gives_the_same_octets(signer):
    person = personal(5)
    assert signed(compiled(), person, signer) == signed(compiled(), person, signer)
