"""Related stories and their teasers."""

import pytest

from digest.collect.extract import extract
from digest.collect.extract.related import clean_teaser

STORY = "<p>The council of Nale closed its quay to heavy freight on Monday, and for a year.</p>" * 3


def related(inside, url="https://quay.example/1"):
    document = f"<html><body><article><h1>Nale Closes</h1>{STORY}</article>{inside}</body></html>"
    return [(one.title, one.url, one.teaser) for one in extract(document, url=url).related]


@pytest.mark.parametrize(
    ("printed", "clean"),
    [
        ("Bottom Line Up FrontThe pact of [...] More", "The pact of"),
        ("The pact of […]", "The pact of"),
        ("The pact of… Read more", "The pact of"),
        ("The pact holds. Read more →", "The pact holds."),
        ("Der Pakt von … Weiterlesen", "Der Pakt von"),
        ("Le pacte de [...] Lire la suite", "Le pacte de"),
        ("港は閉まる… 続きを読む", "港は閉まる"),
        ("The pact needs more", "The pact needs more"),
        ("It asks for more.", "It asks for more."),
        ("Nothing to cut here.", "Nothing to cut here."),
    ],
)
def test_a_teaser_loses_its_label_and_its_ending(printed, clean):
    assert clean_teaser(printed) == clean


@pytest.mark.parametrize(
    "inside",
    [
        "<h2>Related</h2><h3><a href=/2>A Toll on the Strait</a></h3><p>It is the first.</p>",
        "<div class=related-posts><article><a href=/2><h4>A Toll on the Strait</h4>"
        "<p>It is the first.</p></a></article></div>",
        "<h2>Read next</h2><ul><li><a href=/2>A Toll on the Strait</a> – It is the first.</ul>",
        "<h2>You may also like</h2><div><img src=x><span>Ports</span><h3>"
        "<a href=/2>A Toll on the Strait</a></h3><p>It is the first.</p><time>3 May</time></div>",
    ],
)
def test_titles_teasers_and_addresses_are_found(inside):
    expected = ("A Toll on the Strait", "https://quay.example/2", "It is the first.")
    assert related(inside) == [expected]


def test_a_relative_address_without_a_base_is_left_out():
    inside = "<h2>Related</h2><ul><li><a href=/2>A Toll on the Strait</a></li></ul>"
    assert related(inside, url=None) == [("A Toll on the Strait", None, "")]


def test_the_most_read_are_not_related():
    assert related("<h2>Most read</h2><ul><li><a href=/2>A Toll on the Strait</a></li></ul>") == []


def test_a_story_named_twice_is_given_once_and_the_page_itself_never():
    inside = (
        "<h2>Related</h2><h3><a href=/2>A Toll</a></h3><p>It is the first.</p>"
        "<h3><a href=/2>A Toll</a></h3><h3><a href=/1>Nale Closes</a></h3>"
    )
    assert related(inside) == [("A Toll", "https://quay.example/2", "It is the first.")]
