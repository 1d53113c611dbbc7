"""Targets for what people write: tables, addresses, cadences, segments, links, templates."""

import csv
import io
import os
import re
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from digest.audience.table import Person, PersonReader, Reject, open_table
from digest.audience.table.cells import quoted
from digest.domain.address import parse_address
from digest.domain.edition import Variant
from digest.domain.errors import Illegal
from digest.domain.segment import (
    ATTRIBUTE,
    DEEPEST,
    FIELDS,
    LONGEST,
    AllOf,
    AnyOf,
    Kind,
    Not,
    Question,
    Segment,
    kind_of,
    parse_segment,
)
from digest.domain.states import Stream
from digest.render import builtin_templates, render_edition
from digest.render.trial import own_templates
from digest.schedule.cadence import EXAMPLES, due_between, next_runs, parse_cadence
from digest.store.segments import condition
from digest.store.subscribers import Subscriber
from digest.tokens import BadToken, Tokens
from tests.fuzz import sound
from tests.fuzz.inputs import bent, decoded, mixed, sentences
from tests.fuzz.target import Target
from tests.unit.render.render_sample import make_branding, make_content


@dataclass
class List:
    """What reading needs of a mailing list."""

    name: str = "The Daily Brief"
    language: str = "en"
    sections: tuple[str, ...] = ("World", "Trade", "Climate")


def check_table(data: bytes) -> None:
    """Each row is a person or a reject, by its line; whoever is written out comes back the same."""
    try:
        rows = _read(data)
    except Illegal:
        return
    lines = [one.line for one in rows]
    assert all(one <= other for one, other in pairwise(lines)), "lines go back"
    people = [one for one in rows if isinstance(one, Person)]
    for one in people:
        sound.address(one.address)
        sound.line(one.name, 300)
        assert one.stream in Stream
        assert one.local_hour is None or 0 <= one.local_hour < 24
    if people:
        again = _read(_written(people))
        assert [(one.address, one.name) for one in again] == [
            (one.address, one.name) for one in people
        ]


def _read(data: bytes) -> list[Person | Reject]:
    descriptor, name = tempfile.mkstemp(suffix=".csv")
    path = Path(name)
    try:
        os.write(descriptor, data)
        with open_table(path) as table:
            reader = PersonReader(table.columns, List())
            return [reader.read(row) for row in table.rows]
    finally:
        os.close(descriptor)
        path.unlink()


def _written(people: list[Person]) -> bytes:
    """As an export writes them."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["email", "name"])
    writer.writerows([quoted(one.address), quoted(one.name or "")] for one in people)
    return text.getvalue().encode("utf-8-sig")


def check_address(data: bytes) -> None:
    with suppress(Illegal):
        sound.address(str(parse_address(decoded(data))))


ZONES = tuple(map(ZoneInfo, ("UTC", "Europe/Lisbon", "Australia/Lord_Howe", "America/St_Johns")))
AFTER = datetime(2026, 3, 28, 23, 59, 59, tzinfo=UTC)  # summer time begins that night in Lisbon


def check_cadence(data: bytes) -> None:
    """One spelling for all ways to say it; its times go forward, however they are asked for."""
    text = decoded(data)
    try:
        cadence = parse_cadence(text)
    except Illegal as error:
        sound.sentence(error)
        return
    again = parse_cadence(str(cadence))
    assert str(again) == str(cadence)
    for zone in ZONES:
        runs = next_runs(cadence, zone, AFTER, 4)
        assert all(one < other for one, other in pairwise([AFTER, *runs])), runs
        assert next_runs(again, zone, AFTER, 4) == runs
        if runs:
            assert list(due_between(cadence, zone, AFTER, runs[-1])) == runs


def check_segment(data: bytes) -> None:
    """Brackets around the whole change nothing; what was written is never a part of the SQL."""
    text = decoded(data)
    try:
        segment = parse_segment(text)
    except Illegal as error:
        sound.sentence(error)
        return
    if len(text) < LONGEST - 2 and _depth(segment) < DEEPEST:
        with suppress(Illegal):  # its own brackets may be nested as deep as they can be
            assert parse_segment(f"({text})") == segment
    for dialect in (sqlite.dialect(), postgresql.dialect()):
        said = _sql(segment, dialect)
        assert said == _sql(_with_other_words(segment), dialect), said


def _sql(segment: Segment, dialect: object) -> str:
    return str(select(Subscriber.id).where(condition(segment)).compile(dialect=dialect))


def _depth(segment: Segment) -> int:
    match segment:
        case AllOf(parts) | AnyOf(parts):
            return 1 + max(map(_depth, parts))
        case Not(part):
            return 1 + _depth(part)
    return 0


def _with_other_words(segment: Segment) -> Segment:
    """The same questions with other texts in them."""
    match segment:
        case AllOf(parts):
            return AllOf(tuple(map(_with_other_words, parts)))
        case AnyOf(parts):
            return AnyOf(tuple(map(_with_other_words, parts)))
        case Not(part):
            return Not(_with_other_words(part))
        case Question(field, _, values):
            if kind_of(field) is not Kind.TEXT:
                return segment
            field = f"{ATTRIBUTE}x" if field.startswith(ATTRIBUTE) else field
            return replace(segment, field=field, values=tuple("x" for _ in values))


TOKENS = Tokens(b"a secret for tests, thirty-two long", [b"another secret for tests, also long"])
ANA, DAILY = UUID(int=7), UUID(int=1 << 100)
FOREVER = datetime(2099, 1, 1, tzinfo=UTC)


def check_token(data: bytes) -> None:
    """Whatever is read was made here, letter by letter, and for this purpose."""
    for text in (decoded(data), data.decode("latin-1")):
        with suppress(BadToken):
            assert TOKENS.subscription(*TOKENS.read_subscription(text)) == text
        with suppress(BadToken):
            assert TOKENS.edition(TOKENS.read_edition(text)) == text
        with suppress(BadToken):
            assert TOKENS.sign_up(TOKENS.read_sign_up(text, AFTER), FOREVER) == text
        with suppress(BadToken):
            assert (
                TOKENS.greeting(TOKENS.read_greeting(text, "move", AFTER), "move", FOREVER) == text
            )
        with suppress(BadToken):
            made = TOKENS.return_path(TOKENS.read_return_path(text))
            assert made.removeprefix("b+") == text.lower().removeprefix("b+")
        note = TOKENS.read_note(text)
        assert note is None or TOKENS.note(note) == text
        assert TOKENS.is_form(text, "of a session") == (text == TOKENS.form("of a session"))


MADE = [
    TOKENS.subscription(ANA, DAILY),
    TOKENS.edition(ANA),
    TOKENS.sign_up(ANA, FOREVER),
    TOKENS.greeting(ANA, "move", FOREVER),
    TOKENS.return_path(ANA),
    TOKENS.note("It is saved."),
    TOKENS.form("of a session"),
]

LEAK = re.compile(r"<(?:class|function|module|frame|code|bound method|built-in)\b|/usr/|environ\b")
ESCAPES = (Path(__file__).parents[1] / "unit/render/escapes.txt").read_text("utf-8").splitlines()


def check_template(data: bytes) -> None:
    """A list's own template is filled, or put aside with a sentence, and shows nothing of ours."""
    usual = builtin_templates().files["edition/body.txt"]
    own = own_templates({"edition/body.txt": f"{usual}\n{decoded(data)}"})
    rendition = render_edition(make_content(), make_branding(), Variant(), own, view_url=None)
    assert len(rendition.text) < 2_000_000
    assert rendition.fallback or not LEAK.search(rendition.text)
    if rendition.fallback:
        assert len(rendition.fallback) < 2_000


