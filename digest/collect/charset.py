"""Which characters the bytes of a feed mean."""

import codecs
import re

# A byte-order mark outranks all labels (RFC 7303, section 3). Longer marks stand first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# The first characters of XML or JSON in encodings of two and four bytes, without a mark.
_SHAPES = (
    (re.compile(rb"[<{\[]\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0[<{\[]"), "utf-32-be"),
    (re.compile(rb"[<{\[]\0"), "utf-16-le"),
    (re.compile(rb"\0[<{\[]"), "utf-16-be"),
)
# Text encodings of the web; Python knows others that are slow or run no text at all (punycode,
# unicode_escape, UTF-7).
_KNOWN = frozenset(
    codecs.lookup(name).name
    for name in (
        "utf-8", "utf-16", "utf-16-le", "utf-16-be", "ascii", "latin-1", "iso8859-2", "iso8859-3",
        "iso8859-4", "iso8859-5", "iso8859-6", "iso8859-7", "iso8859-8", "iso8859-9", "iso8859-10",
        "iso8859-13", "iso8859-14", "iso8859-15", "iso8859-16", "cp1250", "cp1251", "cp1252",
        "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp866", "cp874", "koi8-r",
        "koi8-u", "mac-roman", "mac-cyrillic", "gb2312", "gbk", "gb18030", "big5", "big5hkscs",
        "euc-jp", "shift_jis", "cp932", "iso2022_jp", "euc-kr", "cp949", "tis-620",
    )
)  # fmt: skip
# As browsers do (WHATWG Encoding): these labels mean the Windows code page in practice.
_MEANT = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030"}
_SEVEN_BIT = frozenset({"iso2022_jp"})
_DECLARED = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s{0,9}=\s{0,9}["']([A-Za-z0-9._:-]{1,40})""")


def decode_text(document: bytes, charset: str | None) -> str:
    """The document as text: by its byte-order mark, else as UTF-8 where it is that (text in other
    encodings never is by chance), else by the server's label, then its own, then windows-1252.
    """
    for mark, encoding in _MARKS:
        if document.startswith(mark):
            return document[len(mark) :].decode(encoding, "replace")
    for shape, encoding in _SHAPES:
        if shape.match(document):
            return document.decode(encoding, "replace")
    declared = _DECLARED.match(document.lstrip()[:300])
    labels = [charset or "", declared[1].decode("ascii") if declared else ""]
    named = [found for label in labels if (found := _lookup(label))]
    if named and named[0] in _SEVEN_BIT:
        return document.decode(named[0], "replace")
    try:
        return document.decode("utf-8")
    except UnicodeDecodeError:
        return document.decode(_first_other(named), "replace")


def _first_other(named: list[str]) -> str:
    """The named encoding that it may be, now that it is not UTF-8 throughout."""
    if not named:
        return "cp1252"
    others = [encoding for encoding in named if not encoding.startswith("utf-")]
    return others[0] if others else "utf-8"  # damaged in places


def _lookup(label: str) -> str | None:
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    return _MEANT.get(name, name) if name in _KNOWN else None
