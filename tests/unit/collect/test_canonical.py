"""One page has one address, however it was linked to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.canonical import canonical_url, choose_canonical

BASE = "https://news.example/briefs/one"


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTPS://News.Example/A", "https://news.example/A"),
        ("https://news.example", "https://news.example/"),
        ("https://news.example:443/a", "https://news.example/a"),
        ("http://news.example:80/a", "http://news.example/a"),
        ("http://news.example:8080/a", "http://news.example:8080/a"),
        ("https://news.example./a", "https://news.example/a"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("https://news.example/a#top", "https://news.example/a"),
        ("https://news.example/a?utm_source=x&id=2&UTM_Medium=y", "https://news.example/a?id=2"),
        ("https://news.example/a?fbclid=1&gclid=2&mc_cid=3&mc_eid=4", "https://news.example/a"),
        ("https://news.example/a?b=&a=1", "https://news.example/a?b=&a=1"),
        ("https://news.example/a?", "https://news.example/a"),
        ("https://news.example/a/./b/../c", "https://news.example/a/c"),
        ("https://news.example/%7euser/%c3%a4", "https://news.example/~user/%C3%A4"),
        ("../two", "https://news.example/two"),
        ("two?utm_id=1", "https://news.example/briefs/two"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("  https://news.example/a\n", "https://news.example/a"),
        ("mailto:a@news.example", None),
        ("javascript:alert(1)", None),
        ("https://user:pass@news.example/", None),
        ("https://news.example/a b", None),
        ("https://[::1", None),
    ],
)
def test_a_url_becomes_canonical(url, canonical):
    assert canonical_url(url, BASE) == canonical


@given(st.text(alphabet="aZ0/.?&=#%:@-_~ä ;+\\[]*2fF", max_size=40))
def test_what_is_canonical_stays_so(rest):
    once = canonical_url("https://news.example/" + rest)
    if once is not None:
        assert canonical_url(once) == once


@pytest.mark.parametrize(
    ("declared", "chosen"),
    [
        ("https://news.example/two", "https://news.example/two"),
        ("https://www.news.example/two", "https://www.news.example/two"),
        ("/two?utm_source=x", "https://news.example/two"),
        ("https://thief.example/two", BASE),
        ("https://news.example.thief.example/", BASE),
        ("https://news.example/", BASE),
        ("javascript:alert(1)", BASE),
        ("", BASE),
        (None, BASE),
    ],
)
def test_a_page_speaks_for_its_own_site_only(declared, chosen):
    assert choose_canonical(BASE, declared) == chosen