ROWS = [
    b"email,name,topics,hour,language,status\nana@port.example,Ana,Trade,7,pt,confirmed\n"
    b'ben@port.example,"Ben, the ""second""",World;Trade,,,\n',
    "E-Mail;Vorname;Nachname;Firma\ncléo@straße.example;Cléo;Ñandú;Quay\n".encode("cp1252"),
    "name\temail\tnote\nAna\tana@port.example\t'=1+1\n".encode("utf-16"),
    b"ana@port.example\nben@port.example\n",
]


CADENCE_WORDS = (
    *" ".join(EXAMPLES).replace(",", " , ").split(),
    *(
        "monday",
        "tue",
        "sundays",
        "weekends",
        "second",
        "31st",
        "noon",
        "midnight",
        "25:00",
        "7pm",
        "2:30",
        "hours",
    ),
    *(
        "*",
        "*/5",
        "0",
        "59",
        "L",
        "1-5",
        "MON#2",
        "?",
        "@daily",
        "and",
        "or",
        "except",
        "-1",
        "99999",
    ),
)
SEGMENT_WORDS = (
    *FIELDS,
    *(
        "attribute.x",
        "and",
        "or",
        "not",
        "in",
        "is",
        "set",
        "(",
        ")",
        ",",
        "=",
        "!=",
        "<",
        "<=",
        "contains",
    ),
    *(
        "de",
        "7",
        "2026-01-01",
        "yes",
        "role",
        "weekly",
        '"a b"',
        '"',
        "\\",
        "'",
        "--",
        "%",
        "_",
        "\0",
        "x = 1",
    ),
    *(
        "topic = Trade",
        "name is not set",
        "hour < 9",
        'attribute.a contains "%"',
        "language in (de, en)",
    ),
)
TEMPLATE_WORDS = (
    *(
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        "for x in",
        "range(9**9)",
        "endfor",
        "if",
        "endif",
        "set",
        "=",
        "x",
        "|",
    ),
    *(
        "edition",
        "brief.title",
        "say('x')",
        "loop",
        "self",
        "import 'x' as y",
        "include 'base.html'",
        "block b",
        "endblock",
    ),
    *(
        "|upper",
        "|join",
        "|attr('x')",
        "|format(1)",
        "'a' * 9999999",
        "[1]",
        ".x",
        "~",
        "macro m()",
        "endmacro",
        "call",
    ),
    *ESCAPES,
)

TARGETS = {
    "tables": Target(
        mixed(bent(ROWS, [b",", b";", b'"', b"=1", b"'=1", b"\n", b"@", b"status\nunsubscribed"])),
        check_table,
    ),
    "addresses": Target(
        mixed(
            sentences(
                [
                    "ana",
                    "@",
                    ".",
                    "port",
                    "example",
                    "+x",
                    "é",
                    "ß",
                    "xn--",
                    "\u200b",
                    "'",
                    "-",
                    "1",
                ],
                "",
                12,
            )
        ),
        check_address,
        short=200,
    ),
    "cadences": Target(
        mixed(sentences(CADENCE_WORDS, " ", 8), bent([it.encode() for it in EXAMPLES])),
        check_cadence,
    ),
    "segments": Target(mixed(sentences(SEGMENT_WORDS)), check_segment),
    "tokens": Target(
        mixed(bent([it.encode() for it in MADE]), st.text(max_size=80).map(str.encode)), check_token
    ),
    "templates": Target(mixed(sentences(TEMPLATE_WORDS, " ", 12)), check_template, short=10),
}
