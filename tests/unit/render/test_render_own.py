"""A list's own templates: they are filled as the built-in ones are, and can do nothing else."""

import os
import re
import time
from pathlib import Path

import pytest
from render_sample import VIEW_URL, make_branding, make_content

from digest.domain.edition import Rendition, TemplateSet, Variant
from digest.domain.errors import Illegal
from digest.render import builtin_templates, check_rendition, render_edition
from digest.render.jail import JAIL
from digest.render.trial import own_templates, try_templates

BUILTIN = builtin_templates()
TEXT = "edition/body.txt"


def render(templates: TemplateSet) -> Rendition:
    return render_edition(make_content(), make_branding(), Variant(), templates, view_url=VIEW_URL)


def fault_of(**sources: str) -> str:
    """Why the templates are not used; ``text`` is the text part's template."""
    return render(own_templates({TEXT: sources["text"]})).fallback


def test_own_templates_give_the_same_mail_as_the_same_built_in_ones():
    own = render(own_templates({TEXT: BUILTIN.files[TEXT]}))
    usual = render(BUILTIN)
    assert own.fallback == ""
    for mine, theirs in ((own.html, usual.html), (own.text, usual.text)):
        assert mine.replace(own.marker, usual.marker) == theirs


def test_they_are_part_of_the_sets_name():
    same = TemplateSet(BUILTIN.files, (TEXT,))
    assert same.digest != BUILTIN.digest
    assert TemplateSet(BUILTIN.files).digest == BUILTIN.digest


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("one\n{% if %}", "edition/body.txt, line 2, is broken"),
        ("one\n\n{{ shoe_size }}", "line 3, can't be filled: there is no variable 'shoe_size'"),
        ("{% if false %}\n{{ shoe_size }}{% endif %}", "line 2, .*no variable 'shoe_size'"),
        ("\n{{ sections[0].shoe }}", "line 2, can't be filled: .* has no attribute 'shoe'"),
        ("\n{% include 'passwd' %}", "no e-mail template passwd"),
        ("\n{{ 'x' * 50_000_000 }}", "line 2, can't be filled: it (writes|needs) "),
        ("\n{{ 'x' | center(300000000) }}", "line 2, can't be filled: it needs too much memory"),
        ("\n{{ '%0200000000d' | format(1) }}", "line 2, can't be filled: it (writes|needs) "),
        (
            "\n{% set n = namespace(a='xx') %}{% for _ in range(60) %}"
            "{% set n.a = n.a ~ n.a %}\n{% endfor %}",
            "line 2, can't be filled: it needs too much memory",
        ),
        (
            "{% for _ in range(90000) %}\nxxxxxxxxxxxxxxxxxxxxx{% endfor %}",
            "line [12], can't be filled: it writes more than 1,000,000 characters",
        ),
        ("{{ [].append(1) }}", "line 1, can't be filled: .*not safely callable|unsafe"),
    ],
)
def test_what_is_wrong_or_too_much_is_told_with_line_and_reason(text, said):
    fault = fault_of(text=text)
    assert "\n" not in fault
    assert re.search(said, fault), fault


@pytest.mark.parametrize(
    "text",
    [
        "\n{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "\n{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}",
        "\n{{ range(99999) | list | map('string') | map('center', 900) | list | unique | list }}"
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    ],
)
def test_an_endless_loop_ends_within_two_seconds_of_its_own_time(text):
    fault = fault_of(text=text)
    assert "edition/body.txt, line" in fault
    assert "it takes more than" in fault or "recursion" in fault or "memory" in fault


def test_the_next_mail_is_filled_after_any_of_them():
    assert fault_of(text="{{ 'x' | center(300000000) }}")
    assert fault_of(text=BUILTIN.files[TEXT]) == ""


def test_a_process_that_was_killed_is_started_again():
    assert fault_of(text=BUILTIN.files[TEXT]) == ""
    os.kill(JAIL._process.pid, 9)
    JAIL._process.wait(10)
    assert fault_of(text=BUILTIN.files[TEXT]) == ""


def test_they_are_filled_in_another_process_with_nothing_in_its_environment():
    assert fault_of(text=BUILTIN.files[TEXT]) == ""
    pid = JAIL._process.pid
    assert pid != os.getpid()
    assert Path(f"/proc/{pid}/environ").read_bytes() == b""


def test_where_they_fail_the_built_in_ones_stand_in_with_a_warning():
    rendition = render(own_templates({TEXT: "{{ nope }}"}))
    usual = render(BUILTIN)
    assert rendition.text.replace(rendition.marker, usual.marker) == usual.text
    (finding,) = check_rendition(rendition, make_branding())
    assert (finding.severity, finding.where) == ("warning", "templates")
    assert "line 1" in finding.why


# Tried before they are kept


def test_sound_templates_pass_and_what_could_be_better_is_told():
    assert try_templates(own_templates({TEXT: BUILTIN.files[TEXT]}), make_branding()) == ()
    loud = {"edition/subject.txt": "{{ subject | upper }}"}
    (finding,) = try_templates(own_templates(loud), make_branding())
    assert finding.where == "subject"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({TEXT: "no way to leave"}, "no unsubscribe link"),
        ({TEXT: "{{ nope }}"}, "line 1"),
        ({"edition/compact.html": "{{ nope }}"}, "edition/compact.html, line 1"),
        ({"styles.css": "@import url(https://evil.example/x.css);"}, "@import"),
        ({"words/de.po": ""}, "can't be called"),
        ({"../body.html": ""}, "can't be called"),
        ({"/etc/passwd.txt": ""}, "can't be called"),
        ({"a/b/c.html": ""}, "can't be called"),
        ({"Body.html": ""}, "can't be called"),
        ({}, "1 to 200,000"),
        ({TEXT: "x" * 200_001}, "1 to 200,000"),
    ],
)
def test_what_cannot_be_used_is_refused(files, said):
    began = time.monotonic()
    with pytest.raises(Illegal, match=said):
        try_templates(own_templates(files), make_branding())
    assert time.monotonic() - began < 30  # a sign of life, not a measurement
