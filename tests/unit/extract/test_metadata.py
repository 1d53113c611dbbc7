"""Title, author, time, language, picture and address."""

from datetime import UTC, datetime

import pytest

from digest.collect.extract import explain, extract
from digest.collect.extract.bylines import author_in
from digest.collect.extract.dates import parse_moment
from digest.domain.brief import Image

STORY = "<p>The council of Nale closed its quay to heavy freight on Monday, and for a year.</p>" * 2


def page(head="", top="<h1>Nale Closes Its Quay</h1>", lang=""):
    return f"<html {lang}><head>{head}</head><body><main>{top}{STORY}</main></body></html>"


@pytest.mark.parametrize(
    "written",
    ["2031-05-03T14:05:00+02:00", "2031-05-03 12:05", "Sat, 03 May 2031 12:05:00 GMT",
     "3 May 2031, 12:05", "May 3, 2031 12:05 pm", "Published 3rd of May 2031 at 12:05",
     "3. Mai 2031, 12.05 Uhr", "3 mai 2031 à 12h05", "3 de mayo de 2031, 12:05",
     "3 maggio 2031 12:05", "3 de maio de 2031 12:05", "3 mei 2031 12:05", "3 мая 2031, 12:05",
     "٣ مايو ٢٠٣١ 12:05", "2031年5月3日 12:05", "03.05.2031 12:05"],
)  # fmt: skip
def test_a_moment_is_read_in_many_forms(written):
    assert parse_moment(written) == datetime(2031, 5, 3, 12, 5, tzinfo=UTC)


@pytest.mark.parametrize("written", ["", "soon", "31 February 2031", "May", "05/03/2031", "9" * 99])
def test_what_is_no_clear_moment_is_none(written):
    assert parse_moment(written) is None


@pytest.mark.parametrize(
    ("line", "author"),
    [("By Ada Marsh and Lin Oro", "Ada Marsh and Lin Oro"), ("Von Lea Sanditz", "Lea Sanditz"),
     ("Par Mira Okello | 3 mai 2031", "Mira Okello"), ("BY ADA MARSH", "ADA MARSH"),
     ("بقلم: ليلى مراد", "ليلى مراد"), ("文：山田花子", "山田花子"),
     ("By the end of the year", None), ("By Monday the quay had closed to all ships.", None)],
)  # fmt: skip
def test_a_byline_names_its_author(line, author):
    assert author_in(line) == author


def test_json_ld_is_believed_first():
    data = (
        '{"@context":"x","@graph":[{"@type":"Organization","name":"The Quay"},{"@type":'
        '["NewsArticle"],"headline":"Nale Closes Its Quay","datePublished":"2031-05-03T14:05+02:00"'
        ',"author":{"name":"Ada Marsh"},"inLanguage":"en-gb","image":["/a.jpg"]}]}'
    )
    found = extract(
        page(f'<script type="application/ld+json">{data}</script><meta name=author content=Staff>'),
        url="https://quay.example/1",
    )
    assert found.author == "Ada Marsh"
    assert found.published == datetime(2031, 5, 3, 12, 5, tzinfo=UTC)
    assert found.language == "en-GB"
    assert found.image == Image("https://quay.example/a.jpg")


def test_open_graph_gives_picture_time_and_language():
    found = extract(
        page(
            '<meta property="og:image" content="https://quay.example/a.jpg">'
            '<meta property="og:image:alt" content="The quay at dawn">'
            '<meta property="article:published_time" content="2031-05-03">'
            '<meta property="og:locale" content="de_AT">'
        )
    )
    assert found.image == Image("https://quay.example/a.jpg", "The quay at dawn")
    assert found.published == datetime(2031, 5, 3, tzinfo=UTC)
    assert found.language == "de-AT"


LD = '<script type="application/ld+json">{"@type":"NewsArticle","articleSection":%s}</script>'
TAGS = '<meta property="article:tag" content="Quays"><meta property="article:tag" content="Ice">'


@pytest.mark.parametrize(
    ("head", "categories"),
    [('<meta property="article:section" content=" World  News ">', ("World News",)),
     (LD % '["World", "Ports"]', ("World", "Ports")), (LD % '"World"', ("World",)),
     ('<meta name="article:section" content="world">' + LD % '["World", "Ports"]',
      ("world", "Ports")),
     (TAGS, ("Quays", "Ice")), (TAGS + LD % '"World"', ("World",)),
     (LD % '[[], {"x": 1}, 3, ""]', ()), (LD % f'"{"x" * 500}"', ()), ("", ())],
)  # fmt: skip
def test_sections_are_categories_and_tags_only_where_there_are_none(head, categories):
    assert explain(page(head)).metadata.categories == categories


def test_broken_json_ld_is_passed_over():
    assert extract(page('<script type="application/ld+json">{"a":</script>')).title


def test_the_sites_name_is_no_part_of_a_title_that_only_the_head_gives():
    head = "<title>Nale Closes Its Quay | The Quay</title>"
    assert extract(page(head, top="")).title == "Nale Closes Its Quay"


def test_a_heading_with_the_sites_name_is_no_title():
    head = '<meta property="og:site_name" content="The Quay"><title>Nale Closes - The Quay</title>'
    top = "<h1>The Quay</h1><h1>Nale Closes</h1>"
    assert extract(page(head, top=top)).title == "Nale Closes"


def test_the_language_is_guessed_where_nothing_declares_it():
    assert extract(page()).language == "en"


def test_the_pages_own_address_is_the_canonical_one_where_none_is_given():
    link = '<link rel="canonical" href="https://quay.example/1">'
    assert extract(page(link)).url == "https://quay.example/1"
    assert extract(page(link), url="https://quay.example/2").url == "https://quay.example/2"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "file:///etc/x"])
def test_only_web_addresses_come_out(address):
    found = extract(
        page(f'<meta property="og:image" content="{address}">')
        + f'<h2>Related stories</h2><h3><a href="{address}">A Toll on the Strait</a></h3>',
        url="https://quay.example/1",
    )
    assert found.image is None
    assert [story.url for story in found.related] in ([None], [])
