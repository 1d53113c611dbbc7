"""Templates: what a broken one says, what no template can do, and mails that are no editions."""

import pytest
from render_sample import make_branding, make_content

from digest.domain.edition import TemplateSet, Variant
from digest.domain.errors import Illegal
from digest.render import builtin_templates, render_edition, render_message


def changed(**sources: str) -> TemplateSet:
    """The built-in set with some sources replaced: ``body_html`` is ``edition/body.html``."""
    names = {"body_html": "edition/body.html", "body_txt": "edition/body.txt", "css": "styles.css"}
    names["macros"] = "macros.html"
    replaced = {names[key]: source for key, source in sources.items()}
    return TemplateSet({**builtin_templates().files, **replaced})


def render(templates: TemplateSet) -> str:
    rendition = render_edition(make_content(), make_branding(), Variant(), templates, view_url=None)
    return f"{rendition.html}{rendition.text}"


def test_the_built_in_set_holds_all_its_parts():
    assert set(builtin_templates().files) >= {
        "base.html",
        "styles.css",
        "macros.html",
        "edition/subject.txt",
        "edition/body.html",
        "edition/body.txt",
    }


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        ({"body_txt": "one\n{% if %}"}, r"edition/body.txt, line 2, is broken: Expected"),
        (
            {"body_txt": "one\n\n{{ shoe_size }}"},
            r"edition/body.txt, line 3, .*'shoe_size' is undef",
        ),
        ({"body_html": "{% include 'nowhere.html' %}"}, r"no e-mail template nowhere.html"),
        ({"macros": "\n{% macro brief() %}"}, r"macros.html, line 2, is broken"),
        ({"body_txt": "{{ 1 // 0 }}"}, r"edition/body.txt, line 1, can't be filled: .*zero"),
        ({"body_txt": "{{ say('nonsense') }}"}, r"line 1, can't be filled: there is no 'nonsense'"),
        ({"body_html": ""}, r"rendered nothing"),
        ({"css": "p {"}, r"braces don't match"),
    ],
)
def test_a_broken_template_is_named_with_line_and_fault(sources, said):
    with pytest.raises(Illegal, match=said) as caught:
        render(changed(**sources))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "escape",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ say.__globals__ }}",
        "{{ say.__self__ }}",
        "{{ '{0.__class__}'.format(say) }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ (say | attr('__func__')) }}",
        "{% set _ = brand.update({'name': 'x'}) %}",
        "{% set _ = sections.append(1) %}",
    ],
)
def test_a_template_can_neither_escape_nor_change_its_values(escape):
    with pytest.raises(Illegal, match=r"edition/body\.txt"):
        render(changed(body_txt=escape))


def test_templates_see_plain_values_only():
    everything = (
        "{% for brief in sections[0].briefs %}{{ brief }}{% endfor %}{{ brand }}{{ reader }}"
    )
    text = render(changed(body_txt=everything))
    assert "BriefItem(" not in text
    assert "Branding(" not in text


def test_any_mail_is_a_folder_of_three_templates():
    templates = TemplateSet(
        {
            "welcome/subject.txt": "Welcome,\n{{ name }}",
            "welcome/body.html": "<style>p { margin: 0; }</style><p>{{ name }}</p>",
            "welcome/body.txt": "{{ name }}\n\n\n\nBye",
        }
    )
    subject, html, text = render_message("welcome", templates, {"name": "Ada & <Bo>"})
    assert subject == "Welcome, Ada & <Bo>"
    assert '<p style="margin:0">Ada &amp; &lt;Bo&gt;</p>' in html
    assert text == "Ada & <Bo>\n\nBye\n"
