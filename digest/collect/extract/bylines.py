"""Lines that say who wrote a story or when, and the words of pictures."""

import re
from collections.abc import Sequence
from dataclasses import replace

from digest.collect.extract.blocks import Block, Kind, ends_sentence, fold
from digest.collect.extract.dates import is_dateline

# "By" in all languages. Case matters: names begin with capitals where a script has them.
_BY = re.compile(
    r"^(?:(?:[Ww]ritten |[Pp]osted |[Rr]eported |[Pp]ublished )?[Bb]y|BY|[Aa]uthors?:|Von|VON"
    r"|Autor(?:in)?:"
    r"|Par|PAR|Auteur ?:|Por|POR|Autora?:|Di|DI|A cura di|Autore:|Door|DOOR|Auteur:|Av|Af|Yazan:"
    r"|Автор:?|Текст:|Autor:|بقلم:?|كتب:?|الكاتب:|文[:：＝=]|執筆[:：]|著者[:：]|筆者[:：]|作者[:：])\s?"
    r"(?P<who>\S.{1,118})$"
)
_WHO = re.compile(r"^[\w.'’\-–, &·・]{2,120}$")
_JOINERS = {"and", "und", "et", "y", "e", "en", "och", "og", "van", "von", "de", "der", "den",
            "di", "da", "la", "le", "dos", "bin", "al", "el", "и", "و", "ter", "ten"}  # fmt: skip
_AFTER = re.compile(r"\s*(?:[|•·–—/]\s|,\s\d|\d{1,2}[./ ]|\bon\b|\bam\b|\ble\b|\bel\b).*$")
_CREDIT = re.compile(
    r"^(?:photo|image|picture|foto|bild|imagen|immagine|imagem|afbeelding|credit|caption|фото"
    r"|صورة|写真)"
    r"s?(?: credit| by| von| par)?\s?[:：/|]"
    r"|(?:[(\[/|—–-]|\.)\s?(?:photo|image|picture|foto|bild|imagen|immagine|imagem|credit|фото"
    r"|صورة|写真)"
    r"s?(?: credit| by| von| par)?\s?[:：/|]?\s?[^.]{0,60}[)\]]?$",
    re.IGNORECASE,
)


def author_in(text: str) -> str | None:
    """The author or authors in a byline such as "By Ada Marsh and Lin Oro"."""
    found = _BY.match(fold(text)) if len(text) < 160 else None
    if found is None:
        return None
    who = _AFTER.sub("", found["who"]).strip(" ,|")
    return who if _is_name(who) else None


def is_caption(text: str) -> bool:
    """Whether a line credits a picture's maker."""
    return len(text) < 400 and _CREDIT.search(text) is not None


def with_bylines(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, with bylines, dates and captions marked that no markup told."""
    return [_marked(block) for block in blocks]


def _marked(block: Block) -> Block:
    if block.byline and len(block.text) > 220:
        block = replace(block, byline=False)
    if block.kind is Kind.ITEM or block.level == 1:
        return block
    if is_caption(block.text):
        return replace(block, kind=Kind.CAPTION)
    if author_in(block.text) or is_dateline(block.text):
        return replace(block, byline=True)
    return block


def _is_name(who: str) -> bool:
    """One to eight words that each begin with a capital, or a script without any."""
    parts = who.replace(",", " ").split()
    if not 1 <= len(parts) <= 9 or not _WHO.match(who) or (ends_sentence(who) and len(parts) > 3):
        return False
    return all(
        part in _JOINERS or not part[0].islower() for part in parts if part[0].isalpha()
    ) and any(part[0].isalpha() for part in parts)
