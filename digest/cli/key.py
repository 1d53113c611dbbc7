"""``digest key``: what mail is signed with (DKIM)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from digest.actions.list_signing_keys import list_signing_keys
from digest.actions.signing_keys import activate_keys, create_keys, retire_key, rotate_keys
from digest.cli.context import actor, console, database, print_json, settings
from digest.cli.key_view import as_row, as_table, names_of, print_record, warn_without_rsa
from digest.clock import utc_now
from digest.domain.errors import Illegal, NotFound
from digest.domain.signing_key import KeyAlgorithm
from digest.store.signing_keys import SigningKey

app = typer.Typer(no_args_is_help=True, help="DKIM keys: what mail is signed with, per domain.")


class Kind(StrEnum):
    """The kinds of key that can be made at once."""

    RSA = "rsa"
    ED25519 = "ed25519"
    BOTH = "both"


KINDS = {
    Kind.RSA: (KeyAlgorithm.RSA,),
    Kind.ED25519: (KeyAlgorithm.ED25519,),
    Kind.BOTH: (KeyAlgorithm.RSA, KeyAlgorithm.ED25519),
}

Domain = Annotated[str, typer.Argument(help="The domain after the @ of the From address.")]
NewSelector = Annotated[
    str | None, typer.Option(help="Its name in DNS; default: the day and the kind of key.")
]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command()
def create(
    domain: Domain,
    algorithm: Annotated[Kind, typer.Option(help="RSA has 2048 bits.")] = Kind.BOTH,
    selector: NewSelector = None,
) -> None:
    """Make keys for a domain and print what has to stand in DNS; they sign once activated.

    With both kinds every mail is signed twice: not all receivers know Ed25519.

    Example: digest key create news.example --algorithm both --selector spring
    """
    keys = create_keys(
        database(),
        settings(),
        domain=domain,
        algorithms=KINDS[algorithm],
        selector=selector,
        now=utc_now(),
        actor=actor(),
    )
    _say_what_comes_next(keys)


@app.command()
def rotate(domain: Domain, selector: NewSelector = None) -> None:
    """Make a successor of each key that signs now, and print what has to stand in DNS.

    Nothing changes until the new ones are activated.

    Example: digest key rotate news.example
    """
    keys = rotate_keys(
        database(),
        settings(),
        domain=domain,
        selector=selector,
        now=utc_now(),
        actor=actor(),
    )
    _say_what_comes_next(keys)


@app.command()
def activate(
    domain: Domain,
    selectors: Annotated[list[str], typer.Argument(help="One, or an RSA and an Ed25519 key.")],
    at: Annotated[
        str | None, typer.Option(help="From when on, as 2026-03-29T07:00+01:00; default: now.")
    ] = None,
) -> None:
    """Let keys sign, in place of the present ones of their kind; mail that was tried before keeps
    the key of its first try.

    Example: digest key activate news.example spring-rsa spring-ed25519
    """
    keys = activate_keys(
        database(),
        domain=domain,
        selectors=selectors,
        at=_moment(at) if at else None,
        now=utc_now(),
        actor=actor(),
    )
    when = f"From {_moment(at):%Y-%m-%d %H:%M} UTC on" if at else "Now"
    console.print(f"{when} {domain} is signed with {names_of(keys)}.")
    warn_without_rsa(keys)


@app.command()
def retire(
    domain: Domain,
    selector: str,
    force: Annotated[
        bool, typer.Option("--force", help="Even if mail goes unsigned then.")
    ] = False,
) -> None:
    """Take a key out of use. Mail whose first try it signed is still signed with it.

    Example: digest key retire news.example winter-rsa
    """
    keys = retire_key(
        database(), domain=domain, selector=selector, force=force, now=utc_now(), actor=actor()
    )
    console.print(f"{selector} is retired; {domain} is signed with {names_of(keys)}.")
    console.print("Leave its record in DNS for a week: mail that it signed is still on its way.")
    warn_without_rsa(keys)


@app.command("list")
def list_(
    domain: Annotated[str | None, typer.Argument(help="Only this domain's keys.")] = None,
    as_json: Json = False,
) -> None:
    """Show all keys and which of them sign.

    Example: digest key list
    """
    rows = list_signing_keys(database(), domain, utc_now())
    if as_json:
        print_json([as_row(key, state) for key, state in rows])
        return
    console.print(as_table(rows))


@app.command()
def show(
    domain: Domain,
    selector: Annotated[
        str | None, typer.Argument(help="Default: all that aren't retired.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Print what has to stand in DNS for a domain's keys.

    Example: digest key show news.example spring-rsa
    """
    rows = list_signing_keys(database(), domain, utc_now())
    wanted = selector.lower() if selector else None
    rows = [
        (key, state)
        for key, state in rows
        if (key.selector == wanted if wanted else state != "retired")
    ]
    if not rows:
        raise NotFound(f"There is no such key for {domain}; see `digest key list`.")
    if as_json:
        print_json([as_row(key, state) for key, state in rows])
        return
    for key, _ in rows:
        print_record(key)


def _say_what_comes_next(keys: Sequence[SigningKey]) -> None:
    for key in keys:
        print_record(key)
    domain, names = keys[0].domain, " ".join(key.selector for key in keys)
    print("Publish this in DNS, wait until it can be looked up, and then:")
    print(f"  digest key activate {domain} {names}")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Illegal(f"--at {text!r} is not a time; write it as 2026-03-29T07:00+01:00.") from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
