"""``digest list count``: how many of a list's people a segment means."""

from typing import Annotated

import typer

from digest.actions.segments import count_segment
from digest.cli.context import console, database, print_json
from digest.clock import utc_now
from digest.domain.states import Stream


def count(
    slug: Annotated[str, typer.Argument(metavar="LIST")],
    segment: Annotated[
        str, typer.Argument(help="Such as 'topic = Trade and not hour < 9', or a name.")
    ],
    stream: Annotated[Stream, typer.Option(help="Which stream.")] = Stream.EACH,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say how many a segment means of those who get the list now.

    Example: digest list count daily 'language in (de, fr) and attribute.company contains "Quay"'
    """
    found = count_segment(database(), slug, segment, stream=stream, now=utc_now())
    if as_json:
        print_json(found)
        return
    console.print(f"{found.meant:,} of {found.of:,} who get {slug} now.", highlight=False)
