"""From bytes to characters, and whether they are HTML or text."""

import codecs
import re

MAX_CHARACTERS = 4_000_000  # of a document; what comes after is not read

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(
    rb"(?:charset|encoding)\s{0,9}=\s{0,9}[\"']?\s{0,9}([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE
)
_CHARSET = re.compile(r"charset\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
# https://encoding.spec.whatwg.org/#names-and-labels: what pages mean when they say these.
_MEANT = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "shift_jis": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "tis-620": "cp874",
}
_UNSAFE = {"utf-7", "unicode_escape", "raw_unicode_escape", "idna", "punycode"}
_HTML_START = re.compile(
    r"\s{0,999}(?:<\?xml[^>]{0,200}>\s{0,99})?<(?:!doctype\s{1,9}html|html|head|body|article|main"
    r"|section|div|p|h[1-6]|ul|ol|span|header|table|meta|title|!--)\b",
    re.IGNORECASE,
)
_HTML_TAG = re.compile(
    r"</(?:p|div|li|ul|h[1-6]|body|html|article|section|a|td)\s{0,9}>", re.IGNORECASE
)
_BLOCK_TAG = re.compile(r"<(?:p|div|li|h[1-6]|article|section|br)\b[^<>]{0,300}>", re.IGNORECASE)


def decode(document: bytes | str, *, content_type: str | None, charset: str | None) -> str:
    r"""Characters of at most ``MAX_CHARACTERS``, without NULs, with ``\n`` at line ends. Charsets
    are tried in this order: byte order mark, ``charset``, the content type's, what the document
    declares, UTF-8, what its bytes look like; what can't be decoded becomes U+FFFD."""
    text = document if isinstance(document, str) else _decoded(document, content_type, charset)
    text = text[:MAX_CHARACTERS].replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    if not _encodable(text):
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text.removeprefix("\ufeff")


def is_html(text: str, *, content_type: str | None, url: str | None) -> bool:
    """Whether to read ``text`` as HTML: by how it starts, its declared type, the name, its tags."""
    media = (content_type or "").partition(";")[0].strip().lower()
    start = _HTML_START.match(text[:2000])
    if start and (media != "text/plain" or start[0].lower().endswith(("html", "head", "body"))):
        return True
    if media in ("text/html", "application/xhtml+xml"):
        return True
    name = (url or "").partition("?")[0].lower()
    if media in ("text/markdown", "text/x-markdown") or name.endswith((".md", ".markdown")):
        return False
    head = text[:60_000]
    closing = sum(1 for _ in _HTML_TAG.finditer(head))
    return closing + sum(1 for _ in _BLOCK_TAG.finditer(head)) >= 3


def _decoded(data: bytes, content_type: str | None, charset: str | None) -> str:
    data = data[: MAX_CHARACTERS * 2]
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    in_type = _CHARSET.search(content_type or "")
    in_head = _DECLARED.search(data[:4096])
    declared = (
        charset,
        in_type[1] if in_type else None,
        in_head[1].decode("ascii") if in_head else None,
        "utf-8",
    )
    for name in declared:
        if (text := _tried(data, name)) is not None:
            return text
    return _guessed(data)


def _tried(data: bytes, name: str | None) -> str | None:
    """``data`` in the charset ``name``; None where that is unknown or plainly wrong."""
    codec = _codec(name)
    if codec is None:
        return None
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        text = data.decode(codec, "replace")
    # A few bad bytes are damage; many mean that the declaration is wrong.
    return text if text.count("\ufffd") * 200 <= len(text) else None


def _codec(name: str | None) -> str | None:
    if not name:
        return None
    try:
        info = codecs.lookup(name.strip())
    except (LookupError, ValueError):
        return None
    if info.name in _UNSAFE or not getattr(info, "_is_text_encoding", True):
        return None
    return _MEANT.get(str(info.name), str(info.name))


def _guessed(data: bytes) -> str:
    """Neither declared nor UTF-8: the single-byte page of Western Europe or Russia, or Japan's."""
    sample = data[:20_000]
    high = sum(byte >= 0x80 for byte in sample)
    letters = sum(byte >= 0xC0 for byte in sample)
    if high * 4 > len(sample) and letters * 10 >= high * 9:
        return data.decode("cp1251", "replace")
    if high * 4 > len(sample):
        for name in ("euc_jp", "cp932"):
            text = _tried(data, name)
            if text is not None:
                return text
    return data.decode("cp1252", "replace")


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # lone surrogates, which neither XML nor JSON can carry
        return False
    return True
