"""What a form sent, whichever of the two form types it came in."""

from typing import Annotated

from fastapi import Depends, Request

MAX_FIELDS = 200

Fields = dict[str, list[str]]


async def _posted(request: Request) -> Fields:
    """All values by name, in order. Files and bodies of other types count as nothing, and so do
    NULs: nobody types one, and PostgreSQL keeps none."""
    async with request.form(max_files=0, max_fields=MAX_FIELDS) as form:
        return {
            name: [it.replace("\0", "") for it in form.getlist(name) if isinstance(it, str)]
            for name in form
        }


Posted = Annotated[Fields, Depends(_posted)]


def first(fields: Fields, name: str) -> str:
    """The first value of that name, empty where there is none."""
    return next(iter(fields.get(name, [])), "").strip()


def untrimmed(fields: Fields, name: str) -> str:
    """The first value as it was typed: a password may begin with a space."""
    return next(iter(fields.get(name, [])), "")
