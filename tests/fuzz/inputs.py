"""Inputs: samples that are sound, bent at random; words of a language in any order; anything."""

from collections.abc import Callable, Sequence
from pathlib import Path

from hypothesis import strategies as st

SAMPLES = Path(__file__).with_name("samples")
MOST = 64_000  # bytes of one input

# What breaks parsers of nearly anything.
NASTY = (
    *(
        b"\0",
        b"\r",
        b"\n",
        b"\r\n",
        b"\xff",
        b"\xc3",
        b"\xed\xa0\x80",
        b"\xef\xbb\xbf",
        b"\xfe\xff",
    ),
    *("\u2028".encode(), "\u202e".encode(), "\u00ad".encode(), "İ".encode(), "ﷺ".encode()),
    *(
        b"%0d%0a",
        b"&#0;",
        b"&#x110000;",
        b"&amp;lt;",
        b"<![CDATA[",
        b"]]>",
        b"-->",
        b"'",
        b'"',
        b"\\",
    ),
    *(
        b"\\ud800",
        b"1e999",
        b"-0",
        b"9" * 400,
        b"NaN",
        b"null",
        b"[]",
        b"{}",
        b"[" * 200,
        b"@",
        b"=?",
    ),
    *(b"javascript:alert(1)", b"<script>alert(1)</script>", b"{{", b"{%", b"../../etc/passwd"),
)


def samples(kind: str) -> list[bytes]:
    """The sound inputs in samples/KIND."""
    return [path.read_bytes() for path in sorted((SAMPLES / kind).iterdir())]


@st.composite
def bent(draw: Callable, sound: Sequence[bytes], words: Sequence[bytes] = ()) -> bytes:
    """One of the samples after up to eight changes: bytes lost, repeated, replaced, moved."""
    data = draw(st.sampled_from(sound))
    word = st.one_of(st.sampled_from([*words, *NASTY]), st.binary(max_size=12))
    for _ in range(draw(st.integers(0, 8))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.integers(0, 60)))
        match draw(st.sampled_from(("insert", "replace", "lose", "repeat", "move", "cut"))):
            case "insert":
                data = data[:at] + draw(word) + data[at:]
            case "replace":
                data = data[:at] + draw(word) + data[end:]
            case "lose":
                data = data[:at] + data[end:]
            case "repeat":
                data = data[:end] + data[at:end] * draw(st.integers(1, 50)) + data[end:]
            case "move":
                to = draw(st.integers(0, len(data)))
                data = data[:to] + data[at:end] + data[to:]
            case "cut":
                data = data[:at]
    return data[:MOST]


def sentences(words: Sequence[str], glue: str = " ", most: int = 40) -> st.SearchStrategy[bytes]:
    """The words of a language in any order, with others among them."""
    word = st.one_of(st.sampled_from(words), st.sampled_from(words), st.text(max_size=8))
    return st.lists(word, max_size=most).map(lambda found: encoded(glue.join(found)))


def mixed(*strategies: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    """Any of these, or any bytes at all."""
    return st.one_of(*strategies, st.binary(max_size=2_000))


def encoded(text: str) -> bytes:
    """Text as an input, lone surrogates included."""
    return text.encode("utf-8", "surrogatepass")


def decoded(data: bytes) -> str:
    """An input as the text that a web framework would make of it."""
    return data.decode("utf-8", "replace")
