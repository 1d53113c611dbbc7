"""Which language a page is in: as declared, or by its commonest small words and its script."""

import re
from collections import Counter
from collections.abc import Iterable

_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}$")

# Small words that no two of these languages share much of.
_SMALL_WORDS = {
    "en": "the of and to in is that for it was with as on by this are from has have which will",
    "de": "der die und das den von zu mit sich des auf für ist im dem nicht ein eine als auch wird",
    "fr": "le la les et des du est une dans qui pour sur pas au avec ce par plus sont ont cette",
    "es": "el la los las y del que en una por con para se su es al como más sus pero fue han",
    "it": "il di che la e del della per un una è nel con gli dei sono alla le anche dal ha delle",
    "pt": "o a os as e do da em que um uma para com não no na dos das por mais foi ao são",
    "nl": "de het een van en in is dat op te voor met zijn niet aan er om ook door naar wordt",
    "sv": "och att det som en på är av för med den till inte om har ett de från",
    "da": "og at det som en på er af for med den til ikke om har et de fra blev",
    "pl": "w i na z do nie się że jest to o po przez oraz dla od jak ma",
    "cs": "a v se na je že z do o i ve k pro za by jako podle který",
    "tr": "ve bir bu da de için ile olarak daha çok olan gibi kadar sonra",
    "ru": "и в не на что с по как из за от для это его к при был до",
    "uk": "і в не на що з по як із за від для це його до при та є",
}
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("fa", re.compile("[پچژگ]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
)


def declared_language(given: Iterable[str | None]) -> str | None:
    """The first well-formed tag of ``given``, in BCP 47's usual case ("de-AT")."""
    for one in given:
        tag = (one or "").split(",")[0].strip()
        if _TAG.match(tag):
            first, *rest = tag.replace("_", "-").split("-")
            return "-".join([first.lower(), *map(_subtag, rest)])
    return None


def guessed_language(text: str) -> str | None:
    """The language of ``text`` by its script and small words; None where that is not clear."""
    text = text[:20_000]
    other = None if text.isascii() else _by_script(text)
    if other:
        return other
    counts = Counter(re.findall(r"[^\W\d_]+", text.lower()))
    total = sum(counts.values())
    scores = {
        language: sum(counts[word] for word in known.split())
        for language, known in _SMALL_WORDS.items()
    }
    first, second = sorted(scores, key=lambda one: scores[one], reverse=True)[:2]
    clear = scores[first] > 1.15 * scores[second] and scores[first] >= max(4, 0.08 * total)
    return first if clear else None


def _by_script(text: str) -> str | None:
    letters = sum(letter.isalpha() for letter in text)
    for language, script in _SCRIPTS:
        share = 0.02 if language == "fa" else 0.1 if language == "ja" else 0.3
        if letters and len(script.findall(text)) > share * letters:
            return language
    return None


def _subtag(one: str) -> str:
    return one.upper() if len(one) == 2 else one.title() if len(one) == 4 else one.lower()
