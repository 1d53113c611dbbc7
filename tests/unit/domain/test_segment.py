"""The language of segments: what it means, what it refuses, and that nothing else happens."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.domain.errors import Illegal
from digest.domain.segment import (
    DEEPEST,
    FIELDS,
    LONGEST,
    MOST_QUESTIONS,
    AllOf,
    AnyOf,
    Not,
    Question,
    parse_segment,
)


def test_and_binds_closer_than_or_and_not_closer_than_both():
    de, trade, early = (
        Question("language", "=", ("de",)),
        Question("topic", "=", ("Trade",)),
        Question("hour", "<", (9,)),
    )
    read = parse_segment("language = de or topic = Trade and not hour < 9")
    assert read == AnyOf((de, AllOf((trade, Not(early)))))
    assert parse_segment("(language = de or topic = Trade) and hour < 9") == AllOf(
        (AnyOf((de, trade)), early)
    )


def test_values_are_read_as_what_the_field_holds():
    assert parse_segment("since >= 2026-03-29").values == (date(2026, 3, 29),)
    assert parse_segment("text_only = Yes").values == (True,)
    assert parse_segment('attribute.company contains "Quay \\"& Sons"').values == ('Quay "& Sons',)
    assert parse_segment('topic in (Trade, "or")').values == ("Trade", "or")
    assert parse_segment("name is not set") == Question("name", "=", ())
    assert parse_segment("name is set") == Not(Question("name", "=", ()))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "ends where a field"),
        ("password = x", "can't ask for 'password'"),
        ("attribute. = x", "can't ask"),
        ("language", "ends where an operator"),
        ("language like de", "can't be asked with 'like'"),
        ("language = ", "ends where a value"),
        ("language = )", "stands where a value"),
        ("hour = soon", "no number"),
        ("hour = ٧", "no number"),
        ("since > yesterday", "no date"),
        ("stream = daily", "no stream"),
        ("text_only = maybe", "yes or no"),
        ("(language = de", "the end"),
        ("language = de extra", "After the segment's end stands 'extra'"),
        ("language in (de", "the end"),
        ('name = "open', "can't be read from"),
        ("name = a ; drop", "After the segment's end"),
        ('name = "a\0b"', "NUL"),
        (f"name = {'x' * 201}", "longer than"),
        ("x" * (LONGEST + 1), "longer than"),
        ("(" * (DEEPEST + 2) + "hour = 1" + ")" * (DEEPEST + 2), "deeper"),
        (" or ".join(["hour = 1"] * (MOST_QUESTIONS + 1)), "more than"),
    ],
)
def test_what_can_not_be_read_is_said_in_a_sentence(text, says):
    with pytest.raises(Illegal, match=says.replace("(", r"\(")):
        parse_segment(text)


WORDS = st.sampled_from(
    [*FIELDS, "attribute.x", "and", "or", "not", "in", "is", "set", "(", ")", ",", "=", "<", '"']
    + ["de", "7", "2026-01-01", "yes", '"a b"', "\\", "'", "--", "%", "\0", "é", "\n"]
)


@given(st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=60).map(" ".join)))
def test_whatever_is_written_is_read_or_refused_and_nothing_else(text):
    with suppress(Illegal):
        parse_segment(text)
