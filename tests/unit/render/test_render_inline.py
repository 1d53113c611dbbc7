"""Inlining: one test for each trap of premailer that a mail could fall into."""

import warnings
from pathlib import Path

import pytest
from lxml.html import document_fromstring

from digest.domain.errors import Illegal
from digest.render.css import parse_stylesheet, split_stylesheet
from digest.render.inline import inline


def page(css: str = "", body: str = "<p>x</p>", doctype: str = "<!DOCTYPE html>\n") -> str:
    style = f"<style>{css}</style>" if css else ""
    return f"{doctype}<html><head><title>t</title>{style}</head><body>{body}</body></html>"


def style_of(html: str, tag: str = "p") -> str:
    return document_fromstring(html).find(f".//{tag}").get("style") or ""


def test_plain_rules_go_into_elements_and_leave_no_style_element():
    html = inline(page("p { color: #123456; }"))
    assert style_of(html) == "color:#123456"
    assert "<style" not in html


@pytest.mark.parametrize("rule", ["@import url({url});", "@IMPORT '{url}';", "@\\69mport '{url}';"])
def test_a_stylesheet_cannot_import(rule, tmp_path):
    (tmp_path / "other.css").write_text("p { color: red; }")
    css = rule.format(url=(tmp_path / "other.css").as_uri())
    with pytest.raises(Illegal, match="can't use @"):
        inline(page(css))


def test_the_parser_fetches_nothing_even_if_it_is_told_to(tmp_path):
    secret = tmp_path / "secret.css"
    secret.write_text("p { color: red; }")
    first, *_ = parse_stylesheet(f"@import url({secret.as_uri()}); b {{ margin: 0; }}")
    assert "red" not in first.styleSheet.cssText.decode()


def test_a_linked_stylesheet_is_not_fetched(tmp_path):
    linked = Path(tmp_path) / "linked.css"
    linked.write_text("p { color: red; }")
    html = inline(page(body=f'<link rel="stylesheet" href="{linked.as_uri()}"><p>x</p>'))
    assert style_of(html) == ""


DARK = """@media (prefers-color-scheme: dark) {
  .a { color: #fff !important; }
  @media (width<=600px) { .a { margin: 0 !important; } }
}"""
SUPPORTS = "@supports (display: grid) { .a { display: grid; } }"
FONT = '@font-face { font-family: "A"; src: url(a.woff2); }'


@pytest.mark.parametrize("block", [DARK, SUPPORTS, FONT, ":root { color-scheme: light dark; }"])
def test_what_cannot_be_inlined_stays_as_it_was_written(block):
    html = inline(page(f"p {{ margin: 0; }}\n{block}"))
    assert f"<style>\n{block}\n</style>" in html
    assert style_of(html) == "margin:0"


def test_important_is_kept_in_elements():
    assert "!important" in style_of(inline(page("p { color: red !important; }")))


@pytest.mark.parametrize(
    "value",
    ["rgb(0 0 0 / 50%)", "#11223344", "calc(100% - (2px + 3px))"],
    ids=["rgb", "hex8", "calc"],
)
def test_values_that_the_inliner_drops_stay_in_the_style_element(value):
    html = inline(page(f"p {{ color: #111; width: {value}; background: {value}; }}"))
    assert f"background: {value}" in html
    assert "color:#111" in style_of(html)


def test_is_selectors_stay_in_the_style_element():
    assert ":is(p, li) { margin: 0; }" in inline(page(":is(p, li) { margin: 0; }"))


def test_a_namespace_rule_is_refused_rather_than_crashing():
    with pytest.raises(Illegal, match="@namespace"):
        inline(page("@namespace svg url(x);"))


@pytest.mark.parametrize("css", ["p { color: red;", "p } color: red", "p { } stray"])
def test_unmatched_braces_are_named(css):
    with pytest.raises(Illegal, match="braces don't match from its line 1"):
        split_stylesheet(css)


def test_braces_and_semicolons_in_strings_and_comments_are_no_rules():
    css = "/* } ; */ p { background: url('a;}b'); } b { margin: 0; }"
    split = split_stylesheet(css)
    assert split.inlined.splitlines() == ["p { background: url('a;}b'); }", "b { margin: 0; }"]
    assert split.kept == ""


def test_placeholders_come_through_untouched():
    word = "f0123456789abcdef0123unsubscribeurlz"
    html = inline(page("a { color: red; }", f'<a href="{word}">{word}</a>'))
    assert f'href="{word}"' in html
    assert f">{word}<" in html


@pytest.mark.parametrize("doctype", ["<!DOCTYPE html>\n", "<!doctype html>\n", ""])
def test_the_doctype_stays_as_it_was_written(doctype):
    html = inline(page(doctype=doctype))
    assert html.startswith(f"{doctype}<html>")


def test_an_xml_declaration_is_dropped():
    assert inline('<?xml version="1.0"?>' + page()).startswith("<!DOCTYPE html>\n<html>")


@pytest.mark.parametrize("nothing", ["", " \n", "<!DOCTYPE html>"])
def test_an_empty_document_is_refused(nothing):
    with pytest.raises(Illegal, match="rendered nothing"):
        inline(nothing)


def test_invisible_characters_stay_entities():
    html = inline(page(body="<p>a&nbsp;&zwnj;&shy;&#847;b</p>"))
    assert "a&nbsp;&zwnj;&shy;&#847;b" in html


def test_other_characters_stay_themselves():
    assert "<p>é 港 🚢</p>" in inline(page(body="<p>é 港 🚢</p>"))


MSO = (
    '<!--[if mso]><v:rect xmlns:v="urn:x" style="width:600px"><![endif]-->',
    "<!--[if mso]><style>td { font-family: Arial; }</style><![endif]-->",
    "<!--[if !mso]><!--><b>x</b><!--<![endif]-->",
)


@pytest.mark.parametrize("comment", MSO)
def test_outlook_comments_stay_byte_for_byte(comment):
    assert comment in inline(page("b { }", body=comment + "<p>x</p>"))


def test_css_sizes_do_not_turn_into_attributes():
    css = "td { width: 50%; height: 9px; text-align: left; vertical-align: top; background: #fff; }"
    html = inline(page(css, "<table><tr><td>x</td></tr></table>"))
    assert set(document_fromstring(html).find(".//td").keys()) == {"style"}


@pytest.mark.parametrize("medium", ["print", "screen and (max-width: 9px)"])
def test_a_style_element_for_another_medium_is_left_alone(medium):
    element = f'<style media="{medium}">p {{ color: red; }}</style>'
    html = inline(page(body="<p>x</p>").replace("</head>", element + "</head>"))
    assert element in html
    assert style_of(html) == ""


@pytest.mark.parametrize("medium", ["screen", "all"])
def test_a_style_element_for_screens_is_inlined(medium):
    html = inline(
        page().replace("</head>", f'<style media="{medium}">p {{ margin: 0; }}</style></head>')
    )
    assert style_of(html) == "margin:0"


def test_inlining_warns_of_nothing(caplog):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        inline(page("p { -made-up: 1; mso-hide: all; color: #12345; }"))
    assert not caplog.records
