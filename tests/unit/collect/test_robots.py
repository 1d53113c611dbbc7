"""robots.txt as RFC 9309 means it."""

import pytest

from digest.fetch.robots import parse_robots
from tests.pace import quiet_seconds


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: other\nDisallow: /", "/a", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: bluf-digest\nAllow: /", "/a", True),
        ("User-agent: BLUF-Digest/1.0\nDisallow: /", "/a", False),
        ("User-agent: a\nUser-agent: bluf-digest\nDisallow: /x", "/x", False),
        (
            "User-agent: bluf-digest\nDisallow: /x\nUser-agent: bluf-digest\nDisallow: /y",
            "/x",
            False,
        ),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nAllow: /a\nDisallow: /a", "/a", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?z", True),
        ("User-agent: *\nDisallow: /a*b*c", "/a1b2c3", False),
        ("User-agent: *\nDisallow: /a*b$", "/ab/b", False),
        ("User-agent: *\nDisallow: /a$", "/a", False),
        ("User-agent: *\nDisallow: /a$", "/ab", True),
        ("User-agent: *\nDisallow: /*?print", "/a?print=1", False),
        ("User-agent: *\nDisallow: /%7efoo/%C3%a4", "/%7Efoo/%c3%a4", False),
        ("User-agent: *\nDisallow: /a # why\nSitemap: /x", "/a", False),
        ("Disallow: /", "/a", True),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
        ("\x00\nnonsense\nUser-agent *\nDisallow: /", "/a", True),
    ],
)
def test_a_rule_decides(text, path, allowed):
    assert parse_robots(text, "bluf-digest").allows(path) is allowed


def test_patterns_of_many_stars_take_no_time():
    text = "User-agent: *\n" + f"Disallow: /{'a*' * 500}$b\n" * 400
    assert quiet_seconds(lambda: parse_robots(text, "bluf-digest").allows("/" + "a" * 2000)) < 1
