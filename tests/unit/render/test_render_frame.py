"""What surrounds a mail: colours that can be read, addresses that work, the frame's words."""

from datetime import date
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import document_fromstring

from digest.render.colors import contrast, palette
from digest.render.inline import inline
from digest.render.links import safe_url
from digest.render.plain import clean, clean_header, paragraphs
from digest.render.words import Words, direction

LIGHT = ("#f3f0ea", "#f7f5f0", "#ffffff")
DARK = ("#131211", "#1b1a18", "#22201e")


@settings(max_examples=300, deadline=None, database=None)
@given(st.integers(0, 0xFFFFFF))
def test_any_accent_gives_colours_that_can_be_read(number):
    colors = palette(f"#{number:06x}")
    assert contrast(colors["on_accent"], colors["accent"]) >= 4.5
    assert contrast(colors["on_link_dark"], colors["link_dark"]) >= 4.5
    assert all(contrast(colors["link"], ground) >= 4.5 for ground in LIGHT)
    assert all(contrast(colors["link_dark"], ground) >= 4.5 for ground in DARK)


def test_a_readable_accent_is_kept_as_it_is():
    assert palette("#0b4f8a")["link"] == "#0b4f8a"
    assert palette("#123")["accent"] == "#112233"


def test_the_sheets_own_greys_can_be_read():
    assert all(contrast("#5d5850", ground) >= 4.5 for ground in LIGHT)
    assert all(contrast("#b3ada3", ground) >= 4.5 for ground in DARK)


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://harbour.example/a?b=1&c=%2F#d", "https://harbour.example/a?b=1&c=%2F#d"),
        ("https://bücher.example/ä b", "https://xn--bcher-kva.example/%C3%A4%20b"),
        ("http://faß.example/", "http://xn--fa-hia.example/"),
        ("https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443/x"),
        ("HTTPS://Harbour.Example", "https://harbour.example"),
        ("https://harbour.example/{{x}}", "https://harbour.example/%7B%7Bx%7D%7D"),
        (" https://harbour.example/\n", "https://harbour.example/"),
        ("javascript:alert(1)", None),
        ("java\tscript:alert(1)", None),
        ("data:text/html,x", None),
        ("//harbour.example/x", None),
        ("/relative", None),
        ("https://user:word@harbour.example/", None),
        ("https://harbour.example:99999/", None),
        ("https://[::1", None),
        ("https:///x", None),
        ("", None),
        (None, None),
    ],
)
def test_only_web_addresses_stand_in_a_mail(url, safe):
    assert safe_url(url) == safe


@settings(max_examples=150, deadline=None, database=None)
@given(st.text(max_size=40), st.text(max_size=20))
def test_a_safe_address_is_stable_and_survives_inlining(path, query):
    url = safe_url(f"https://harbour.example/{path}?{query}")
    assert url is not None
    assert safe_url(url) == url
    assert urlsplit(url).hostname == "harbour.example"
    html = f'<html><body><a href="{url.replace("&", "&amp;")}">x</a></body></html>'
    assert document_fromstring(inline(html)).find(".//a").get("href") == url


def test_text_is_cleaned_of_what_no_mail_can_carry():
    assert clean(" a\x00b\r\n\tc\u2028d\ud800\ufffe\u00a0: ") == "ab c d\ufffd\u00a0:"
    assert clean_header("a\u202eb\u2066c") == "abc"
    assert paragraphs("one\ntwo\r\n\r\n three \n \n\nfour") == ["one two", "three", "four"]


def test_words_are_filled_and_counted():
    words = Words("en")
    assert words.say("by", author="Mira") == "By Mira"
    assert [words.say("more", count=n) for n in (1, 2)] == ["1 more brief", "2 more briefs"]


def test_dates_are_written_as_the_language_does():
    day = date(2026, 3, 2)
    assert Words("en").long_date(day) == "Monday, March 2, 2026"
    assert Words("en-GB").long_date(day) == "Monday, 2 March 2026"
    assert Words("xx-nonsense").long_date(day) == "Monday, March 2, 2026"


def test_directions_follow_the_language():
    assert (direction("ar-EG"), direction("he"), direction("en"), direction("")) == (
        "rtl",
        "rtl",
        "ltr",
        "ltr",
    )
