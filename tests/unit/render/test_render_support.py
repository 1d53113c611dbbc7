"""Each construct of the built-in templates is known, and what is not is found."""

import re

import pytest
from render_sample import VIEW_URL, make_branding, make_brief, make_content

from digest.domain.edition import Layout, Section, Variant
from digest.render import builtin_templates, render_edition
from digest.render.support import CLIENTS, LEVELS, constructs, support_table


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("layout", Layout)
def test_every_construct_of_the_built_in_templates_has_a_harmless_entry(layout, language):
    foreign = make_brief(4, language="ar", title="الميناء يفتح")
    content = make_content()
    sections = (*content.sections, Section("Abroad", (foreign,)))
    branding = make_branding(layout=layout, show_images=True, logo_url="https://news.example/l.png")
    html = render_edition(
        make_content(sections=sections),
        branding,
        Variant(language=language),
        builtin_templates(),
        view_url=VIEW_URL,
    ).html
    used = constructs(html)
    assert {"[role]", "padding", "@media prefers-color-scheme", ":hover"} <= used.keys()
    table = support_table()
    assert [name for name in used if name not in table or table[name].harm != "none"] == []


@pytest.mark.parametrize("entry", support_table().values(), ids=lambda entry: entry.name)
def test_each_entry_is_whole(entry):
    assert len(entry.clients) == len(CLIENTS)
    assert set(entry.clients) <= LEVELS.keys()
    assert entry.source.startswith(("https://", "this project:"))
    assert re.fullmatch(r"\d{4}(-\d\d-\d\d)?", entry.date)
    assert entry.harm in {"none", "some", "breaks"}
    if set(entry.clients) & set("na"):
        assert entry.without.endswith(".")
    if entry.harm != "none":
        assert entry.remedy.endswith(".")


@pytest.mark.parametrize(
    ("html", "name", "where"),
    [
        ("<p style='display: flex'>x</p>", "display:flex", "<p>"),
        ("<p style='width: calc(1px + 2px)'>x</p>", "calc()", "<p>"),
        ("<style>@import url(x.css);</style><p>x</p>", "@import", "<style>"),
        ("<style>.a::before { content: '{} @media' }</style><p>x</p>", "::before", "<style>"),
        ("<style>/* p { float: left } */ p { position: fixed }</style>", "position", "<style>"),
        ("<blink onclick='x'>x</blink>", "<blink>", "<blink>"),
        ("<p onclick='x'>x</p>", "[onclick]", "<p>"),
    ],
)
def test_what_a_mail_uses_is_found_with_its_place(html, name, where):
    assert constructs(f"<html><body>{html}</body></html>")[name] == where


def test_comments_strings_and_what_is_for_word_alone_are_not_counted():
    html = "<style>/* float: left */ p { font-family: 'float: left;' }</style><!--[if mso]><v:x>"
    assert not {"float", "<v:x>"} & constructs(f"{html}<![endif]--><p>x</p>").keys()
