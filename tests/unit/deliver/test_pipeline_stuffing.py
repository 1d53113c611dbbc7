"""A body on the wire ends where it should and nowhere before (D-08, S-02)."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.deliver.stuffing import FINAL_DOT, DotFree, dot_stuffed

LINES = st.lists(
    st.sampled_from([b".", b"..", b".x", b"x", b"", b" .", b"x" * 990]), min_size=1, max_size=12
)


def on_the_wire(content):
    return dot_stuffed(content) + FINAL_DOT


def received(wire):
    """What a relay that goes by the letter of RFC 5321 keeps of the octets after DATA."""
    body, end, rest = (b"\r\n" + wire).partition(b"\r\n.\r\n")
    assert end, "the message ends"
    assert rest == b"", "it ends at its end"
    return (body + b"\r\n").replace(b"\r\n.", b"\r\n")[2:]


@given(LINES)
@example([b"."])
def test_lines_with_dots_arrive_as_they_were(lines):
    content = b"".join(line + b"\r\n" for line in lines)
    assert received(on_the_wire(content)) == content


@given(LINES)
def test_a_body_without_a_last_line_end_is_given_one(lines):
    content = b"\r\n".join([*lines, b"end"])
    assert received(on_the_wire(content)) == content + b"\r\n"


@pytest.mark.parametrize(
    "trick", [b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\r", b"\r\n.\n", b"\r.\n"]
)
def test_no_relay_of_any_manners_sees_an_end_in_the_middle(trick):
    wire = on_the_wire(b"Subject: x\r\n\r\nHello" + trick + b"MAIL FROM:<evil@evil.example>\r\n")
    assert re.findall(rb"[\r\n]\.[\r\n]+", wire) == [b"\n.\r\n"]
    assert wire.endswith(b"\r\n.\r\n")
    assert b".." in wire


@given(st.text("\r\n.ab", max_size=30).map(str.encode))
def test_whatever_comes_there_is_one_end(content):
    wire = on_the_wire(content)
    assert re.search(rb"(?:^|[\r\n])\.[\r\n]", wire[:-3]) is None
    assert wire.endswith(b"\r\n.\r\n") or wire == b".\r\n"


def test_a_message_that_is_known_to_have_no_such_line_goes_out_as_it_is():
    content = DotFree(b"Subject: x\r\n\r\nHello. Bye.\r\n")
    assert on_the_wire(content) == content + b".\r\n" == on_the_wire(bytes(content))
