"""Which column of a table holds what, guessed from its header."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from digest.domain.errors import Illegal

# What a column is, and how exports and spreadsheets head it. Compared without case and
# punctuation. To add one, add a word.
HEADERS: dict[str, tuple[str, ...]] = {
    "address": (
        "email", "e mail", "mail", "email address", "e mail address", "mail address", "address",
        "emailaddress", "e mail adresse", "email adresse", "mailadresse", "adresse e mail",
        "adresse mail", "courriel", "correo", "correo electronico", "direccion de correo",
        "البريد الإلكتروني",
    ),
    "name": ("name", "full name", "fullname", "nom", "nombre", "display name", "الاسم"),
    "first_name": ("first name", "firstname", "given name", "vorname", "prenom", "first"),
    "last_name": (
        "last name", "lastname", "surname", "family name", "nachname", "apellido", "last",
    ),
    "language": ("language", "lang", "locale", "sprache", "langue", "idioma"),
    "timezone": ("timezone", "time zone", "tz", "zone", "zeitzone", "fuseau horaire"),
    "hour": ("hour", "local hour", "send hour", "stunde", "heure", "hora"),
    "topics": ("topics", "topic", "sections", "interests", "themen", "sujets", "temas"),
    "stream": ("stream", "frequency", "haufigkeit", "frequence", "frecuencia"),
    "text_only": ("text only", "plain text", "nur text"),
    "status": ("status", "state", "subscription status", "subscriber status"),
}  # fmt: skip

_BY_HEADER = {word: what for what, words in HEADERS.items() for word in words}
MOST_ATTRIBUTES = 50


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands, and the names of the columns that become attributes."""

    places: dict[str, int]
    attributes: dict[str, int] = field(default_factory=dict)
    has_header: bool = True

    @property
    def width(self) -> int:
        return 1 + max(*self.places.values(), *self.attributes.values(), 0)


def guess_columns(first_row: Sequence[str]) -> Columns:
    """Read a header, or see that there is none; ``Illegal`` where no column holds addresses."""
    places: dict[str, int] = {}
    for place, cell in enumerate(first_row):
        what = meaning_of(cell)
        if what is not None:
            places.setdefault(what, place)
    if "address" in places:
        return Columns(places, attribute_columns(first_row, set(places.values())))
    for place, cell in enumerate(first_row):
        if "@" in cell:
            return Columns({"address": place}, has_header=False)
    heads = ", ".join(repr(cell[:40]) for cell in first_row[:8]) or "nothing"
    raise Illegal(
        f"No column is headed as an e-mail address (found: {heads}); name one of them 'email'."
    )


def meaning_of(header: str) -> str | None:
    """Which of ``HEADERS`` it is."""
    return _BY_HEADER.get(_plain(header))


def attribute_name(header: str) -> str:
    """What an attribute is called that is headed so; empty where no letter is in it."""
    return _plain(header).replace(" ", "_")[:60]


def attribute_columns(first_row: Sequence[str], used: set[int]) -> dict[str, int]:
    """The columns that become attributes: those that are not used for anything else."""
    free = {
        key: place
        for place, cell in enumerate(first_row)
        if place not in used and (key := attribute_name(cell))
    }
    return dict(list(free.items())[:MOST_ATTRIBUTES])


_ACCENTS = str.maketrans("äöüéèêáàâíóôúñç", "aoueeeaaaioounc")


def _plain(header: str) -> str:
    folded = header.strip().casefold().translate(_ACCENTS)
    return " ".join(re.sub(r"[^\w]+", " ", folded.replace("_", " ")).split())
