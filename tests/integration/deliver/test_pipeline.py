"""Many mails on one connection, with relays that behave and relays that don't."""

import asyncio
import hmac
import socket
from base64 import b64decode, b64encode
from collections import Counter, deque
from contextlib import asynccontextmanager
from hashlib import sha256
from time import monotonic

import pytest

from digest.deliver.pipeline import PipelinedConnection
from digest.deliver.results import Interrupted
from digest.deliver.smtp_session import Limits
from digest.deliver.tls import context_for
from digest.deliver.transport import InDoubt, Mail, RelayDown, Reply
from digest.domain.relay import parse_relay
from tests.faults.certificates import make_certificate, server_context
from tests.faults.relay import FaultyRelay, Manners
from tests.servers import free_port

LIMITS = Limits(connect=2.0, command=0.5, dot=0.5, goodbye=0.5)
PASSWORD = "tidal-lock"
BODY = b"Subject: x\r\n\r\n.hidden\r\n.\r\nlast\r\n"


def mail(name, content=BODY):
    head = f"Message-ID: <{name}@harbour.example>\r\n".encode()
    return Mail(f"b+{name}@bounce.example", f"{name}@reader.example", head + content)


def to_port(port, **options):
    limits = options.pop("limits", LIMITS)
    query = "&".join(f"{key}={value}" for key, value in {"starttls": "none", **options}.items())
    return PipelinedConnection(parse_relay(f"smtp://127.0.0.1:{port}?{query}"), None, limits)


async def results_of(connection, mails):
    """The result of each mail; fails unless each is told once."""
    told = []
    await connection.send(mails, lambda number, result: told.append((number, result)))
    assert sorted(number for number, _ in told) == list(range(len(mails)))
    return [result for _, result in sorted(told, key=lambda one: one[0])]


def send(connection, mails):
    async def play():
        found = await results_of(connection, mails)
        await connection.close()
        return found

    return asyncio.run(play())


