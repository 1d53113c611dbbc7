"""Subjects, preheaders and teasers are one line, short, and never cut inside a word."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.assemble.excerpt import (
    MAX_PREHEADER,
    MAX_SUBJECT,
    MAX_TEASER,
    cut,
    preheader_of,
    standfirst,
    subject_of,
    teaser,
)

WORDS = st.lists(st.text("abcdefgh,.;", min_size=1, max_size=12), min_size=1, max_size=40)


def test_what_fits_stays_as_it_is() -> None:
    assert cut("Ferries halt", 60) == "Ferries halt"
    assert cut("x" * 60, 60) == "x" * 60


def test_what_is_cut_ends_after_a_word_with_an_ellipsis_and_no_comma() -> None:
    title = "A night train between Orsa and Tallin Bay, if the tunnel under the pass holds"
    assert cut(title, 45) == "A night train between Orsa and Tallin Bay…"


def test_line_breaks_become_spaces() -> None:
    assert cut("Ferries\r\n halt\u2028at noon", 60) == "Ferries halt at noon"


@given(WORDS, st.integers(13, 80))
@example([";", ";;;;;;;;;aa;"], 13)  # nothing but a loose end stands before the long word
def test_nothing_is_cut_inside_a_word(words: list[str], limit: int) -> None:
    text = " ".join(words)
    short = cut(text, limit)
    assert len(short) <= limit
    if short != text:
        kept = short.removesuffix("…")
        rest = text.removeprefix(kept)
        assert short.endswith("…")
        assert text.startswith(kept)
        assert not kept[-1:].isalpha() or not rest[:1].isalpha()


def test_a_word_longer_than_the_limit_is_cut_for_want_of_better() -> None:
    assert cut("x" * 100, 60) == "x" * 59 + "…"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Even as prices fall, there are [...] More", "Even as prices fall, there are…"),
        ("Even as prices fall, there are […]", "Even as prices fall, there are…"),
        ("Ships load again at Varda. Read more »", "Ships load again at Varda."),
        ("The valley wants more", "The valley wants more"),
        (
            "A new plant further undermines the agreement of the five powers",
            "A new plant further undermines the agreement of the five powers…",
        ),
        ("Nobody has seen more.", "Nobody has seen more."),
        ("", ""),
    ],
)
def test_a_teaser_loses_the_button_at_its_end(text: str, expected: str) -> None:
    assert teaser(text) == expected


def test_subject_preheader_and_teaser_keep_to_their_lengths() -> None:
    long = "Several words of a very long title that goes on " * 10
    assert len(subject_of(long)) <= MAX_SUBJECT == 60
    assert len(preheader_of((long,), "")) <= MAX_PREHEADER == 110
    assert len(teaser(long)) <= MAX_TEASER == 160


def test_the_preheader_is_the_first_bullet_or_else_the_summary() -> None:
    assert preheader_of((" ", "Lines halted.", "Rail runs."), "A storm.") == "Lines halted."
    assert preheader_of((), "A storm.") == "A storm."


def test_a_standfirst_that_repeats_a_bullet_is_left_out() -> None:
    bullet = "Last week the ferries between Orsa and Norholm were halted by a storm."
    again = bullet.replace("Orsa", "the port of Orsa").replace("Last week the", "Last week, the")
    assert standfirst((bullet,), bullet + " They will resume soon.") == ""
    assert standfirst(("Another bullet.",), again) == again
