"""Words as comparisons see them: case, quotation marks and labels don't count."""

import re
import unicodedata
from urllib.parse import urlsplit

# Scripts that put no space between words are compared character by character.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_IN_WORD = re.compile(r"['’‘ʼ`´\u00ad]|(?<=\d)[,.](?=\d{3}\b)")
_NUMBER = re.compile(r"\d+")
# A label before a title ("ANALYSIS |", "Opinion —", "Harbour Wire:") or a site's name after it.
_LABEL = re.compile(r"^\W*(?:[^\s|:—–]+\s+){0,3}?[^\s|:—–]+\s*(?:\||:|\s[—–-])\s+(?=\S)")
_SIGNATURE = re.compile(r"\s+[|—–-]\s+(?:[^\s|—–]+\s*){1,4}$")


def words(text: str) -> tuple[str, ...]:
    """The words of ``text`` in comparable form: “Ostmark’s 14,000” gives ``ostmarks 14000``."""
    plain = _IN_WORD.sub("", unicodedata.normalize("NFKC", text))
    return tuple(_WORD.findall(plain.casefold()))


def numbers(text_words: tuple[str, ...]) -> frozenset[str]:
    """The words among these that hold a digit: figures, dates, amounts."""
    return frozenset(word for word in text_words if _NUMBER.search(word))


def title_forms(title: str) -> tuple[tuple[str, ...], ...]:
    """The words of a title as it is, without a label before it, without a site's name after it,
    and without both; no form is empty, and each stands once."""
    unlabelled = _LABEL.sub("", title, count=1)
    spellings = (title, unlabelled, _SIGNATURE.sub("", title), _SIGNATURE.sub("", unlabelled))
    forms = (words(spelling) for spelling in spellings)
    return tuple(dict.fromkeys(form for form in forms if form))


def url_key(url: str) -> str:
    """What of a URL tells pages apart: not the scheme, ``www.``, a fragment or a final slash."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url
    host = parts.netloc.lower().removeprefix("www.")
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{parts.path.rstrip('/')}{query}"