@asynccontextmanager
async def scripted(handler):
    """A relay whose every connection is ``handler(reader, writer)``."""
    tasks = []

    async def serve(reader, writer):
        tasks.append(asyncio.current_task())
        try:
            await handler(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def greet(reader, writer, *offers):
    writer.write(b"220 relay.example\r\n")
    await reader.readline()
    lines = ["relay.example", *offers]
    said = "".join(f"250{'-' if line is not lines[-1] else ' '}{line}\r\n" for line in lines)
    writer.write(said.encode())


@pytest.mark.parametrize("extensions", [("PIPELINING", "SIZE 1000000"), ()])
def test_every_message_arrives_byte_for_byte(extensions):
    mails = [mail(f"r{n}", BODY * (n + 1)) for n in range(30)]
    with FaultyRelay(Manners(extensions=extensions)) as relay:
        found = send(to_port(relay.port), mails)
    assert [result.code for result in found] == [250] * 30
    assert relay.connections == 1
    assert [entry.recipient for entry in relay.ledger] == [one.recipient for one in mails]
    assert [entry.sha256 for entry in relay.ledger] == [
        sha256(one.content).hexdigest() for one in mails
    ]
    assert [entry.mail_from for entry in relay.ledger] == [one.return_path for one in mails]
    assert sum(entry.bare for entry in relay.ledger) == 0
    assert relay.commands["QUIT", False] == 1


EXPECTED = {
    "ok": Reply,
    "r421": Interrupted,
    "r450": 450,
    "r550": 550,
    "r552": 552,
    "d421": Interrupted,
    "d552": 552,
    "e421": Interrupted,
    "e552": 552,
    "dropack": InDoubt,
    "dropnot": InDoubt,
    "dropmid": InDoubt,  # all of a small body is in the socket's hands when it is cut
    "garbage": Interrupted,
    "nul": 250,
    "wrong": Interrupted,
    "huge": Interrupted,
    "chatter": Interrupted,
    "tarpit": Interrupted,
    "lateack": InDoubt,
}


@pytest.mark.parametrize("extensions", [("PIPELINING",), ()])
def test_among_all_faults_each_mail_has_its_own_result(extensions):
    kinds = [kind for fault in EXPECTED for kind in ("ok", fault, "ok")]
    mails = [mail(f"{kind}+{n}", BODY * 20) for n, kind in enumerate(kinds)]
    results = {}

    async def play(port):
        connection, left = to_port(port), mails
        while left:
            found = await results_of(connection, left)
            results.update(zip((one.recipient for one in left), found, strict=True))
            left = [one for one in left if type(results[one.recipient]) is RelayDown]
        await connection.close()

    manners = Manners(extensions=extensions, drip_seconds=0.05, late_seconds=5)
    with FaultyRelay(manners) as relay:
        asyncio.run(play(relay.port))
    for kind, one in zip(kinds, mails, strict=True):
        result = results[one.recipient]
        if isinstance(EXPECTED[kind], int):
            assert (kind, result.code) == (kind, EXPECTED[kind])
        else:
            assert (kind, type(result)) == (kind, EXPECTED[kind])
    kept = Counter(entry.recipient for entry in relay.ledger if entry.message_id)
    must_be_kept = [
        one.recipient
        for kind, one in zip(kinds, mails, strict=True)
        if kind in ("ok", "nul", "dropack", "lateack")
    ]
    assert kept == Counter(must_be_kept)


def test_what_a_relay_says_while_idle_ends_the_connection_and_the_next_mail_opens_another():
    async def goes_to_bed(reader, writer):
        await greet(reader, writer, "PIPELINING")
        for _ in range(3):
            await reader.readline()
        writer.write(b"250 ok\r\n250 ok\r\n354 go on\r\n")
        await reader.readuntil(b"\r\n.\r\n")
        writer.write(b"250 taken\r\n")
        await asyncio.sleep(0.05)
        writer.write(b"421 4.4.2 I am off\r\n")

    async def play():
        async with scripted(goes_to_bed) as port:
            connection = to_port(port)
            for name in "ab":
                assert [r.code for r in await results_of(connection, [mail(name)])] == [250]
                assert connection.is_open
                await asyncio.sleep(0.2)
                assert not connection.is_open
            await connection.close()

    asyncio.run(play())


def test_a_body_of_which_a_part_never_left_was_not_sent():
    async def hangs_up_in_the_body(reader, writer):
        await greet(reader, writer, "PIPELINING")
        for _ in range(3):
            await reader.readline()
        writer.write(b"250 ok\r\n250 ok\r\n354 go on\r\n")
        await reader.readexactly(1000)
        writer.transport.abort()

    async def play():
        async with scripted(hangs_up_in_the_body) as port:
            mails = [mail("long", (b"x" * 70 + b"\r\n") * 400_000), mail("next")]
            connection = to_port(port)
            found = await results_of(connection, mails)
            await connection.close()
            return found

    assert [type(result) for result in asyncio.run(play())] == [Interrupted, RelayDown]


def test_a_relay_that_stops_reading_is_given_up_and_the_mail_was_not_sent():
    async def falls_asleep(reader, writer):
        await greet(reader, writer, "PIPELINING")
        for _ in range(3):
            await reader.readline()
        writer.write(b"250 ok\r\n250 ok\r\n354 go on\r\n")
        await asyncio.sleep(30)

    async def play():
        async with scripted(falls_asleep) as port:
            connection = to_port(port)
            mails = [mail("long", (b"x" * 70 + b"\r\n") * 400_000)]
            found = await results_of(connection, mails)
            await connection.close()
            return found

    began = monotonic()
    (found,) = asyncio.run(play())
    assert type(found) is Interrupted
    assert not found.try_at_once
    assert monotonic() - began < 3


def test_a_reply_that_comes_octet_by_octet_has_no_more_time_than_others():
    manners = Manners(drip_seconds=0.05)
    with FaultyRelay(manners) as relay:
        began = monotonic()
        found = send(to_port(relay.port), [mail("tarpit"), mail("next")])
    assert [type(result) for result in found] == [Interrupted, RelayDown]
    assert "did not answer in time" in str(found[0])
    assert monotonic() - began < 1.5


def test_a_relay_that_greets_nobody_is_down_within_the_limit():
    async def says_nothing(reader, writer):
        await reader.read()

    async def play():
        async with scripted(says_nothing) as port:
            connection = to_port(port, limits=Limits(connect=0.2))
            with pytest.raises(RelayDown, match="did not answer in time"):
                await connection.open()

    asyncio.run(play())


def test_where_nobody_listens_every_mail_is_told_so():
    port = free_port()
    found = send(to_port(port), [mail("a"), mail("b")])
    assert [type(result) for result in found] == [RelayDown] * 2
    words = f"The relay 127.0.0.1:{port} can't be reached: "
    assert all(str(result).startswith(words) for result in found)


@pytest.mark.parametrize(
    "greeting", [b"554 5.7.1 Not you\r\n", b"421 4.3.2 Later\r\n", b"\xff\r\n"]
)
def test_a_greeting_that_is_none_makes_the_relay_down(greeting):
    async def is_rude(reader, writer):
        writer.write(greeting)
        await reader.read()

    async def play():
        async with scripted(is_rude) as port:
            with pytest.raises(RelayDown):
                await to_port(port).open()

    asyncio.run(play())


def test_a_relay_that_knows_only_helo_is_spoken_to_in_turns():
    said = []

    async def is_old(reader, writer):
        writer.write(b"220 relay.example\r\n")
        for reply in (b"502 what?", b"250 hello", b"250 ok", b"250 ok", b"354 go on"):
            said.append(await reader.read(1000))
            writer.write(reply + b"\r\n")
        await reader.readuntil(b"\r\n.\r\n")
        writer.write(b"250 taken\r\n")
        await reader.read()

    async def play():
        async with scripted(is_old) as port:
            connection = to_port(port)
            found = await results_of(connection, [mail("a")])
            await connection.close()
            return found

    assert asyncio.run(play())[0].code == 250
    assert [line[:4] for line in said] == [b"EHLO", b"HELO", b"MAIL", b"RCPT", b"DATA"]


def test_connections_that_share_a_feed_do_not_wait_for_a_slow_one():
    names = ["lateack+0", *(f"r{n}" for n in range(60))]
    left, told = deque(mail(name) for name in names), []

    def feed():
        while left:
            yield left.popleft()

    async def play(port):
        lines = [to_port(port, limits=Limits()) for _ in range(4)]
        done = lambda _, result: told.append((result.code, monotonic()))  # noqa: E731
        await asyncio.gather(*(line.send_from(feed(), done) for line in lines))
        await asyncio.gather(*(line.close() for line in lines))

    with FaultyRelay(Manners(late_seconds=0.8)) as relay:
        asyncio.run(play(relay.port))
    assert Counter(code for code, _ in told) == {250: 61}
    assert set(relay.copies.values()) == {1}
    assert relay.connections == 4
    times = sorted(when for _, when in told)
    # Behind the slow one waits the one mail whose commands went out with its dot.
    assert times[-3] - times[0] < 0.5 < times[-2] - times[0]


def test_a_feed_keeps_what_a_broken_connection_had_not_taken():
    left, told = deque(mail(name) for name in ("r0", "r421+1", "r2", "r3", "r4")), []

    def feed():
        while left:
            yield left.popleft()

    async def play(port):
        connection = to_port(port)
        await connection.send_from(feed(), lambda _, result: told.append(type(result)))
        assert not connection.is_open
        await connection.close()

    with FaultyRelay() as relay:
        asyncio.run(play(relay.port))
    assert told == [Reply, Interrupted]
    assert len(left) == 3


def tls_relay(certificate, **manners):
    tls = server_context(certificate) if certificate else None
    return FaultyRelay(Manners(tls=tls, users={"news": PASSWORD}, **manners))


def secure(relay, certificate, *, scheme="smtp", password=PASSWORD, more=""):
    url = f"{scheme}://news@127.0.0.1:{relay.port}?ca={certificate}{more}"
    return PipelinedConnection(parse_relay(url), password, LIMITS)


@pytest.fixture
def certificate(tmp_path):
    return make_certificate(tmp_path / "good.pem", "127.0.0.1")


@pytest.mark.parametrize(("scheme", "from_start"), [("smtp", False), ("smtps", True)])
def test_over_tls_the_password_is_given_and_the_session_taken_up_again(
    certificate, scheme, from_start
):
    reused = []

    async def play(relay):
        for _ in range(2):
            connection = secure(relay, certificate, scheme=scheme)
            found = await results_of(connection, [mail("a", BODY * 2000), mail("b")])
            assert [result.code for result in found] == [250, 250]
            wire = connection._wire
            reused.append(wire.transport.get_extra_info("ssl_object").session_reused)
            await connection.close()

    with tls_relay(certificate, tls_from_start=from_start) as relay:
        asyncio.run(play(relay))
    assert reused == [False, True]
    assert relay.commands["AUTH", True] == 2
    assert {verb for verb, over_tls in relay.commands if not over_tls} <= {"EHLO", "STARTTLS"}


@pytest.mark.parametrize(("scheme", "from_start"), [("smtp", False), ("smtps", True)])
@pytest.mark.parametrize(
    ("names", "expired", "words"),
    [(["127.0.0.1"], True, "expired"), (["other.example"], False, "mismatch")],
)
def test_a_bad_certificate_gets_no_word_until_it_is_mended(
    tmp_path, scheme, from_start, names, expired, words
):
    bad = make_certificate(tmp_path / "relay.pem", *names, expired=expired)
    with tls_relay(bad, tls_from_start=from_start) as relay:
        connection = secure(relay, bad, scheme=scheme)
        (found,) = send(connection, [mail("a")])
        assert type(found) is RelayDown
        assert words in str(found)
        assert not relay.commands["AUTH", True]
        assert not relay.commands["AUTH", False]
        assert not relay.ledger
        mended = make_certificate(tmp_path / "relay.pem", "127.0.0.1")
        relay.stop()
        relay.manners.tls = server_context(mended)
        relay.start()
        assert send(connection, [mail("a")])[0].code == 250


def test_starttls_that_is_required_and_not_offered_ends_it():
    with tls_relay(None) as relay:
        connection = PipelinedConnection(
            parse_relay(f"smtp://127.0.0.1:{relay.port}?starttls=require"), None, LIMITS
        )
        (found,) = send(connection, [mail("a")])
    assert "does not offer STARTTLS" in str(found)
    assert not relay.commands["MAIL", False]


def test_words_in_clear_before_the_handshake_end_it(certificate):
    injected = b"250-relay.example\r\n250 AUTH PLAIN\r\n"
    with tls_relay(certificate, injected=injected) as relay:
        (found,) = send(secure(relay, certificate), [mail("a")])
    assert type(found) is RelayDown
    assert not relay.commands["AUTH", True]
    assert not relay.commands["AUTH", False]
    assert not relay.ledger


def test_a_wrong_password_is_named_and_a_missing_ca_file_too(certificate, tmp_path):
    with tls_relay(certificate) as relay:
        (found,) = send(secure(relay, certificate, password="spring"), [mail("a")])
        assert "refused the user name or password (535" in str(found)
        (found,) = send(secure(relay, tmp_path / "none.pem"), [mail("a")])
        assert "is not readable" in str(found)


def test_a_context_is_made_once_for_a_relay(certificate):
    relay = parse_relay(f"smtps://127.0.0.1:{free_port()}?ca={certificate}")
    assert context_for(relay) is context_for(relay)


@pytest.mark.parametrize("offered", ["CRAM-MD5 LOGIN", "LOGIN", "PLAIN"])
def test_each_way_to_prove_a_password_is_spoken_right(offered):
    given = []

    async def asks(reader, writer):
        await greet(reader, writer, f"AUTH {offered}", "PIPELINING")
        challenges = {"CRAM-MD5 LOGIN": [b"<1896.697@relay.example>"], "LOGIN": [b"User", b"Pass"]}
        given.append((await reader.readline()).split())
        for challenge in challenges.get(offered, []):
            writer.write(b"334 " + b64encode(challenge) + b"\r\n")
            given.append(b64decode(await reader.readline()))
        writer.write(b"235 2.7.0 Welcome\r\n")
        await reader.read()

    async def play():
        async with scripted(asks) as port:
            url = f"smtp://news@127.0.0.1:{port}?starttls=none"
            connection = PipelinedConnection(parse_relay(url), PASSWORD, LIMITS)
            await connection.open()
            await connection.close()

    asyncio.run(play())
    proof = hmac.new(PASSWORD.encode(), b"<1896.697@relay.example>", "md5").hexdigest()
    assert (
        given
        == {
            "CRAM-MD5 LOGIN": [[b"AUTH", b"CRAM-MD5"], f"news {proof}".encode()],
            "LOGIN": [[b"AUTH", b"LOGIN"], b"news", PASSWORD.encode()],
            "PLAIN": [[b"AUTH", b"PLAIN", b64encode(b"\0news\0" + PASSWORD.encode())]],
        }[offered]
    )


def test_closing_never_raises():
    async def play():
        with FaultyRelay() as relay:
            connection = to_port(relay.port)
            await connection.close()
            await connection.open()
            relay.stop()
            await connection.close()
            await connection.close()

    asyncio.run(play())


def test_a_relay_that_does_not_answer_quit_holds_nobody():
    async def is_deaf(reader, writer):
        await greet(reader, writer)
        await asyncio.sleep(30)

    async def play():
        async with scripted(is_deaf) as port:
            connection = to_port(port)
            await connection.open()
            began = monotonic()
            await connection.close()
            assert 0.4 < monotonic() - began < 1.5

    asyncio.run(play())


def test_commands_of_one_transaction_come_in_one_packet():
    packets = []

    async def listens(reader, writer):
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await greet(reader, writer, "PIPELINING")
        packets.append(await reader.read(10_000))
        writer.write(b"250 ok\r\n250 ok\r\n354 go on\r\n")
        packets.append(await reader.read(10_000))
        writer.write(b"250 taken\r\n250 ok\r\n250 ok\r\n354 go on\r\n")
        packets.append(await reader.read(10_000))
        writer.write(b"250 taken\r\n")
        await reader.read()

    async def play():
        async with scripted(listens) as port:
            connection = to_port(port)
            found = await results_of(connection, [mail("a"), mail("b")])
            assert [result.code for result in found] == [250, 250]
            await connection.close()

    asyncio.run(play())
    assert [packet.count(b"DATA\r\n") for packet in packets] == [1, 1, 0]
    assert b"\r\n.\r\nMAIL FROM:<b+b@" in packets[1]
