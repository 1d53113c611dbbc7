"""The frame speaks five languages, each whole, each with its own plurals and dates."""

import re
from datetime import date
from pathlib import Path

import pytest
from babel import Locale
from render_sample import VIEW_URL, make_branding, make_content

from digest.domain.edition import TemplateSet, Variant
from digest.domain.states import GreetingKind
from digest.render import builtin_templates, render_edition
from digest.render.greeting import PARTS
from digest.render.words import Catalog, Words

TEMPLATES = builtin_templates()
LANGUAGES = sorted(Path(name).stem for name in TEMPLATES.files if name.startswith("words/"))
ENGLISH = Catalog(TEMPLATES.files["words/en.po"])


def catalog(language: str) -> Catalog:
    return Catalog(TEMPLATES.files[f"words/{language}.po"])


def fields(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_there_are_words_in_five_languages():
    assert set(LANGUAGES) >= {"en", "de", "fr", "es", "ar"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_each_word_with_its_fields(language):
    theirs = catalog(language)
    assert theirs.forms.keys() == ENGLISH.forms.keys()
    for key, forms in theirs.forms.items():
        assert all(forms), key
        assert fields(forms[-1]) == fields(ENGLISH.forms[key][-1]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_forms_part_numbers_as_the_unicode_tables_do(language):
    def parts(form_of):
        groups = {}
        for n in range(200):
            groups.setdefault(form_of(n), set()).add(n)
        return {frozenset(group) for group in groups.values()}

    theirs = catalog(language)
    assert parts(theirs.form_of) == parts(Locale(language).plural_form)
    assert len(theirs.forms["more"]) == len(parts(theirs.form_of))


def test_every_word_that_a_template_says_is_there_and_no_other():
    sources = "".join(text for name, text in TEMPLATES.files.items() if not name.endswith(".po"))
    said = set(re.findall(r"say\(\"(\w+)\"", sources))
    greetings = {f"{kind}_{part}" for kind in GreetingKind for part in PARTS}
    assert said | greetings | {"reason"} == ENGLISH.forms.keys() - {""}


@pytest.mark.parametrize(
    ("language", "words", "day"),
    [
        ("de-AT", "3 Min. Lesezeit", "Montag, 2. März 2026"),
        ("fr", "3 min de lecture", "lundi 2 mars 2026"),
        ("es-MX", "3 min de lectura", "lunes, 2 de marzo de 2026"),
        ("ar", "3 دقائق للقراءة", "الاثنين، 2 مارس 2026"),
        ("sw", "3 min read", "Monday, March 2, 2026"),
    ],
)
def test_words_and_dates_are_those_of_the_language(language, words, day):
    ours = Words(language)
    assert ours.say("minutes", count=3) == words
    assert ours.long_date(date(2026, 3, 2)) == day


def test_a_number_of_two_has_a_word_of_its_own_in_arabic():
    assert [Words("ar").say("more", count=n) for n in (2, 3)] == ["موجزان آخران", "3 موجزات أخرى"]


def test_words_are_part_of_the_set_that_approval_freezes():
    changed = TEMPLATES.files["words/de.po"].replace("Abmelden", "Tschüss")
    templates = TemplateSet({**TEMPLATES.files, "words/de.po": changed})
    german = Variant(language="de")
    rendition = render_edition(
        make_content(), make_branding(), german, templates, view_url=VIEW_URL
    )
    assert "Tschüss" in rendition.text
    assert templates.digest != TEMPLATES.digest


def test_a_set_frozen_before_there_were_catalogs_speaks_all_the_same():
    files = {name: text for name, text in TEMPLATES.files.items() if not name.endswith(".po")}
    rendition = render_edition(
        make_content(), make_branding(), Variant(), TemplateSet(files), view_url=VIEW_URL
    )
    assert "Unsubscribe" in rendition.text


def test_a_value_is_never_read_as_words():
    assert Words("en").say("by", author="{author} {0}") == "By {author} {0}"
