"""Counted links: which are led by way of the service, and which stay as they are."""

import re
from dataclasses import replace

import pytest
from lxml.html import document_fromstring
from render_sample import VIEW_URL, make_branding, make_content

from digest.domain.edition import Field, Variant
from digest.render import builtin_templates, render_edition
from digest.render.counted import Counted, count_in
from digest.render.inline import inline
from digest.render.weight import transferred_size

OWN = "https://mail.harbour.example"  # as in VIEW_URL
COUNTED = Counted(OWN, lambda target: f"{OWN}/l/{len(target)}")
PICTURE = replace(COUNTED, open_url=f"{OWN}/o/once")


def anchor(href: str, words: str = "Read on") -> str:
    return inline(f'<html><body><p><a class="x" href="{href}">{words}</a></p></body></html>')


def rendered(counted, **branding):
    content, look = make_content(), make_branding(**branding)
    templates = builtin_templates()
    return render_edition(content, look, Variant(), templates, view_url=VIEW_URL, counted=counted)


def hrefs(html: str) -> list[str]:
    return [str(href) for href in document_fromstring(html).xpath("//a/@href")]


@pytest.mark.parametrize(
    "href",
    [
        "mailto:desk@ledger.example?subject=A%20B&amp;body=x",
        "tel:+441234567",
        "#part",
        "javascript:alert(1)",
        "//evil.example/x",
        "\\\\evil.example",
        "https://user@evil.example/",
        "ftp://ledger.example/file",
        "/relative",
        "",
        f"{OWN}/u/token",
        f"{OWN}/e/token",
        OWN,
    ],
)
def test_what_is_no_address_of_the_web_or_our_own_stays_as_it_is(href):
    html = anchor(href)
    assert count_in(html, COUNTED) == (html, ())


@pytest.mark.parametrize(
    "words",
    ["ledger.example", "https://ledger.example/a", "<b>ledger.example</b>", " Ledger.Example/a "],
)
def test_a_link_that_shows_an_address_leads_straight_there(words):
    html = anchor("https://ledger.example/a", words)
    assert count_in(html, COUNTED) == (html, ())


def test_a_name_that_only_begins_as_ours_does_is_counted():
    target = f"{OWN}.evil.example/x"
    html, targets = count_in(anchor(target), COUNTED)
    assert targets == (target,)
    assert hrefs(html) == [f"{OWN}/l/{len(target)}"]


def test_the_links_of_an_edition_are_counted_and_those_of_its_reader_are_not():
    plain, counted = rendered(None), rendered(COUNTED)
    assert plain.targets == ()
    web = [href for href in hrefs(plain.html) if href.startswith("https:")]
    led = [href for href in web if not href.startswith(OWN)]
    assert len(led) > 5
    assert counted.targets == tuple(dict.fromkeys(led))
    assert hrefs(counted.html).count(VIEW_URL) == hrefs(plain.html).count(VIEW_URL) >= 1
    for name in (Field.UNSUBSCRIBE_URL, Field.PREFERENCES_URL):
        assert counted.html.count(counted.placeholder(name)) == plain.html.count(
            plain.placeholder(name)
        )


def test_nothing_but_the_addresses_differs_and_the_text_part_is_the_same():
    plain, counted = rendered(None), rendered(COUNTED)
    assert counted.text == plain.text
    assert re.sub(r'href="[^"]*"', "", counted.html) == re.sub(r'href="[^"]*"', "", plain.html)


def test_the_picture_stands_at_the_end_of_the_body_and_only_where_opens_are_counted():
    assert "/o/" not in rendered(COUNTED).html
    html = rendered(PICTURE).html
    picture = f'<img src="{OWN}/o/once" width="1" height="1" alt="">'
    assert html.count(picture) == 1
    assert html.endswith(f"{picture}</body>\n</html>")


def test_the_budget_is_kept_with_the_longer_addresses():
    long = Counted(OWN, lambda target: f"{OWN}/l/{'x' * 200}{len(target)}")
    budget = transferred_size(rendered(long).html, rendered(long).marker) - 1_000
    kept = rendered(long, size_budget=budget)
    assert transferred_size(kept.html, kept.marker) <= budget
    assert kept.dropped
