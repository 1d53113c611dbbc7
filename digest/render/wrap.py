"""Lines of the text part: filled to a width, with hanging indents, and no address ever broken."""

import unicodedata

WIDTH = 72  # columns; leaves room for quoting in a reply (RFC 3676 section 4.2 advises 78 at most)


def wrap(text: str, width: int = WIDTH) -> str:
    """``text`` filled to lines of at most ``width`` columns; only an address may be longer."""
    return hang(text, "", width)


def hang(text: str, first: str = "* ", width: int = WIDTH) -> str:
    """As :func:`wrap`, the first line after ``first``, the others indented by as much."""
    room = width - cells(first)
    rest = " " * cells(first)
    filled = _fill(text.split(" "), room)
    return "\n".join((first if n == 0 else rest) + line for n, line in enumerate(filled))


def underline(text: str, mark: str = "-") -> str:
    """``text`` with a line of ``mark`` below, as long as its longest line."""
    longest = max((cells(line) for line in text.split("\n")), default=0)
    return f"{text}\n{mark * longest}"


def cells(text: str) -> int:
    """The columns that ``text`` takes in a fixed-width font (Unicode Annex 11)."""
    return len(text) if text.isascii() else sum(map(_cell, text))


def _cell(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def _fill(words: list[str], room: int) -> list[str]:
    filled = [""]
    used = 0
    for piece in (piece for word in words if word for piece in _pieces(word, room)):
        size = cells(piece)
        if used and used + 1 + size > room:
            filled.append(piece)
            used = size
        else:
            filled[-1] += f" {piece}" if used else piece
            used += size + (1 if used else 0)
    return filled


def _pieces(word: str, room: int) -> list[str]:
    """``word`` itself, or cut where it is longer than a line and not an address: languages
    written without spaces need it."""
    if cells(word) <= room or "://" in word:
        return [word]
    pieces = [""]
    used = 0
    for char in word:
        size = _cell(char)
        if used + size > room:
            pieces.append("")
            used = 0
        pieces[-1] += char
        used += size
    return pieces
