"""Which mail gets which result, reply by reply, without a network."""

import asyncio

import pytest

from digest.deliver.offers import Offers
from digest.deliver.results import Interrupted
from digest.deliver.smtp_session import Limits
from digest.deliver.transactions import LONGEST_WITH_FOLLOWER, Transactions
from digest.deliver.transport import InDoubt, Mail, RelayDown, Reply

FAST = Offers(pipelining=True)
READY = ["250 ok", "250 ok", "354 go on"]
TAKEN = ["250 taken"]


class Wire:
    """Keeps what is said, and the limit on each wait."""

    def __init__(self):
        self.ended = self.listener = self.limit = None
        self.is_clear, self.timed_out = True, False
        self.writes = []

    def write(self, *pieces):
        self.writes.append(b"".join(pieces))

    def expect_within(self, seconds):
        self.limit = seconds

    def expect_nothing(self):
        self.limit = None

    def give_up(self, how):
        if self.ended is None:
            self.ended = how
            self.listener.lost(how)

    def hear(self, *replies):
        """Replies that come in one packet."""
        for reply in replies:
            if self.ended is None:
                code, _, text = reply.partition(" ")
                self.listener.replied(int(code), text.encode())
        if self.ended is None:
            self.listener.heard()

    def drain(self):
        self.is_clear = True
        self.listener.drained()


def mail(name, content=b"x\r\n"):
    return Mail("b@bounce.example", f"{name}@reader.example", content)


def converse(mails, act, offers=FAST, holds=lambda: True):
    """Run the mails while ``act(wire)`` plays the relay; the results in the order told."""
    told = []

    async def play():
        wire = Wire()
        transactions = Transactions("relay.example:25", wire, offers, Limits())
        run = transactions.run(iter(mails), lambda i, r: told.append((i, r)), holds)
        task = asyncio.create_task(run)
        await asyncio.sleep(0)
        act(wire)
        await asyncio.wait_for(task, 1)
        return wire

    return asyncio.run(play()), told


def names(told):
    return [(i, type(result).__name__) for i, result in told]


def test_the_next_mails_commands_share_a_write_with_the_dot():
    def act(wire):
        assert wire.writes == [
            b"MAIL FROM:<b@bounce.example>\r\nRCPT TO:<a@reader.example>\r\nDATA\r\n"
        ]
        wire.hear(*READY)
        wire.hear(*TAKEN, *READY)
        wire.hear(*TAKEN)

    wire, told = converse([mail("a"), mail("b")], act)
    assert len(wire.writes) == 3
    assert wire.writes[1] == b"x\r\n.\r\n" + wire.writes[0].replace(b"<a@", b"<b@")
    assert told == [(0, Reply(250, "taken")), (1, Reply(250, "taken"))]


def test_without_pipelining_each_command_waits_for_its_reply():
    def act(wire):
        for reply in [*READY, *TAKEN, *READY, *TAKEN]:
            wire.hear(reply)

    wire, told = converse([mail("a"), mail("b")], act, Offers())
    verbs = [write.split(b" ")[0].split(b"\r\n")[0] for write in wire.writes]
    assert verbs == [b"MAIL", b"RCPT", b"DATA", b"x"] * 2
    assert names(told) == [(0, "Reply"), (1, "Reply")]


@pytest.mark.parametrize("to_data", ["503 no recipients", "554 no recipients", "450 later"])
@pytest.mark.parametrize("refused", [["550 5.1.1 no"], ["250 ok", "550 5.1.1 no"]])
def test_a_refusal_behind_which_data_is_refused_counts_and_resets(refused, to_data):
    after = ["503 no"] if len(refused) == 1 else []

    def act(wire):
        wire.hear(*refused, *after, to_data)
        assert wire.writes[1].startswith(b"RSET\r\nMAIL FROM")
        wire.hear("250 reset", *READY)
        wire.hear(*TAKEN)

    _, told = converse([mail("a"), mail("b")], act)
    assert told == [(0, Reply(550, "5.1.1 no")), (1, Reply(250, "taken"))]


@pytest.mark.parametrize("to_the_dot", ["554 no recipients", "250 took nothing"])
def test_a_refused_recipient_and_a_354_get_a_lone_dot_whose_reply_does_not_count(to_the_dot):
    def act(wire):
        wire.hear("250 ok", "452 4.2.2 full", "354 go on")
        assert wire.writes[1] == b".\r\n"
        wire.hear(to_the_dot)
        assert wire.writes[2].startswith(b"RSET\r\nMAIL FROM")
        wire.hear("250 reset", *READY)
        wire.hear(*TAKEN)

    _, told = converse([mail("a"), mail("b")], act)
    assert told == [(0, Reply(452, "4.2.2 full")), (1, Reply(250, "taken"))]


