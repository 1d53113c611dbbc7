"""The words that stand above key points, in all languages, and how they are recognised.

To add one, add a line to ``LABELS``: the words as printed (case, accents, colons and quotes don't
matter), its strength, its language.
"""

import re
from dataclasses import dataclass
from enum import IntEnum

from digest.collect.extract.blocks import plain


class Strength(IntEnum):
    """How surely the words announce key points."""

    WEAK = 1  # stands above other things as well
    FAIR = 2
    STRONG = 3  # unmistakable, even where it runs into the text behind it


_S, _F, _W = Strength.STRONG, Strength.FAIR, Strength.WEAK

LABELS: tuple[tuple[str, Strength, str], ...] = (
    ("Bottom Line Up Front", _S, "en"),
    ("Bottom Line Upfront", _S, "en"),
    ("The Bottom Line Up Front (BLUF)", _S, "en"),
    ("Bottom Line Up Front (BLUF)", _S, "en"),
    ("BLUF", _S, "en"),
    ("B.L.U.F", _S, "en"),
    ("Key Takeaways", _S, "en"),
    ("Key Takeaway", _S, "en"),
    ("Key Points", _S, "en"),
    ("Key Judgments", _S, "en"),
    ("Key Judgements", _S, "en"),
    ("Key Findings", _S, "en"),
    ("Key Messages", _S, "en"),
    ("Key Facts", _F, "en"),
    ("Key Insights", _S, "en"),
    ("Key Developments", _F, "en"),
    ("Main Points", _S, "en"),
    ("Main Takeaways", _S, "en"),
    ("The Main Points", _S, "en"),
    ("Top Takeaways", _S, "en"),
    ("Takeaways", _S, "en"),
    ("The Takeaway", _F, "en"),
    ("What You Need to Know", _F, "en"),
    ("What to Know", _F, "en"),
    ("Need to Know", _F, "en"),
    ("Things to Know", _F, "en"),
    ("What We Know", _F, "en"),
    ("The Essentials", _F, "en"),
    ("In Brief", _F, "en"),
    ("The Brief", _W, "en"),
    ("In Short", _F, "en"),
    ("In a Nutshell", _F, "en"),
    ("In Summary", _F, "en"),
    ("At a Glance", _F, "en"),
    ("Quick Take", _F, "en"),
    ("Quick Read", _F, "en"),
    ("Quick Summary", _F, "en"),
    ("The Short Version", _F, "en"),
    ("The Gist", _F, "en"),
    ("The Bottom Line", _F, "en"),
    ("Bottom Line", _F, "en"),
    ("The Big Picture", _W, "en"),
    ("Story Highlights", _F, "en"),
    ("Article Highlights", _F, "en"),
    ("Highlights", _W, "en"),
    ("Executive Summary", _F, "en"),
    ("Summary", _W, "en"),
    ("Article Summary", _F, "en"),
    ("Why It Matters", _W, "en"),
    ("TL;DR", _S, "en"),
    ("TLDR", _S, "en"),
    ("TL DR", _S, "en"),
    ("Too Long; Didn't Read", _S, "en"),
    ("Das Wichtigste in Kürze", _S, "de"),
    ("Das Wichtigste auf einen Blick", _S, "de"),
    ("Das Wichtigste", _F, "de"),
    ("Das Wichtigste im Überblick", _S, "de"),
    ("Die wichtigsten Punkte", _S, "de"),
    ("Die wichtigsten Erkenntnisse", _S, "de"),
    ("Die Kernpunkte", _S, "de"),
    ("Kernpunkte", _S, "de"),
    ("Kernaussagen", _S, "de"),
    ("Auf einen Blick", _F, "de"),
    ("In Kürze", _F, "de"),
    ("Kurz gefasst", _F, "de"),
    ("Kurz und knapp", _F, "de"),
    ("Darum geht's", _F, "de"),
    ("Worum es geht", _F, "de"),
    ("Was Sie wissen müssen", _F, "de"),
    ("Was man wissen muss", _F, "de"),
    ("Das müssen Sie wissen", _F, "de"),
    ("Zusammenfassung", _W, "de"),
    ("L'essentiel", _F, "fr"),
    ("L'essentiel à retenir", _S, "fr"),
    ("Les points clés", _S, "fr"),
    ("Points clés", _S, "fr"),
    ("Les points essentiels", _S, "fr"),
    ("À retenir", _S, "fr"),
    ("Ce qu'il faut retenir", _S, "fr"),
    ("Ce qu'il faut savoir", _F, "fr"),
    ("L'info en bref", _F, "fr"),
    ("En bref", _F, "fr"),
    ("En résumé", _F, "fr"),
    ("Résumé", _W, "fr"),
    ("Puntos clave", _S, "es"),
    ("Los puntos clave", _S, "es"),
    ("Las claves", _F, "es"),
    ("Claves", _F, "es"),
    ("Ideas clave", _S, "es"),
    ("Lo esencial", _F, "es"),
    ("Lo más importante", _S, "es"),
    ("Lo que debes saber", _F, "es"),
    ("Lo que hay que saber", _F, "es"),
    ("Lo que necesita saber", _F, "es"),
    ("De un vistazo", _F, "es"),
    ("En breve", _F, "es"),
    ("En resumen", _F, "es"),
    ("Resumen", _W, "es"),
    ("Punti chiave", _S, "it"),
    ("I punti chiave", _S, "it"),
    ("I punti salienti", _S, "it"),
    ("I punti principali", _S, "it"),
    ("Cosa sapere", _F, "it"),
    ("Cosa c'è da sapere", _F, "it"),
    ("Le cose da sapere", _F, "it"),
    ("L'essenziale", _F, "it"),
    ("In sintesi", _F, "it"),
    ("In breve", _F, "it"),
    ("In pillole", _F, "it"),
    ("Pontos-chave", _S, "pt"),
    ("Pontos chave", _S, "pt"),
    ("Pontos principais", _S, "pt"),
    ("Os pontos principais", _S, "pt"),
    ("O essencial", _F, "pt"),
    ("O que precisa de saber", _F, "pt"),
    ("O que você precisa saber", _F, "pt"),
    ("O que saber", _F, "pt"),
    ("Em resumo", _F, "pt"),
    ("Em síntese", _F, "pt"),
    ("Em poucas palavras", _F, "pt"),
    ("Resumo", _W, "pt"),
    ("De belangrijkste punten", _S, "nl"),
    ("Belangrijkste punten", _S, "nl"),
    ("De kernpunten", _S, "nl"),
    ("Kernpunten", _S, "nl"),
    ("De hoofdpunten", _S, "nl"),
    ("Hoofdpunten", _S, "nl"),
    ("In het kort", _F, "nl"),
    ("Kort samengevat", _F, "nl"),
    ("In één oogopslag", _F, "nl"),
    ("Wat je moet weten", _F, "nl"),
    ("Wat u moet weten", _F, "nl"),
    ("Dit moet je weten", _F, "nl"),
    ("Samenvatting", _W, "nl"),
    ("I korthet", _F, "sv"),
    ("Det viktigaste", _F, "sv"),
    ("Kort sagt", _F, "no"),
    ("Kort fortalt", _F, "da"),
    ("Najważniejsze informacje", _S, "pl"),
    ("Najważniejsze punkty", _S, "pl"),
    ("W skrócie", _F, "pl"),
    ("Hlavní body", _S, "cs"),
    ("Ve zkratce", _F, "cs"),
    ("Öne çıkanlar", _F, "tr"),
    ("Kısaca", _F, "tr"),
    ("Βασικά σημεία", _S, "el"),
    ("Με μια ματιά", _F, "el"),
    ("النقاط الرئيسية", _S, "ar"),
    ("أبرز النقاط", _S, "ar"),
    ("أهم النقاط", _S, "ar"),
    ("الخلاصة", _F, "ar"),
    ("خلاصة القول", _F, "ar"),
    ("باختصار", _F, "ar"),
    ("ما تحتاج إلى معرفته", _F, "ar"),
    ("ما يجب أن تعرفه", _F, "ar"),
    ("נקודות עיקריות", _S, "he"),
    ("בקצרה", _F, "he"),
    ("نکات کلیدی", _S, "fa"),
    ("Главное", _F, "ru"),
    ("Самое главное", _F, "ru"),
    ("Коротко о главном", _S, "ru"),
    ("Ключевые моменты", _S, "ru"),
    ("Ключевые выводы", _S, "ru"),
    ("Основные тезисы", _S, "ru"),
    ("Основное", _W, "ru"),
    ("Кратко", _F, "ru"),
    ("Что нужно знать", _F, "ru"),
    ("Головне", _F, "uk"),
    ("Ключові моменти", _S, "uk"),
    ("Коротко", _F, "uk"),
    ("この記事のポイント", _S, "ja"),
    ("記事のポイント", _S, "ja"),
    ("要点", _S, "ja"),
    ("ポイント", _F, "ja"),
    ("まとめ", _W, "ja"),
    ("要約", _F, "ja"),
    ("3行まとめ", _S, "ja"),
    ("知っておくべきこと", _F, "ja"),
    ("要点速览", _S, "zh"),
    ("要點", _S, "zh"),
    ("核心要点", _S, "zh"),
    ("内容摘要", _F, "zh"),
    ("摘要", _W, "zh"),
    ("핵심 요약", _S, "ko"),
    ("주요 내용", _F, "ko"),
    ("요점", _S, "ko"),
)

