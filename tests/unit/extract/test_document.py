"""Characters out of bytes, and HTML told from text."""

import pytest

from digest.collect.extract import extract
from digest.collect.extract.document import decode, is_html

FRENCH = "À retenir : l’été à Nale"
RUSSIAN = "Главное: порт закрыт на восемнадцать месяцев, суда идут на юг."
JAPANESE = "港の評議会は月曜日、北埠頭を閉鎖することを決めた。"


def decoded(data, content_type=None, charset=None):
    return decode(data, content_type=content_type, charset=charset)


@pytest.mark.parametrize("charset", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_beats_every_declaration(charset):
    assert decoded(FRENCH.encode(charset), "text/html; charset=latin-1") == FRENCH


def test_the_content_type_names_the_charset():
    assert decoded(RUSSIAN.encode("koi8-r"), "text/plain; charset=KOI8-R") == RUSSIAN


@pytest.mark.parametrize(
    "declaration",
    ['<meta charset="shift_jis">', '<meta http-equiv=Content-Type content="x; charset=Shift_JIS">',
     '<?xml version="1.0" encoding="shift_jis"?>'],
)  # fmt: skip
def test_the_document_declares_its_charset(declaration):
    assert decoded((declaration + JAPANESE).encode("cp932")).endswith(JAPANESE)


def test_latin_1_means_windows_1252_as_browsers_read_it():
    assert decoded(FRENCH.encode("cp1252"), "text/html; charset=iso-8859-1") == FRENCH


@pytest.mark.parametrize(
    ("text", "charset"),
    [(FRENCH, "cp1252"), (RUSSIAN, "cp1251"), (JAPANESE, "euc-jp"), (JAPANESE, "cp932")],
)
def test_an_undeclared_charset_is_guessed(text, charset):
    assert decoded(text.encode(charset)) == text


def test_a_wrong_declaration_is_not_believed():
    assert decoded(RUSSIAN.encode(), "text/html; charset=us-ascii") != ""
    assert decoded(RUSSIAN.encode("cp1251"), "text/html; charset=utf-8") == RUSSIAN


@pytest.mark.parametrize("name", ["utf-7", "rot13", "hex", "no-such", "idna", "zlib"])
def test_a_charset_that_is_none_is_ignored(name):
    assert decoded(FRENCH.encode(), charset=name) == FRENCH


def test_nuls_and_lone_surrogates_are_gone():
    assert decoded("a\0b\ud800") == "ab?"


@pytest.mark.parametrize(
    "text", ["<!doctype html><p>x", "  <html>", "<p>One</p><p>Two</p>", "x <b>y</b><br><li>z<p>"]
)
def test_html_is_told_by_its_tags(text):
    assert is_html(text, content_type=None, url=None)


@pytest.mark.parametrize("text", ["Plain words", "a < b > c", "# Title\n\n* one", "<title> tags"])
def test_text_is_no_html(text):
    assert not is_html(text, content_type="text/plain", url=None)


def test_markdown_with_some_html_inside_stays_markdown():
    text = "# A Title of Four Words\n\nOne<br>two<br>three<br>four"
    assert extract(text, url="https://quay.example/x.md").title == "A Title of Four Words"
