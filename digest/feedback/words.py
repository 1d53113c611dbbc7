"""Text out of encoded words (RFC 2047) and HTML, without ever failing."""

import binascii
import html
import quopri
import re

_ENCODED_WORD = re.compile(r"=\?([\w.:-]{1,40})(?:\*[\w-]*)?\?([bBqQ])\?([^?\s]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(=\?)")
_HIDDEN = re.compile(r"<(style|script|head|title)\b[^<>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_BREAKS = re.compile(r"<\s*(?:br|/?p|/?div|/?tr|/?li|/?h\d|/?table|hr|/td)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[/!]?[A-Za-z-][^<>@]*>")
_MOST_HTML = 200_000

# Python has other codecs, some of which take minutes over hostile input (punycode).
_KNOWN = re.compile(
    r"utf-?8|utf-?16(?:-?[lb]e)?|(?:us-)?ascii|iso-?8859-\d{1,2}|iso-2022-(?:jp|kr)[\w-]*|"
    r"windows-\d+"
    r"|cp\d+|koi8-[ru]|gb2312|gbk|gb18030|big5[\w-]*|euc-(?:jp|kr)|shift_?jis|hz|ks_c_5601-1987"
    r"|tis-620|macintosh|latin-?1"
)
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "ks_c_5601-1987": "cp949", "shift_jis": "cp932"}


def decode_words(value: str) -> str:
    """A header's value with its encoded words decoded, as far as they can be."""
    if not value.isascii():
        value = _from_octets(value)
    if "=?" not in value:
        return value
    return _ENCODED_WORD.sub(_decoded, _BETWEEN_WORDS.sub(r"\1\2", value[:20_000]))


def _from_octets(value: str) -> str:
    """UTF-8 that was read octet by octet, as headers are; other text is left as it is."""
    try:
        return value.encode("latin-1").decode().replace("\0", "")
    except UnicodeError:
        return value


def text_of(data: bytes, charset: str) -> str:
    """Bytes as text without NULs, which no database keeps: in the charset that is named, else the
    one that they look like."""
    name = charset.strip().strip("'\"").lower()
    guesses = ["iso-2022-jp"] if b"\x1b$" in data else []
    named = [_WIDER.get(name, name)] if _KNOWN.fullmatch(name) else []
    for candidate in (*named, *guesses, "utf-8"):
        try:
            return data.decode(candidate).replace("\0", "")
        except (LookupError, ValueError):
            continue
    return data.decode(named[0] if named else "latin-1", "replace").replace("\0", "")


def plain_text(page: str) -> str:
    """HTML as text: a line for each block; addresses in angle brackets stay."""
    page = page[:_MOST_HTML]
    if page.lower().count("<style") + page.lower().count("<script") < 50:
        page = _HIDDEN.sub(" ", page)
    page = _BREAKS.sub("\n", page.replace("\n", " "))
    return html.unescape(_TAG.sub("", page))


def squeezed(text: str) -> str:
    """On one line, with single spaces."""
    return " ".join(text.split())


def _decoded(match: re.Match[str]) -> str:
    charset, encoding, text = match.groups()
    data = text.encode("latin-1", "replace")
    try:
        if encoding in "bB":
            raw = binascii.a2b_base64(data + b"=" * (-len(data) % 4))
        else:
            raw = quopri.decodestring(data, header=True)
    except (binascii.Error, ValueError):
        return match[0]
    return text_of(raw, charset)
