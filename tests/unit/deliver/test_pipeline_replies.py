"""Octets from a relay become replies, however the network cuts them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.reply_reader import NoReplyError, ReplyReader
from digest.deliver.smtp_session import MAX_REPLY

CONVERSATION = (
    b"220 relay.example ESMTP\r\n250-relay.example\r\n250-PIPELINING\r\n250 SIZE 1000\r\n"
    b"250\r\n550 5.1.1 No\r\n354 Go on\n421 4.3.2 Bye\r\n"
)
REPLIES = [
    (220, b"relay.example ESMTP"),
    (250, b"relay.example\nPIPELINING\nSIZE 1000"),
    (250, b""),
    (550, b"5.1.1 No"),
    (354, b"Go on"),
    (421, b"4.3.2 Bye"),
]


def read(*pieces):
    reader = ReplyReader()
    return [reply for piece in pieces for reply in reader.feed(piece)]


@given(st.lists(st.integers(0, len(CONVERSATION)), max_size=8).map(sorted))
def test_it_does_not_matter_where_the_network_cuts(cuts):
    edges = [0, *cuts, len(CONVERSATION)]
    pieces = [CONVERSATION[a:b] for a, b in pairwise(edges)]
    assert read(*pieces) == REPLIES


@pytest.mark.parametrize(
    "line", [b"\xff\xfe what?", b"", b"25", b"2500 x", b"199 x", b"650 x", b"250\0fine", b" 250 x"]
)
def test_what_is_no_reply_is_refused_behind_the_good_ones(line):
    found = []
    found = []
    with pytest.raises(NoReplyError, match="makes no sense"):
        found.extend(ReplyReader().feed(b"250 fine\r\n" + line + b"\r\n"))
    assert found == [(250, b"fine")]


@pytest.mark.parametrize("piece", [b"2" * 1000, b"250-and so on\r\n" * 70])
def test_a_reply_without_end_is_given_up_within_its_bound(piece):
    reader, taken = ReplyReader(), 0

    def take():
        nonlocal taken
        while taken < 10 * MAX_REPLY:
            list(reader.feed(piece))
            taken += len(piece)

    with pytest.raises(NoReplyError, match="without end"):
        take()
    assert taken <= MAX_REPLY + len(piece)


def test_half_a_reply_is_seen_as_unread():
    reader = ReplyReader()
    assert list(reader.feed(b"250 fine\r\n")) == [(250, b"fine")]
    assert reader.is_between_replies
    for half in (b"25", b"0-more\r\n"):
        assert list(reader.feed(half)) == []
        assert not reader.is_between_replies
