"""Text from outside made fit to stand in a mail: no control characters, white space folded."""

import re

_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029 ]+")
_UNFIT = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufeff\ufff9-\ufffb\ufdd0-\ufdef]"
    "|["
    + "".join(f"{chr(0x10000 * n + 0xFFFE)}{chr(0x10000 * n + 0xFFFF)}" for n in range(17))
    + "]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_PARAGRAPHS = re.compile(r"(?:\r\n?|\n)[ \t]*(?:\r\n?|\n)\s*")


def clean(text: str) -> str:
    """``text`` on one line, without control characters and noncharacters.

    No-break spaces stay (typography), runs of other white space become one space, and a lone
    surrogate, which has no UTF-8 form, becomes U+FFFD.
    """
    fit = _SURROGATES.sub("\ufffd", _UNFIT.sub("", text))
    return _BREAKS.sub(" ", fit).strip()


def clean_header(text: str) -> str:
    """``text`` fit for a Subject: as :func:`clean`, and without the marks that turn the direction
    of what a mail program writes beside it."""
    return clean(_BIDI.sub("", text))


def paragraphs(text: str) -> list[str]:
    """The paragraphs of ``text``, which blank lines part, each cleaned."""
    return [part for part in map(clean, _PARAGRAPHS.split(text)) if part]


def lines(text: str) -> list[str]:
    """The lines of ``text`` that hold something, each cleaned."""
    return [line for line in map(clean, text.splitlines()) if line]
