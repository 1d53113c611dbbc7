"""However replies and room in the socket come: a strict relay never hears a command out of place,
and what each mail is told is what the relay decided."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.deliver.offers import Offers
from digest.deliver.smtp_session import Limits
from digest.deliver.transactions import LONGEST_WITH_FOLLOWER, Transactions
from digest.deliver.transport import Mail, RelayDown, Reply

REFUSALS = {"m450": "MAIL", "r550": "RCPT", "d554": "DATA", "b552": "DOT"}
FATES = ["ok", *REFUSALS]


class StrictRelay:
    """Answers octets by the letter; the recipient's name says what it refuses."""

    def __init__(self, says_354_to_nobody):
        self._says_354_to_nobody = says_354_to_nobody
        self._input = b""
        self._state = "idle"  # then MAIL, RCPT, DATA
        self._fate = ""
        self.kept = {}

    def take(self, data):
        self._input += data
        end = b"\r\n.\r\n" if self._state == "DATA" else b"\r\n"
        found = []
        while end in (b"\r\n" if self._state == "DATA" else b"") + self._input:
            if self._state == "DATA":
                body, _, self._input = (b"\r\n" + self._input).partition(end)
                found.append(self._dot(body[2:] + b"\r\n"))
            else:
                line, _, self._input = self._input.partition(end)
                found.append(self._command(line.decode()))
            end = b"\r\n.\r\n" if self._state == "DATA" else b"\r\n"
        return found

    def _command(self, line):
        verb = line[:4]
        if verb == "RSET":
            self._state = "idle"
            return 250, b"reset"
        if verb == "MAIL":
            assert self._state == "idle", "a MAIL in the middle of another"
            self._fate = line.partition("<")[2].partition("+")[0]
            return self._step("MAIL")
        if verb == "RCPT":
            if self._state != "MAIL":
                return 503, b"no sender"
            self._name = line.partition("<")[2].partition("@")[0]
            return self._step("RCPT")
        assert line == "DATA", line
        if self._state != "RCPT" and not (self._says_354_to_nobody and self._state == "MAIL"):
            return 503, b"no recipient"
        self._for_nobody = self._state == "MAIL"
        code, text = self._step("DATA")
        return (354, b"go on") if code == 250 else (code, text)

    def _step(self, step):
        if REFUSALS.get(self._fate) == step:
            return int(self._fate[1:]), step.encode()
        self._state = step
        return 250, step.encode()

    def _dot(self, body):
        self._state = "idle"
        if self._for_nobody:
            assert body == b"\r\n" or body == b"", body
            return 554, b"no recipient"
        if self._fate == "b552":
            return 552, b"DOT"
        assert self._name not in self.kept
        self.kept[self._name] = body
        return 250, b"kept"


class Wire:
    """Hands on what is written, some of it late; gives replies back in any portions."""

    def __init__(self, relay, dice):
        self._relay, self._dice = relay, dice
        self._late = b""
        self._replies = []
        self.ended = self.listener = None
        self.is_clear, self.timed_out = True, False

    def write(self, *pieces):
        data = b"".join(pieces)
        assert self.is_clear, "written on top of what has not gone"
        if self._dice.random() < 0.3:
            cut = self._dice.randrange(len(data))
            data, self._late = data[:cut], data[cut:]
            self.is_clear = False
        self._replies += self._relay.take(data)

    def expect_within(self, seconds):
        assert seconds in (60.0, 600.0)

    def expect_nothing(self):
        pass

    def give_up(self, how):
        if self.ended is None:
            self.ended = how
            self.listener.lost(how)

    def step(self):
        """Something happens; False when nothing can."""
        if not self.is_clear and (not self._replies or self._dice.random() < 0.5):
            self._replies += self._relay.take(self._late)
            self.is_clear = True
            self.listener.drained()
        elif self._replies:
            count = self._dice.randint(1, len(self._replies))
            now, self._replies = self._replies[:count], self._replies[count:]
            for code, text in now:
                self.listener.replied(code, text)
            self.listener.heard()
        else:
            return False
        return True


def expected(fate):
    step = REFUSALS.get(fate)
    return Reply(int(fate[1:]), step) if step else Reply(250, "kept")


@settings(max_examples=300, deadline=None)
@given(
    fates=st.lists(st.tuples(st.sampled_from(FATES), st.booleans()), max_size=8),
    dice=st.randoms(use_true_random=False),
    pipelining=st.booleans(),
    lenient=st.booleans(),
)
def test_whatever_the_order_all_is_said_in_place_and_told_right(fates, dice, pipelining, lenient):
    long = b"x" * LONGEST_WITH_FOLLOWER + b"\r\n"
    mails = [
        Mail(f"{fate}+{n}@b.example", f"r{n}@reader.example", long if is_long else b"%d\r\n" % n)
        for n, (fate, is_long) in enumerate(fates)
    ]
    relay = StrictRelay(lenient)
    told = []

    async def play():
        wire = Wire(relay, dice)
        transactions = Transactions("relay", wire, Offers(pipelining=pipelining), Limits())
        run = transactions.run(iter(mails), lambda i, r: told.append((i, r)), lambda: True)
        task = asyncio.create_task(run)
        await asyncio.sleep(0)
        while not task.done():
            assert wire.step() or transactions._finished.done(), "nobody has anything to say"
            await asyncio.sleep(0)
        await task
        assert wire.ended is None

    asyncio.run(play())
    assert told == [(n, expected(fate)) for n, (fate, _) in enumerate(fates)]
    assert relay.kept == {
        f"r{n}": mails[n].content for n, (fate, _) in enumerate(fates) if fate == "ok"
    }


@settings(max_examples=200, deadline=None)
@given(
    fates=st.lists(st.tuples(st.sampled_from(FATES), st.booleans()), min_size=1, max_size=6),
    dice=st.randoms(use_true_random=False),
    pipelining=st.booleans(),
    steps=st.integers(0, 25),
)
def test_wherever_it_is_cut_no_kept_mail_is_called_unsent(fates, dice, pipelining, steps):
    long = b"x" * LONGEST_WITH_FOLLOWER + b"\r\n"
    mails = [
        Mail(f"{fate}+{n}@b.example", f"r{n}@reader.example", long if is_long else b"%d\r\n" % n)
        for n, (fate, is_long) in enumerate(fates)
    ]
    relay = StrictRelay(says_354_to_nobody=True)
    told = {}

    def done(number, result):
        assert number not in told
        told[number] = result

    async def play():
        wire = Wire(relay, dice)
        transactions = Transactions("relay", wire, Offers(pipelining=pipelining), Limits())
        task = asyncio.create_task(transactions.run(iter(mails), done, lambda: True))
        await asyncio.sleep(0)
        for _ in range(steps):
            if task.done() or not wire.step():
                break
            await asyncio.sleep(0)
        wire.listener and wire.give_up("closed the connection")
        await task

    asyncio.run(play())
    for number in range(len(mails)):
        is_kept, result = f"r{number}" in relay.kept, told.get(number)
        if isinstance(result, Reply):
            assert (result.code == 250) is is_kept
        elif result is None or isinstance(result, RelayDown):
            assert not is_kept
