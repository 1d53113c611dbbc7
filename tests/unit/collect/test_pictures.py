"""A picture that comes without words takes them from where it is shown."""

import pytest

from digest.collect.item import Item
from digest.collect.pictures import described
from digest.domain.brief import Image

LINK = "https://orrin.example/news/1"
QUAY = "https://orrin.example/i/quay.jpg"


@pytest.mark.parametrize(
    ("markup", "alt"),
    [
        (f"<p>x</p><img src='{QUAY}' alt='The quay &amp; its cranes'>", "The quay & its cranes"),
        ("<img src='/i/quay.jpg' alt='The quay'>", "The quay"),
        ("<IMG alt='The quay' src='../i/quay-300x200.jpg?ssl=1'>", "The quay"),
        ("<img src='/i/quay.jpg'><img src='/i/quay.jpg' alt='The quay'>", "The quay"),
        ("<img src='/i/mayor.jpg' alt='The mayor'>", ""),
        ("<img src='/i/quay.jpg' alt=''>", ""),
        ("<img src='javascript:1' alt='x'><img alt='y'><img src='http://[' alt='z'>", ""),
        ("A ship", ""),
        ("", ""),
    ],
)
def test_the_alternative_is_that_of_the_same_picture(markup, alt):
    for item in (Item(LINK, content=markup), Item(LINK, summary=markup)):
        assert described(Image(QUAY), item, None) == Image(QUAY, alt)


def test_a_picture_keeps_its_own_words():
    item = Item(LINK, content=f"<img src='{QUAY}' alt='Other'>")
    assert described(Image(QUAY, "Own"), item, Image(QUAY, "Page")) == Image(QUAY, "Own")
    assert described(None, item, None) is None


def test_the_page_describes_its_own_picture_only():
    assert described(Image(QUAY), Item(LINK), Image(QUAY, "Page")) == Image(QUAY, "Page")
    other = Image("https://orrin.example/i/mayor.jpg", "The mayor")
    assert described(Image(QUAY), Item(LINK), other) == Image(QUAY)
