"""What is wrong with words, links and pictures is found and said so that it can be mended."""

from dataclasses import replace

import pytest
from render_sample import VIEW_URL, make_branding, make_content

from digest.domain.edition import Dropped, Variant
from digest.render import Severity, builtin_templates, check_rendition, render_edition

BRANDING = make_branding()
GOOD = render_edition(make_content(), BRANDING, Variant(), builtin_templates(), view_url=VIEW_URL)
ERROR, WARNING, NOTE = Severity


def found(**changes) -> list[tuple[Severity, str]]:
    findings = check_rendition(replace(GOOD, **changes), BRANDING)
    for finding in findings:
        assert finding.why.endswith(".")
        assert finding.remedy.endswith(".")
    return [(finding.severity, finding.where) for finding in findings]


def with_html(extra: str) -> list[tuple[Severity, str]]:
    return found(html=GOOD.html.replace('<div class="footer"', f'{extra}<div class="footer"', 1))


@pytest.mark.parametrize(
    "subject",
    [
        "HARBOUR REOPENS AFTER NINE WEEKS",
        "Harbour reopens!!",
        "Wow! Harbour reopens!",
        "Re: Harbour reopens",
        "AW: Hafen",
        "Act now: harbour reopens",
        "Harbour reopens for $$$",
    ],
)
def test_a_subject_like_unwanted_mail_is_a_warning(subject):
    assert found(subject=subject) == [(WARNING, "subject")]


@pytest.mark.parametrize(
    "subject",
    ["NATO, EU, UN", "Harbour reopens!", "Refugees: what now?", "مرحبا", "£5 for a loaf", "港"],
)
def test_a_subject_of_a_newsroom_is_not(subject):
    assert found(subject=subject) == []


def test_lengths_and_a_preheader_that_adds_nothing_are_told():
    assert found(subject="x" * 61, preheader="y" * 111) == [(NOTE, "subject"), (NOTE, "preheader")]
    assert found(subject="x" * 60, preheader="y" * 110) == []
    assert found(preheader="") == [(WARNING, "preheader")]
    assert found(preheader=GOOD.subject.upper()) == [(WARNING, "preheader")]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="http://harbour.example/x">Tides</a>', [WARNING]),
        ('<a href="https://bit.ly/x">Tides</a>', [WARNING]),
        ('<a href="https://harbour.example/x"> </a>', [WARNING]),
        ('<a href="https://evil.example/x">https://bank.example/x</a>', [WARNING]),
        ('<a href="https://www.bank.example/x">bank.example</a>', []),
        ('<a href="">Tides</a>', [ERROR]),
        ('<a href="#top">Tides</a>', [ERROR]),
        ("<a>Tides</a>", [ERROR]),
        ('<a href="https://harbour.example/x">Tides</a>', []),
        ('<img src="https://harbour.example/a.png" width="9">', [ERROR]),
        ('<img src="https://harbour.example/a.png" width="9" alt="">', []),
        ('<img src="https://harbour.example/a.png" alt="A quay">', [WARNING]),
        ('<img src="http://harbour.example/a.png" width="9" alt="A quay">', [WARNING]),
        ('<p style="display:flex">x</p>', [WARNING]),
        ("<form>x</form>", [ERROR]),
        ("<blink>x</blink>", [WARNING]),
        ('<p style="color:#fffffe;background-color:#ffffff">x</p>', [WARNING] * 3),
    ],
)
def test_links_pictures_and_constructs_are_judged(html, expected):
    assert [severity for severity, _ in with_html(html)] == expected


def test_a_mail_of_pictures_is_a_warning():
    page = f"""<html><body><img src="https://harbour.example/a.png" width="9" alt="All">
    <a href="{GOOD.placeholder("unsubscribeurl")}">Leave</a>
    <p>Harbour Wire<br>12 Lantern Quay<br>4410 Varda</p></body></html>"""
    assert found(html=page) == [(WARNING, "html")]


def test_what_did_not_fit_is_a_note():
    assert found(dropped=Dropped(stories=2)) == [(NOTE, "content")]
