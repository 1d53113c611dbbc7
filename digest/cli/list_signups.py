"""``digest list signups``: how people come to a list, and the form for other sites."""

from html import escape
from typing import Annotated, Any

import typer

from digest.actions.change_doors import change_doors
from digest.actions.sign_up import ListOffer, show_offer
from digest.audience.sign_up import TRAP
from digest.cli.context import actor, database, print_json, settings
from digest.clock import utc_now


def signups(
    slug: str,
    taken: Annotated[
        bool | None, typer.Option("--open/--closed", help="Take sign-ups, or staff alone adds.")
    ] = None,
    words: Annotated[
        str | None, typer.Option(help='What people agree to; "" for the usual words.')
    ] = None,
    welcome: Annotated[bool | None, typer.Option(help="Mail those who have confirmed.")] = None,
    goodbye: Annotated[bool | None, typer.Option(help="Mail those who have left.")] = None,
    sunset_days: Annotated[
        int | None,
        typer.Option(min=0, help="Ask who did nothing for so long to stay, or go; 0: nobody."),
    ] = None,
    form: Annotated[bool, typer.Option("--form", help="Print the form for another site.")] = False,
) -> None:
    """Change how people come to a list and go; without an option, show it.

    Example: digest list signups daily --open --welcome --no-goodbye
    """
    given = {
        "takes_signups": taken,
        "consent_words": words,
        "sends_welcome": welcome,
        "sends_goodbye": goodbye,
    }
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if sunset_days is not None:
        changes["sunset_days"] = sunset_days or None
    standing = change_doors(database(), slug, changes, now=utc_now(), actor=actor())
    if form:
        print(form_for_other_sites(show_offer(database(), slug), settings().public_url))
        return
    print_json(standing | {"page": f"{settings().public_url}/join/{slug}"})


def form_for_other_sites(offer: ListOffer, public_url: str) -> str:
    """HTML that works on any page, without a script."""
    topics = "".join(
        f'  <label><input type="checkbox" name="topic" value="{escape(section)}" checked> '
        f"{escape(section)}</label>\n"
        for section in offer.sections
    )
    return (
        f'<form method="post" action="{escape(public_url)}/join/{escape(offer.slug)}">\n'
        '  <label>E-mail <input type="email" name="email" autocomplete="email" required></label>\n'
        f"{topics}"
        f'  <input type="text" name="{TRAP}" tabindex="-1" autocomplete="off" '
        'style="position:absolute;left:-100rem" aria-hidden="true">\n'
        f"  <p>{escape(offer.words)}</p>\n"
        "  <button>Subscribe</button>\n"
        "</form>"
    )