def test_a_refusal_without_pipelining_leaves_the_rest_of_its_commands_unsaid():
    def act(wire):
        for reply in ["250 ok", "550 no", "250 reset", *READY, *TAKEN]:
            wire.hear(reply)

    wire, told = converse([mail("a"), mail("b")], act, Offers())
    assert [write[:4] for write in wire.writes[:4]] == [b"MAIL", b"RCPT", b"RSET", b"MAIL"]
    assert told == [(0, Reply(550, "no")), (1, Reply(250, "taken"))]


def test_a_refusal_of_the_message_is_its_own_and_not_the_followers():
    def act(wire):
        wire.hear(*READY)
        wire.hear("552 5.3.4 too big", *READY)
        wire.hear(*TAKEN)

    wire, told = converse([mail("a"), mail("b")], act)
    assert told == [(0, Reply(552, "5.3.4 too big")), (1, Reply(250, "taken"))]
    assert not any(b"RSET" in write for write in wire.writes)


@pytest.mark.parametrize(
    ("heard", "kinds"),
    [
        (["421 bye"], ["Interrupted", None, None]),
        (["250 ok", "421 bye"], ["Interrupted", None, None]),
        (["250 ok", "250 ok", "421 bye"], ["Interrupted", None, None]),
        ([*READY, "421 bye"], ["Interrupted", "RelayDown", None]),
        ([*READY, *TAKEN, "421 bye"], ["Reply", "Interrupted", None]),
        ([*READY, *TAKEN, "250 ok", "421 bye"], ["Reply", "Interrupted", None]),
        ([*READY, *TAKEN, *READY, "421 bye"], ["Reply", "Interrupted", "RelayDown"]),
        ([], ["Interrupted", None, None]),
        ([*READY], ["InDoubt", "RelayDown", None]),
        ([*READY, *TAKEN], ["Reply", "Interrupted", None]),
        ([*READY, *TAKEN, *READY], ["Reply", "InDoubt", "RelayDown"]),
        ([*READY, "354 what"], ["InDoubt", "RelayDown", None]),
        (["354 go on"], ["Interrupted", None, None]),
        (["250 ok", "550 no"], ["Reply", None, None]),
        (["250 ok", "550 no", "554 no", "502 no RSET"], ["Reply", "RelayDown", None]),
    ],
)
def test_whatever_ends_the_connection_leaves_each_mail_its_own_result(heard, kinds):
    def act(wire):
        for reply in heard:
            wire.hear(reply)
        wire.give_up("closed the connection")

    _, told = converse([mail("a"), mail("b"), mail("c")], act)
    assert names(told) == [(i, kind) for i, kind in enumerate(kinds) if kind]


def test_one_that_breaks_a_used_connection_may_be_tried_at_once_and_one_that_lets_wait_not():
    def act(wire):
        wire.hear(*READY)
        wire.hear(*TAKEN)
        wire.timed_out = slow
        wire.give_up("did not answer in time")

    for slow in (False, True):
        _, told = converse([mail("a"), mail("b")], act)
        assert isinstance(told[1][1], Interrupted)
        assert told[1][1].try_at_once is not slow
    _, told = converse([mail("a")], lambda wire: wire.hear("421 4.3.2 bye"))
    assert not told[0][1].try_at_once
    assert told[0][1].reply == Reply(421, "4.3.2 bye")
    assert str(told[0][1]) == "The relay relay.example:25 answered 421 4.3.2 bye."


LONG = b"x" * LONGEST_WITH_FOLLOWER + b"\r\n"


def test_a_long_body_that_did_not_go_out_whole_was_not_sent():
    def act(wire):
        wire.is_clear = False
        wire.hear(*READY)
        assert wire.writes[-1].endswith(b"x\r\n.\r\n")
        assert wire.limit == Limits().command
        wire.give_up("closed the connection")

    _, told = converse([mail("a", LONG), mail("b")], act)
    assert names(told) == [(0, "Interrupted")]


