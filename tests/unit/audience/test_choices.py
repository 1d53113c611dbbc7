"""What somebody wants of a list is checked against what the list has."""

import pytest

from digest.audience.choices import (
    MAX_NAME,
    Choices,
    check_choices,
    check_name,
    choices_of,
    write_choices,
)
from digest.audience.masking import mask
from digest.domain.errors import Illegal
from digest.domain.states import Stream
from digest.store.lists import MailingList
from digest.store.subscribers import Subscription

DAILY = MailingList(name="The Daily Brief", sections=("Trade", "Water", "Courts"))


def test_topics_are_spelt_as_the_list_spells_them_and_sorted():
    checked = check_choices(Choices(topics=("water", "TRADE", "Water")), DAILY)
    assert checked.topics == ("Trade", "Water")


def test_all_topics_are_kept_as_none_so_that_a_new_section_comes_too():
    assert check_choices(Choices(topics=("Courts", "Water", "Trade")), DAILY).topics == ()


def test_a_topic_that_the_list_has_not_is_refused_with_those_it_has():
    with pytest.raises(Illegal, match="Trade, Water, Courts"):
        check_choices(Choices(topics=("Sport",)), DAILY)


@pytest.mark.parametrize(
    "wrong",
    [
        Choices(local_hour=24),
        Choices(local_hour=-1),
        Choices(timezone="Europe/Atlantis"),
        Choices(timezone="../../etc/passwd"),
        Choices(language="English please"),
        Choices(language="en\r\nBcc: x"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(Illegal):
        check_choices(wrong, DAILY)


def test_choices_written_on_a_row_are_read_back():
    row = Subscription()
    wanted = Choices(Stream.WEEKLY, ("Trade",), 7, "Europe/Lisbon", "de-AT", text_only=True)
    write_choices(row, wanted)
    assert choices_of(row) == wanted


def test_a_name_is_one_line_without_control_characters():
    assert check_name("  Ana\r\nBcc:\0 x\u202e  Lima ") == "Ana Bcc: x Lima"
    assert check_name("\n \t") is None
    with pytest.raises(Illegal, match="too long"):
        check_name("a" * (MAX_NAME + 1))


def test_a_masked_address_shows_one_letter_and_the_domain():
    assert mask("maria@post.example") == "m…@post.example"
    assert mask(None) == ""
