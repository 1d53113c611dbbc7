"""Findings: what keeps a rendition from being sent, and what an editor should look at."""

from dataclasses import replace

import pytest
from render_sample import VIEW_URL, make_branding, make_brief, make_content

from digest.domain.edition import Field, Section, Variant
from digest.render import Severity, builtin_templates, check_rendition, render_edition
from digest.render.weight import transferred_size

BRANDING = make_branding()
GOOD = render_edition(make_content(), BRANDING, Variant(), builtin_templates(), view_url=VIEW_URL)


def found(rendition=GOOD, branding=BRANDING) -> list[tuple[Severity, str]]:
    findings = check_rendition(rendition, branding)
    assert all(finding.why and finding.remedy for finding in findings)
    return [(finding.severity, finding.where) for finding in findings]


def test_the_built_in_templates_give_no_findings():
    assert found() == []
    assert found(replace(GOOD, html=None)) == []


@pytest.mark.parametrize("part", ["html", "text"])
def test_a_missing_unsubscribe_link_is_an_error(part):
    word = GOOD.placeholder(Field.UNSUBSCRIBE_URL)
    broken = replace(GOOD, **{part: getattr(GOOD, part).replace(word, "")})
    assert (Severity.ERROR, part) in found(broken)


@pytest.mark.parametrize("part", ["html", "text"])
def test_a_missing_postal_address_is_an_error(part):
    broken = replace(
        GOOD,
        **{part: getattr(GOOD, part).replace("Lantern Quay\n", "").replace("12 Lantern Quay", "")},
    )
    assert found(broken) == [(Severity.ERROR, part)]


def test_a_list_without_a_postal_address_is_an_error():
    assert (Severity.ERROR, "html") in found(branding=make_branding(postal_address=" \n"))


def test_a_placeholder_of_no_field_is_an_error():
    assert found(replace(GOOD, text=GOOD.text + GOOD.placeholder("shoesize"))) == [
        (Severity.ERROR, "text")
    ]


def test_a_personal_field_in_the_subject_is_an_error():
    subject = f"Hello {GOOD.placeholder(Field.ADDRESS)}"
    assert found(replace(GOOD, subject=subject)) == [(Severity.ERROR, "subject")]


def test_an_empty_subject_is_an_error():
    assert found(replace(GOOD, subject="")) == [(Severity.ERROR, "subject")]


def test_template_marks_are_a_warning_since_a_brief_may_speak_of_them():
    brief = make_brief(title="What {{ name }} means", topics=())
    content = make_content(sections=(Section("", (brief,)),))
    rendition = render_edition(content, BRANDING, Variant(), builtin_templates(), view_url=None)
    assert found(rendition) == [(Severity.WARNING, "html"), (Severity.WARNING, "text")]


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (89_999, []),
        (90_000, [Severity.WARNING]),
        (101_999, [Severity.WARNING]),
        (102_000, [Severity.ERROR]),
    ],
)
def test_size_is_counted_in_bytes_as_transferred(size, expected):
    missing = size - transferred_size(GOOD.html, GOOD.marker)
    full, rest = divmod(missing, 40)
    lengths = [40] * (full - 1) + [20, 20 + rest]  # octets, with CRLF
    padding = "".join("x" * (length - 2) + "\n" for length in lengths)
    padding = f"<!--{padding[4:-4]}-->\n"
    padded = replace(GOOD, html=padding + GOOD.html)
    assert transferred_size(padded.html, GOOD.marker) == size
    assert [severity for severity, _ in found(padded)] == expected
