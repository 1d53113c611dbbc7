"""SMTP against a relay that misbehaves: what was sent, what was not, and what nobody knows."""

import resource
import socket
import threading
import time

import pytest

from digest.deliver.smtp import MOST_BREAKS, SmtpTransport
from digest.deliver.smtp_session import Limits
from digest.deliver.transport import InDoubt, Mail, RelayDown, Reply
from digest.domain.relay import parse_relay
from tests.faults.relay import FaultyRelay, Manners
from tests.servers import free_port

QUICK = Limits(connect=1.0, command=0.5, dot=0.5, goodbye=0.5)
BODY = b"Subject: Ferries\r\nMessage-ID: <1@news.example>\r\n\r\nAll lines halted.\r\n" + (
    b"Freight goes by rail until the ice is gone.\r\n" * 20
)


def mail(recipient, content=BODY):
    return Mail("b+1@bounce.news.example", recipient, content)


@pytest.fixture
def relay():
    with FaultyRelay(Manners(keep_content=True, drip_seconds=0.05, late_seconds=30)) as relay:
        yield relay


@pytest.fixture
def transport(relay):
    transport = SmtpTransport(parse_relay(relay.url), limits=QUICK)
    yield transport
    transport.close()


@pytest.mark.parametrize(
    ("fault", "reply"),
    [
        ("reader", Reply(250, "2.0.0 Kept.")),
        ("r450", Reply(450, "4.2.1 This mailbox is busy.")),
        ("r550", Reply(550, "5.1.1 There is no such mailbox.")),
        ("r552", Reply(552, "5.2.2 This mailbox is full.")),
        ("e552", Reply(552, "5.3.4 Nothing more is taken today.")),
        ("d552", Reply(552, "5.3.4 This message is too big.")),
        ("grey", Reply(450, "4.7.1 Greylisted, come back later.")),
        ("nul", Reply(250, "2.0.0 Kept .")),
    ],
)
def test_an_answer_is_given_as_it_is_and_the_connection_is_kept(relay, transport, fault, reply):
    for _ in range(2):
        assert transport.send(mail(f"{fault}+1@reader.example")) == reply
    assert transport.send(mail("next@reader.example")).code == 250
    assert relay.connections == 1


@pytest.mark.parametrize("fault", ["r421", "e421", "d421"])
def test_421_ends_the_connection_and_fails_nobody(relay, transport, fault):
    assert transport.send(mail(f"{fault}@reader.example")).code == 421
    assert transport.send(mail("next@reader.example")).code == 250
    assert relay.connections == 2
    assert relay.copies == {"next@reader.example": 1}


@pytest.mark.parametrize("fault", ["tarpit", "half", "garbage", "wrong", "huge", "chatter"])
def test_a_relay_that_talks_nonsense_costs_one_connection_and_its_time_limit(
    relay, transport, fault
):
    assert transport.send(mail("first@reader.example")).code == 250
    began = time.monotonic()
    reply = transport.send(mail(f"{fault}@reader.example"))
    assert time.monotonic() - began < 1.5
    assert (reply.code, reply.text[:5]) == (451, "4.4.2")
    assert f"The relay 127.0.0.1:{relay.port} " in reply.text
    assert transport.send(mail("next@reader.example")).code == 250
    assert relay.copies == {"first@reader.example": 1, "next@reader.example": 1}


@pytest.mark.parametrize("fault", ["huge", "chatter"])
def test_an_endless_reply_does_not_fill_the_memory(relay, fault):
    patient = SmtpTransport(parse_relay(relay.url), limits=Limits(command=30))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.monotonic()
    assert "gave a reply without end" in patient.send(mail(f"{fault}@reader.example")).text
    assert time.monotonic() - began < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 10_000  # kB
    patient.close()


@pytest.mark.parametrize(("fault", "kept"), [("dropack", 1), ("dropnot", 0), ("lateack", 1)])
def test_no_answer_to_the_dot_leaves_doubt(relay, transport, fault, kept):
    with pytest.raises(InDoubt, match=r"The relay .* (closed the connection|did not answer in t)"):
        transport.send(mail(f"{fault}@reader.example"))
    assert relay.copies[f"{fault}@reader.example"] == kept
    assert transport.send(mail("next@reader.example")).code == 250


def test_a_break_in_a_large_body_leaves_no_doubt(relay, transport):
    large = BODY + b"And so on, line by line.\r\n" * 800_000
    assert transport.send(mail("dropmid@reader.example", large)).code == 451
    assert not relay.ledger
    assert transport.send(mail("dropmid@reader.example", BODY)).code == 250


def test_a_limit_of_mails_per_connection_is_nothing_to_speak_of(relay, transport):
    relay.manners.per_connection = 3
    codes = [transport.send(mail(f"reader{n}@reader.example")).code for n in range(10)]
    assert codes == [250] * 10
    assert relay.connections == 4
    assert set(relay.copies.values()) == {1}


def test_a_relay_that_breaks_over_mail_after_mail_is_down(relay, transport):
    for n in range(MOST_BREAKS):
        assert transport.send(mail(f"garbage+{n}@reader.example")).code == 451
    with pytest.raises(RelayDown, match=r"makes no sense.* 5 mails in a row ended like this"):
        transport.send(mail("reader@reader.example"))
    assert not relay.ledger