def test_a_long_body_is_followed_when_it_has_gone_and_is_in_doubt_from_then_on():
    def act(wire):
        wire.is_clear = False
        wire.hear(*READY)
        wire.drain()
        assert wire.limit == Limits().dot
        assert wire.writes[-1].startswith(b"MAIL FROM")
        wire.give_up("closed the connection")

    _, told = converse([mail("a", LONG), mail("b")], act)
    assert names(told) == [(0, "InDoubt"), (1, "RelayDown")]


def test_commands_that_go_out_late_do_not_let_the_next_mail_in_before_the_body():
    def act(wire):
        wire.hear("250 ok")
        wire.hear("250 ok")
        wire.drain()
        assert len(wire.writes) == 1
        wire.hear("354 go on")
        assert wire.writes[1].startswith(b"x\r\n.\r\nMAIL FROM")
        wire.hear(*TAKEN, *READY)
        wire.hear(*TAKEN)

    _, told = converse([mail("a"), mail("b")], act)
    assert names(told) == [(0, "Reply"), (1, "Reply")]


def test_the_answer_to_the_dot_has_its_own_limit():
    limits = []

    def act(wire):
        for reply in [*READY, *TAKEN, *READY, *TAKEN]:
            limits.append(wire.limit)
            wire.hear(reply)
        limits.append(wire.limit)

    converse([mail("a"), mail("b")], act)
    assert limits == [60, 60, 60, 600, 60, 60, 60, 600, None]


def test_no_body_goes_out_when_the_claim_has_run_out():
    wire, told = converse(
        [mail("a"), mail("b")], lambda wire: wire.hear(*READY), holds=lambda: False
    )
    assert len(wire.writes) == 1
    assert names(told) == [(0, "RelayDown")]
    assert wire.ended is not None


def test_more_than_was_asked_for_ends_the_connection_and_keeps_what_was_answered():
    def act(wire):
        wire.hear(*READY)
        wire.hear(*TAKEN, "250 and more")

    wire, told = converse([mail("a")], act)
    assert told == [(0, Reply(250, "taken"))]
    assert wire.ended.startswith("said more than it was asked")


def test_an_address_that_the_relay_can_not_do_fails_alone_and_is_never_said():
    mails = [mail("a"), mail("grün"), mail("a\r\nRCPT TO:<b"), mail("c")]

    def act(wire):
        wire.hear(*READY)
        wire.hear(*TAKEN, *READY)
        wire.hear(*TAKEN)

    wire, told = converse(mails, act)
    results = dict(told)
    assert str(results[1]).startswith("553 5.6.7")
    assert results[2].code == 553
    assert results[0].code == results[3].code == 250
    assert b"RCPT TO:<b" not in b"".join(wire.writes)


def test_smtputf8_and_size_are_said_where_they_are_offered():
    offers = Offers(pipelining=True, size=True, smtputf8=True)
    wire, _ = converse([mail("grün")], lambda w: w.hear("550 no", "503 no", "503 no"), offers)
    expected = "MAIL FROM:<b@bounce.example> SIZE=3 SMTPUTF8 BODY=8BITMIME\r\nRCPT TO:<grün@"
    assert wire.writes[0].startswith(expected.encode())


def test_what_goes_wrong_in_the_callers_feed_is_raised_when_all_under_way_is_told():
    told = []

    def feed():
        yield mail("a")
        raise KeyError("rendition")

    async def play():
        wire = Wire()
        transactions = Transactions("relay", wire, FAST, Limits())
        run = transactions.run(feed(), lambda i, r: told.append((i, r)), lambda: True)
        task = asyncio.create_task(run)
        await asyncio.sleep(0)
        wire.hear(*READY)
        assert not task.done()
        wire.hear(*TAKEN)
        with pytest.raises(KeyError):
            await task

    asyncio.run(play())
    assert told == [(0, Reply(250, "taken"))]


def test_leaving_in_the_middle_tells_every_mail_under_way():
    told = []

    async def play():
        wire = Wire()
        transactions = Transactions("relay", wire, FAST, Limits())
        mails = iter([mail("a"), mail("b")])
        task = asyncio.create_task(
            transactions.run(mails, lambda i, r: told.append((i, r)), lambda: True)
        )
        await asyncio.sleep(0)
        wire.hear(*READY)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert wire.ended is not None

    asyncio.run(play())
    assert names(told) == [(0, "InDoubt"), (1, "RelayDown")]
    assert isinstance(told[0][1], InDoubt)
    assert isinstance(told[1][1], RelayDown)