# What class names, ids and aria-labels of a box of key points contain, signs left out.
NAMES = re.compile(
    r"keypoint|key-?points|takeaway|bottom-?line|(?<![a-z])bluf(?!f)|tl-?dr|at-?a-?glance"
    r"|in-?brief(?![a-z])|need-?to-?know|what-?to-?know|key-?fact|key-?finding|key-?insight"
    r"|key-?message|story-?highlight|article-?highlight|in-?kuerze|das-?wichtigste|kernpunkt"
    r"|points-?cles|a-?retenir|puntos-?clave|punti-?chiave|pontos-?chave|hoofdpunt|kernpunt"
)


@dataclass(frozen=True, slots=True)
class Label:
    """A label that was found: its words, strength, and what stood behind it in the same block."""

    words: str
    strength: Strength
    rest: str = ""


_BY_WORDS = {plain(printed): strength for printed, strength, _ in LABELS}
_LONGEST = max(map(len, _BY_WORDS)) + 8
_BEGINS = re.compile(
    "|".join(re.escape(one) for one in sorted(_BY_WORDS, key=len, reverse=True)), re.UNICODE
)
_LEAD = re.compile(
    r"^(?:(?:the|our|your|today's|here are|here's|\d{1,2}|two|three|four|five|six|seven|"
    r"die|drei|fünf|les|los|las|os|i|de|deze) ){1,2}"
)
_TAIL = re.compile(
    r"(?: (?:from|of|in|about|on|for|zu|aus|de|du|sobre|over|van)(?: \S{1,24}){1,8}| today| now"
    r"| \(?bluf\)?| \(?tl;?dr\)?)$"
)
_SEPARATOR = re.compile(r"\s*(?:[:：|]|[–—-](?=\s)|\s[–—-])\s*|\s*[.。]\s+")


