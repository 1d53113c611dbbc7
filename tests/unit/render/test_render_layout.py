"""Three layouts, and how long an edition takes to read."""

import pytest
from lxml.html import document_fromstring
from render_sample import VIEW_URL, make_branding, make_brief, make_content

from digest.domain.edition import Layout, Rendition, Section, Variant
from digest.render import builtin_templates, render_edition
from digest.render.reading import minutes

FULL, COMPACT, SINGLE = Layout


def render(layout: Layout, **changes) -> Rendition:
    return render_edition(
        make_content(**changes),
        make_branding(layout=layout),
        Variant(),
        builtin_templates(),
        view_url=VIEW_URL,
    )


def headings(rendition: Rendition) -> list[str]:
    page = document_fromstring(rendition.html)
    return [" ".join(h.text_content().split()) for h in page.iter("h1", "h2", "h3")]


def test_compact_gives_each_story_a_line_with_headline_and_source():
    rendition = render(COMPACT)
    page = document_fromstring(rendition.html)
    assert [" ".join(a.text_content().split()) for a in page.find_class("line-link")] == [
        "Ostmark reopens its grain terminal after 9 weeks Harbour Wire",
        "Kell valley councils agree to share one water meter Northern Ledger",
        "A night train between Orsa and Tallin Bay, if the tunnel holds Harbour Wire",
    ]
    for part in (rendition.html, rendition.text):
        assert "The Varda grain terminal loads ships again" not in part
        assert "Bottom line" not in part


def test_single_shows_the_lead_and_names_the_others():
    rendition = render(SINGLE)
    assert headings(rendition) == [
        "The Harbour Brief",
        "Ostmark reopens its grain terminal after 9 weeks",
        "4 more briefs",
    ]
    assert "Kell valley councils" in rendition.text
    assert "The Varda grain terminal loads ships again" in rendition.text


@pytest.mark.parametrize("layout", Layout)
def test_a_single_brief_looks_right_in_each_layout(layout):
    alone = render(layout, sections=(Section("", (make_brief(1),)),), more=(), intro="")
    assert headings(alone)[1:] == [
        "Ostmark reopens its grain terminal after 1 weeks"
        + (" Harbour Wire" if layout is COMPACT else "")
    ]
    assert "more brief" not in alone.text


def test_a_layout_frozen_under_its_old_name_is_the_full_one():
    assert Layout("standard") is FULL
    with pytest.raises(ValueError, match="poster"):
        Layout("poster")


def test_the_line_under_the_name_tells_how_long_it_takes():
    assert "Monday, March 2, 2026 · No. 214 · 1 min read" in render(FULL).text


def test_reading_time_counts_words_and_the_signs_of_scripts_without_spaces():
    def of(title: str) -> int:
        return minutes(make_content(sections=(Section("", (make_brief(title=title),)),)))

    assert of("") == 1
    assert of("harbour " * 2300) == of("港" * 2600) == 10
