"""What comes from outside leaves as words, or as an absolute web address."""

from functools import partial

import pytest

from digest.sanitise import plain_text, safe_url
from tests.pace import quiet_seconds


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("A <em>new</em> port", "A new port"),
        ("Tom &amp; Jerry &#8217;n&rsquo; co", "Tom & Jerry ’n’ co"),
        ("<p>One</p><p>two</p>three<br>four", "One two three four"),
        ("w<b>or</b>d", "word"),
        ("a < b and c > d", "a < b and c > d"),
        ("x<script>alert(1)</script><style>p{}</style>y", "xy"),
        ("<!-- hidden -->seen", "seen"),
        ("  a \t\n\u00a0 b\u2028c  ", "a b c"),
        ("a\x00b\x1bc\x7fd", "abcd"),
        ("abc\u202etxt.exe\u2066!", "abctxt.exe!"),
        ("so\u00adft \ufeffzero\u200bwidth", "soft zerowidth"),
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("&lt;script&gt;", "<script>"),
        ("", ""),
    ],
)
def test_markup_becomes_words(markup, text):
    assert plain_text(markup) == text


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://news.example/a", "https://news.example/a"),
        ("/a", "https://base.example/a"),
        ("javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("https://a@news.example/", None),
        ("https://news.example\\@thief.example/", None),
        ("https:///path", None),
        ("https://news.example:x/", None),
        ("https://news.example/\x01", None),
        ("https://news.example/\u202e", None),
        ("data:text/html,x", None),
        ("", None),
    ],
)
def test_only_plain_web_addresses_pass(url, safe):
    base = "https://base.example/x" if url == "/a" else None
    assert safe_url(url, base) == safe


@pytest.mark.parametrize(
    "piece", ["<div>", "<b><p>", "<", "&", "<!--", "<a href='", "<font size=1>", "<table>", "a "]
)
def test_a_megabyte_of_anything_takes_less_than_a_second(piece):
    markup = piece * (1_000_000 // len(piece))
    assert quiet_seconds(partial(plain_text, markup)) < 1
