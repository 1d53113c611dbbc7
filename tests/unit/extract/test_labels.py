"""How the words above key points are recognised."""

import pytest

from digest.collect.extract.label_words import LABELS, Strength
from digest.collect.extract.labels import leading_label, whole_label, without_label


@pytest.mark.parametrize(("words", "strength", "language"), LABELS)
def test_every_label_of_the_table_is_recognised_as_printed(words, strength, language):
    for form in (words, words.upper(), f"{words}:", f"  {words} …", f"★ {words}"):
        label = whole_label(form)
        assert label is not None, (form, language)
        assert label.strength is strength


@pytest.mark.parametrize(
    "text",
    ["5 key takeaways", "The Key Points", "Key takeaways from this story", "A RETENIR",
     "BOTTOM LINE UP FRONT (BLUF):", "What you need to know about the ferry strike"],
)  # fmt: skip
def test_words_around_a_label_do_not_hide_it(text):
    assert whole_label(text) is not None


@pytest.mark.parametrize(
    "text",
    ["The bottom line up front was written by hand", "Summary judgment",
     "In brief moments", "Bluff",
     "Key points of sail are what a pilot learns in the very first week of his long apprenticeship",
     "Points", "", "…"],
)  # fmt: skip
def test_other_words_are_no_label(text):
    assert whole_label(text) is None


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Bottom Line up FrontNale’s pilots strike", "Nale’s pilots strike"),
        ("BOTTOM LINE UP FRONTNale votes", "Nale votes"),
        ("BLUF: Nale votes", "Nale votes"),
        ("TL;DR – Nale votes", "Nale votes"),
        ("Key takeaways1. Nale votes", "1. Nale votes"),
        ("Auf einen BlickNale stimmt ab", "Nale stimmt ab"),
        ("Главное: порт закрыт", "порт закрыт"),
        ("要点：港は閉まる", "港は閉まる"),
        ("النقاط الرئيسية: أغلق الميناء", "أغلق الميناء"),
        ("Key Points Nale votes to close its northern quay for a year", "Nale votes to close its "
         "northern quay for a year"),
    ],
)  # fmt: skip
def test_a_label_is_cut_off_what_it_runs_into(text, rest):
    assert without_label(text) == rest


@pytest.mark.parametrize(
    "text",
    ["BLUFFS OF NALE CRUMBLE", "Bluffing is an art",
     "Key points of the pact", "In briefings of late",
     "Summary justice came to Nale", "Highlights of the year", "What to know about Nale", "BLUF"],
)  # fmt: skip
def test_words_that_only_begin_alike_are_left_alone(text):
    assert leading_label(text) is None


def test_no_label_stands_in_the_table_twice_with_two_strengths():
    seen: dict[str, Strength] = {}
    for words, strength, _ in LABELS:
        assert seen.setdefault(words.casefold(), strength) is strength
