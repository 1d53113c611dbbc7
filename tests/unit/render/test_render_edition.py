"""Whole renditions: whatever stands in an edition comes out safe, complete and the same again."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml.html import HtmlElement, document_fromstring
from render_sample import HOST, VIEW_URL, make_branding, make_brief, make_content

from digest.domain.brief import Image, RelatedLink
from digest.domain.edition import (
    AlsoAt,
    Branding,
    EditionContent,
    Field,
    Rendition,
    Section,
    TemplateSet,
    Variant,
)
from digest.domain.errors import Illegal
from digest.render import builtin_templates, render_edition
from digest.render.wrap import WIDTH, cells

FULL = Variant()
TEMPLATES = builtin_templates()
ANY = settings(
    max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


def render(
    content: EditionContent | None = None,
    branding: Branding | None = None,
    variant: Variant = FULL,
    view_url: str | None = VIEW_URL,
) -> Rendition:
    content = content or make_content()
    return render_edition(
        content, branding or make_branding(), variant, TEMPLATES, view_url=view_url
    )


def parse(rendition: Rendition) -> HtmlElement:
    assert rendition.html is not None
    return document_fromstring(rendition.html)


def shown(rendition: Rendition) -> str:
    return " ".join(parse(rendition).text_content().split())


def test_the_same_values_give_the_same_bytes():
    assert render() == render()
    assert render().checksum == render().checksum


@pytest.mark.parametrize(
    "changed",
    [
        {"content": make_content(number=215)},
        {"branding": make_branding(reason="You asked for it.")},
        {"variant": Variant(topics=("Water",))},
        {"view_url": None},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_each_input_changes_the_marker(changed):
    assert render(**changed).marker != render().marker


def test_a_changed_template_changes_the_marker():
    files = {**TEMPLATES.files, "unused.txt": "new"}
    other = render_edition(
        make_content(), make_branding(), FULL, TemplateSet(files), view_url=VIEW_URL
    )
    assert other.marker != render().marker


def test_the_marker_is_letters_and_digits_and_only_begins_placeholders():
    rendition = render()
    assert re.fullmatch(r"f[0-9a-f]{20}", rendition.marker)
    for part in (rendition.html, rendition.text):
        known = sum(part.count(rendition.placeholder(name)) for name in Field.ALL)
        assert part.count(rendition.marker) == known >= 3


def test_personal_links_stand_whole_in_href_attributes():
    rendition = render()
    hrefs = parse(rendition).xpath("//a/@href")
    assert rendition.placeholder(Field.UNSUBSCRIBE_URL) in hrefs
    assert rendition.placeholder(Field.PREFERENCES_URL) in hrefs
    assert VIEW_URL in hrefs


def test_a_text_only_variant_has_no_html():
    rendition = render(variant=Variant(text_only=True))
    assert rendition.html is None
    assert "Ostmark reopens" in rendition.text


def test_without_a_view_url_nothing_offers_a_browser():
    rendition = render(view_url=None)
    assert "View in browser" not in rendition.text
    assert "View in browser" not in shown(rendition)


def test_everything_of_a_brief_stands_in_both_parts():
    rendition = render()
    folded = " ".join(rendition.text.split())
    for words in (
        "Ostmark reopens its grain terminal after 9 weeks",
        "Harbour Wire · By Mira Kestrel",
        "Bottom line up front",
        "“within a month”, a figure that two port masters doubt.",
        "What holds it up is paper, not water.",
        "How the Selt islands buy their bread",
        "nobody has seen since 2019.",
        "Northern Ledger",
        "Around the valley",
        "2 more briefs",
        "Monday, March 2, 2026 · No. 214",
        "12 Lantern Quay",
        "Made each morning on Lantern Quay.",
        "You get this mail because you signed up for The Harbour Brief.",
    ):
        assert words in folded
        assert words in shown(rendition)


def test_both_parts_hold_the_same_links():
    rendition = render()
    hrefs = set(parse(rendition).xpath("//a/@href"))
    listed = set(re.findall(r"https://\S+", rendition.text))
    personal = {rendition.placeholder(Field.UNSUBSCRIBE_URL)}
    personal.add(rendition.placeholder(Field.PREFERENCES_URL))
    assert hrefs - personal == listed


def test_only_the_lead_has_a_button():
    assert len(parse(render()).find_class("button-link")) == 1


def test_a_related_story_without_an_address_is_text_not_a_link():
    brief = make_brief(related=(RelatedLink("New mill at Orsa", None, "It grinds at night."),))
    page = parse(render(make_content(sections=(Section("", (brief,)),))))
    (story,) = page.find_class("story-plain")
    assert story.tag == "span"
    assert "It grinds at night." in story.text_content()


def test_more_than_six_further_briefs_are_counted_and_linked_not_listed():
    more = tuple(RelatedLink(f"Further {n}", f"{HOST}/further/{n}") for n in range(9))
    rendition = render(make_content(more=more))
    assert "9 more briefs" in rendition.text
    assert "Further 5" in rendition.text
    assert "Further 6" not in rendition.text
    assert f"{HOST}/today" in rendition.text


def test_pictures_show_only_where_the_list_wants_them():
    assert not parse(render()).xpath("//img")
    (picture,) = parse(render(branding=make_branding(show_images=True))).xpath("//img")
    assert picture.get("alt") == "Two loaders beside a bulk carrier at Varda"
    assert picture.get("width") == "512"
    assert "height:auto" in picture.get("style")


def test_the_accent_colour_must_be_a_colour():
    with pytest.raises(Illegal, match="#0b4f8a"):
        render(branding=make_branding(accent_color="red;}"))


# What a screen reader needs


def test_there_is_one_h1_and_no_heading_level_is_skipped():
    levels = [int(h.tag[1]) for h in parse(render()).iter("h1", "h2", "h3", "h4")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_language_direction_and_roles_are_given():
    page = parse(render())
    assert (page.get("lang"), page.get("dir")) == ("en", "ltr")
    assert page.xpath("//*[@role='article']/@lang") == ["en"]
    assert {table.get("role") for table in page.iter("table")} == {"presentation"}
    assert all(image.get("alt") is not None for image in page.iter("img"))


def test_bullets_are_a_real_list_under_their_label():
    page = parse(render())
    first = page.find_class("points")[0]
    assert first.tag == "ul"
    assert len(first.findall("li")) == 3
    assert first.getprevious().text_content() == "Bottom line up front"


def test_a_brief_in_another_language_says_so():
    brief = make_brief(language="ar", title="الميناء يفتح")
    page = parse(render(make_content(sections=(Section("", (brief,)),))))
    (foreign,) = page.xpath("//div[@lang='ar']")
    assert foreign.get("dir") == "rtl"
    assert foreign.find_class("points-rtl")
    assert foreign.find_class("label")[0].get("lang") == "en"


# Whatever comes from outside

words = st.text(max_size=60)
hostile = st.one_of(
    words,
    st.sampled_from(
        [
            "</p><script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "{{ 7 * 7 }} {% include 'x' %} {# #}",
            "a\r\nBcc: someone@else.example",
            "\x00\x1b[31m\u202e\u2028\ud800\ufffe",
            "]]>--><!-- </style> &lt;b&gt; &amp; \" ' `",
            "javascript:alert(1)",
            "http://[::1",
        ]
    ),
)


@ANY
@given(st.data())
def test_any_unicode_in_any_field_renders_safely(data):
    draw = data.draw
    brief = make_brief(
        title=draw(hostile),
        url=draw(hostile),
        bullets=(draw(hostile), draw(hostile)),
        teaser=draw(hostile),
        source=draw(hostile),
        author=draw(hostile),
        language=draw(hostile),
        image=Image(draw(hostile), draw(hostile)),
        also=(AlsoAt(draw(hostile), draw(hostile)),),
        related=(RelatedLink(draw(hostile), draw(hostile), draw(hostile)),),
    )
    content = make_content(
        list_name=draw(hostile),
        subject=draw(hostile),
        preheader=draw(hostile),
        language=draw(hostile),
        intro=draw(hostile),
        sections=(Section(draw(hostile), (brief, make_brief(2))),),
        more=(RelatedLink(draw(hostile), draw(hostile)),),
        more_url=draw(hostile),
    )
    branding = make_branding(
        name=draw(hostile),
        postal_address=draw(hostile),
        reason=draw(hostile),
        logo_alt=draw(hostile),
        footer_text=draw(hostile),
        show_images=True,
    )
    rendition = render(content, branding, Variant(language=draw(hostile)))
    assert_safe(rendition)
    if brief.bullets[0].isalnum():
        assert brief.bullets[0] in parse(rendition).text_content()


def assert_safe(rendition: Rendition) -> None:
    rendition.html.encode()  # no lone surrogate
    rendition.text.encode()
    page = parse(rendition)
    assert {element.tag for element in page.iter() if isinstance(element.tag, str)} <= ALLOWED_TAGS
    assert not page.xpath("//@*[starts-with(name(), 'on')]")
    for address in page.xpath("//@href | //@src"):
        assert re.match(rf"https?://|{rendition.marker}", address)
        assert address.isascii()
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]", rendition.text)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202e]", rendition.subject)
    for part in (rendition.html, rendition.text):
        assert all(rendition.placeholder(name) in part for name in Field.ALL)
    listed = rendition.text.splitlines()
    assert rendition.placeholder(Field.UNSUBSCRIBE_URL) in listed
    assert rendition.placeholder(Field.PREFERENCES_URL) in listed
    assert all(cells(line) <= WIDTH or "://" in line for line in listed)


ALLOWED_TAGS = {"html", "head", "meta", "title", "style", "body", "div", "table", "tr", "td", "h1"}
ALLOWED_TAGS |= {"h2", "h3", "p", "a", "ul", "li", "span", "br", "img"}


def test_markup_in_a_headline_is_shown_as_it_was_written():
    brief = make_brief(title="Why <b>bold</b> & “quoted” names fail")
    rendition = render(make_content(sections=(Section("", (brief,)),)))
    assert brief.title in shown(rendition)
    assert brief.title in rendition.text


def test_a_subject_is_one_line():
    rendition = render(make_content(subject="Grain\r\nBcc: x@y.example\x00 \u202emoves"))
    assert rendition.subject == "Grain Bcc: x@y.example moves"


def test_an_empty_subject_falls_back_to_the_list():
    assert render(make_content(subject=" \n ")).subject == "The Harbour Brief"


def test_emoji_and_scripts_survive_inlining():
    title = "Zażółć gęślą jaźń 港の朝 🚢 \U0001f468\u200d\U0001f469\u200d\U0001f467"
    content = make_content(sections=(Section("", (make_brief(title=title),)),))
    rendition = render(content)
    assert title in shown(rendition)
    assert title in rendition.text


def test_a_rendition_does_not_depend_on_why_a_brief_is_in():
    brief = make_brief(why="picked by an editor")
    rendition = render(make_content(sections=(Section("", (brief,)),)))
    assert "picked by an editor" not in rendition.html + rendition.text


def test_the_variant_language_without_a_table_reads_english():
    rendition = render(replace(make_content(), language="sw"), variant=Variant(language="sw"))
    assert "Unsubscribe" in rendition.text
    assert parse(rendition).get("lang") == "en"
    assert parse(rendition).xpath("//div[@lang='sw']")