def test_a_relay_that_is_restarted_is_connected_to_again(relay, transport):
    assert transport.send(mail("first@reader.example")).code == 250
    relay.stop()
    with pytest.raises(RelayDown, match=r"127\.0\.0\.1:\d+ can't be reached: Connection refused"):
        transport.send(mail("second@reader.example"))
    relay.start()
    assert transport.send(mail("second@reader.example")).code == 250


@pytest.mark.parametrize(
    ("greeting", "words"),
    [
        (b"554 5.3.2 Go away\r\n", "answered 554 5.3.2 Go away"),
        (b"HTTP/1.1 400 Bad Request\r\n", "an answer that makes no sense: 'HTTP/1.1 400 Bad"),
        (b"", "closed the connection"),
        (b"220 half a li", "closed the connection"),
        (None, "did not answer in time"),
    ],
)
def test_what_is_no_relay_is_named_in_one_sentence(greeting, words):
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"smtp://127.0.0.1:{server.getsockname()[1]}"
        transport = SmtpTransport(parse_relay(url), limits=Limits(connect=0.3))
        thread = threading.Thread(target=greet, args=(server, greeting))
        thread.start()
        with pytest.raises(RelayDown) as raised:
            transport.send(mail("reader@reader.example"))
        thread.join()
    assert words in str(raised.value)
    assert str(raised.value).endswith(".")


def greet(server, greeting):
    connection, _ = server.accept()
    with connection:
        if greeting is None:
            connection.recv(1)  # until the client gives up
        else:
            connection.sendall(greeting)


def test_a_host_that_does_not_exist_is_named():
    transport = SmtpTransport(parse_relay("smtp://nowhere.invalid:25"), limits=QUICK)
    with pytest.raises(RelayDown, match=r"The relay nowhere\.invalid:25 can't be reached: \w"):
        transport.send(mail("reader@reader.example"))


def test_nobody_at_the_port_is_named():
    transport = SmtpTransport(parse_relay(f"smtp://127.0.0.1:{free_port()}"), limits=QUICK)
    with pytest.raises(RelayDown, match=r"can't be reached: Connection refused\.$"):
        transport.send(mail("reader@reader.example"))


SMUGGLED = b"MAIL FROM:<evil@evil.example>\r\nRCPT TO:<victim@reader.example>\r\nDATA\r\nGotcha"


@pytest.mark.parametrize(
    "end", [b"\r\n.\r\n", b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r.\r\n", b"\r\n.\r"]
)
def test_no_end_of_message_can_be_smuggled_in(relay, transport, end):
    content = b"Subject: x\r\n\r\nHello" + end + SMUGGLED + end
    assert transport.send(mail("reader@reader.example", content)).code == 250
    assert transport.send(mail("next@reader.example")).code == 250
    assert relay.copies == {"reader@reader.example": 1, "next@reader.example": 1}
    entry = relay.ledger[0]
    assert entry.bare == 0
    assert entry.content.splitlines()[2:] == [b"Hello", b".", *SMUGGLED.splitlines(), b"."]


@pytest.mark.parametrize(
    "content",
    [
        b".\r\n",
        b"..\r\n.\r\n...\r\n",
        b".first line\r\n",
        b"x" * 998 + b"\r\n.\r\n" + b"." * 998 + b"\r\n",
        b"\r\n\r\n.\r\n\r\n",
        *(b"y" * n + b"\r\n.z\r\n" for n in range(4090, 4100)),
    ],
)
def test_dots_arrive_as_they_were(relay, transport, content):
    transport.send(mail("reader@reader.example", content))
    assert relay.ledger[0].content == content


def test_a_message_without_a_last_line_end_is_given_one(relay, transport):
    transport.send(mail("reader@reader.example", b"no end"))
    assert relay.ledger[0].content == b"no end\r\n"


def test_an_address_beyond_ascii_goes_where_it_is_understood(relay, transport):
    assert transport.send(mail("jörg@reader.example")).code == 250
    assert transport.send(mail("plain@reader.example")).code == 250
    assert [entry.recipient for entry in relay.ledger] == [
        "jörg@reader.example",
        "plain@reader.example",
    ]


def test_an_address_beyond_ascii_fails_alone_where_it_is_not_understood(relay, transport):
    relay.manners.extensions = ("8BITMIME",)
    reply = transport.send(mail("jörg@reader.example"))
    assert (reply.code, reply.text[:5]) == (553, "5.6.7")
    assert transport.send(mail("plain@reader.example")).code == 250
    assert relay.connections == 1
    assert relay.commands["MAIL", False] == 1, "nothing was begun for the other"


def test_small_writes_do_not_wait_for_each_other(relay, transport):
    """Nagle's algorithm and delayed acknowledgements together would cost 40 ms a mail."""
    transport.send(mail("first@reader.example"))
    began = time.monotonic()
    for n in range(300):
        transport.send(mail(f"reader{n}@reader.example"))
    assert 300 / (time.monotonic() - began) > 100, "a busy machine's third of what it can"


def test_closing_says_goodbye_and_a_silent_relay_is_not_waited_for(relay):
    transport = SmtpTransport(parse_relay(relay.url), limits=QUICK)
    transport.send(mail("reader@reader.example"))
    transport.close()
    assert relay.commands["QUIT", False] == 1
    transport.close()