def whole_label(text: str) -> Label | None:
    """The label that ``text`` is, decorations aside ("5 KEY TAKEAWAYS from today:")."""
    if len(text) > 90:
        return None
    words = plain(text)
    if strength := _BY_WORDS.get(words):
        return Label(words, strength)
    shorter = _LEAD.sub("", words)
    if strength := _BY_WORDS.get(shorter):
        return Label(shorter, strength)
    shortest = _TAIL.sub("", shorter)
    strength = _BY_WORDS.get(shortest)
    # "What to know about the ferry" is a label still, but may as well head a part of the body.
    return (
        Label(shortest, Strength.FAIR if strength > Strength.WEAK else strength)
        if (strength)
        else None
    )


def leading_label(text: str) -> Label | None:
    """The label that ``text`` begins with, and the rest: parted by a sign ("BLUF: The …"), or
    glued ("Bottom Line up FrontThe …"); a strong one also by a space alone."""
    found = _BEGINS.match(plain(text[:_LONGEST]))
    if found is None:
        return None
    for words in _prefixes(found[0]):
        label = _cut(text, words)
        if label is not None:
            return label
    return None


def without_label(text: str) -> str:
    """``text`` without a label that it begins with, and without the bullet behind that."""
    label = leading_label(text)
    return label.rest if label else text


def _prefixes(longest: str) -> list[str]:
    """The longest label and the shorter ones that it begins with."""
    shorter = [one for one in _BY_WORDS if longest.startswith(one) and one != longest]
    return [longest, *sorted(shorter, key=len, reverse=True)]


def _cut(text: str, words: str) -> Label | None:
    """The label ``words`` cut off ``text`` where the cut is a fair one."""
    strength = _BY_WORDS[words]
    for at in range(max(1, len(words) - 4), min(len(text), len(words) + 12)):
        if plain(text[:at]) == words and not text[at - 1].isspace():
            rest = _rest(text, at, strength)
            if rest:
                return Label(words, strength, rest)
    return None


def _rest(text: str, at: int, strength: Strength) -> str:
    """What is behind the cut, or "" where the words just go on."""
    separator = _SEPARATOR.match(text, at)
    if separator is not None:
        return text[separator.end() :].strip()
    rest = text[at:]
    if rest[0].isspace():
        rest = rest.lstrip()
        return rest if strength is Strength.STRONG and _starts_sentence(rest) else ""
    return rest if _glued(text[:at], rest) else ""


def _starts_sentence(rest: str) -> bool:
    """Whether this begins as a sentence does; never sure in scripts without capitals."""
    return (rest[:1].isupper() or rest[:1] in "\"“‘'«„•▪1") and len(rest) > 40


def _glued(label: str, rest: str) -> bool:
    """Whether ``rest`` begins a sentence that lost the space before it ("FrontIran's")."""
    if not rest[0].isalnum():
        return rest[0] in '"“‘«„(•▪・-*①'
    if rest[0].isdigit():
        return True
    if label.isupper() and rest[0].isupper():
        return rest[1:2].islower() or rest[1:2] in " '’"
    if rest[0].isupper():
        return True
    return not rest[0].islower() and len(label) >= 4  # a script without case
