"""Trafilatura is asked where our own reading found nothing, and can't do harm."""

import pytest
import trafilatura

from digest.collect.extract import extract

PARAGRAPH = "<p>The council of Nale closed its quay to heavy freight on Monday, for a year.</p>"
PAGE = f"<html><body><article><h1>Nale Closes Its Quay</h1>{PARAGRAPH * 3}</article></body></html>"


@pytest.fixture
def asked(monkeypatch):
    calls = []

    def fail(*_given, **_more):
        calls.append(1)
        raise RecursionError("deep inside")

    monkeypatch.setattr(trafilatura, "bare_extraction", fail)
    return calls


def test_it_names_an_author_whom_no_byline_of_ours_tells():
    byline = '<div class="written"><a rel="author" href="/a">Ada Marsh</a></div>'
    assert extract(PAGE.replace("<p>", f"{byline}<p>", 1)).author == "Ada Marsh"


def test_its_failure_leaves_our_own_reading(asked):
    found = extract(PAGE)
    assert asked
    assert found.title == "Nale Closes Its Quay"
    assert len(found.body) == 3


def test_a_large_page_is_not_given_to_it(asked):
    extract(PAGE.replace(PARAGRAPH, PARAGRAPH * 5_000, 1))
    assert not asked


def test_a_page_that_tells_everything_is_not_given_to_it(asked):
    told = '<p class="byline">By Ada Marsh</p><time datetime="2031-05-03">3 May 2031</time>'
    extract(PAGE.replace("<p>", f"{told}<p>", 1))
    assert not asked
