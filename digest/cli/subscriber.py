"""``digest subscriber``: the people on the lists."""

from collections import Counter
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from digest.actions.erase_subscriber import erase_subscriber
from digest.actions.list_subscribers import list_subscribers
from digest.actions.show_subscriber import Timeline, show_subscriber
from digest.actions.subscribe import add_subscriber
from digest.actions.unsubscribe_address import unsubscribe_address
from digest.cli.context import actor, console, database, print_json, saw, settings
from digest.cli.subscriber_files import export, import_
from digest.clock import utc_now
from digest.domain.errors import Illegal

app = typer.Typer(no_args_is_help=True, help="The people on the lists.")
app.command("import")(import_)
app.command()(export)

Address = Annotated[str, typer.Argument(help="E-mail address.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_DONE = {
    "added": "is on {list} now",
    "confirmed": "is confirmed on {list} now",
    "returned": "is back on {list}",
    "changed": "gets {list} as chosen now",
    "unchanged": "was on {list} already; nothing changed",
}


@app.command()
def add(
    address: Address,
    list_slug: Annotated[str, typer.Option("--list", help="The list's slug.")],
    name: Annotated[str | None, typer.Option(help="The person's name.")] = None,
    timezone: Annotated[
        str | None, typer.Option(help="IANA zone of the person, such as Europe/London.")
    ] = None,
    hour: Annotated[
        int | None, typer.Option(help="Hour of delivery in that zone, 0 to 23.")
    ] = None,
    topic: Annotated[
        list[str] | None, typer.Option(help="A section of the list; may be repeated.")
    ] = None,
    text_only: Annotated[
        bool | None, typer.Option("--text-only/--html", help="Plain text, or HTML and text.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="Of the mail's frame: en, de-AT.")] = None,
    stream: Annotated[str | None, typer.Option(help="each, weekly or monthly.")] = None,
    pending: Annotated[
        bool, typer.Option("--pending", help="Not confirmed yet: gets no mail.")
    ] = False,
    resubscribe: Annotated[
        bool, typer.Option("--resubscribe", help="They left, and asked to come back.")
    ] = False,
) -> None:
    """Put somebody on a list, or change what is given for someone who is on it.

    Example: digest subscriber add ana@example.org --list morning --hour 7 --timezone Europe/Lisbon
    """
    done = add_subscriber(
        database(),
        settings(),
        address,
        list_slug=list_slug,
        name=name,
        timezone=timezone,
        local_hour=hour,
        topics=topic,
        text_only=text_only,
        language=language,
        stream=stream,
        confirmed=not pending,
        resubscribe=resubscribe,
        now=utc_now(),
        actor=actor(),
    )
    _say(f"{address} {_DONE[done.what].format(list=list_slug)}.")


@app.command("list")
def list_(
    list_slug: Annotated[str, typer.Option("--list", help="The list's slug.")],
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """Show who is on a list, in the order in which they came.

    Example: digest subscriber list --list morning
    """
    saw("people of a list", noun="mailing_list", noun_id=list_slug)
    found = list_subscribers(database(), list_slug, limit=limit, now=utc_now())
    if as_json:
        print_json(found)
        return
    table = Table("address", "state", "stream", "topics", "hour", "zone", "since", box=None)
    for member in found.members:
        table.add_row(
            escape(member.address or "(erased)"),
            member.state,
            member.stream,
            escape(", ".join(member.topics) or "all"),
            "" if member.local_hour is None else f"{member.local_hour:02d}:00",
            member.timezone or "",
            f"{member.since:%Y-%m-%d}",
        )
    console.print(table)
    total = sum(found.counts.values())
    states = ", ".join(f"{n} {state}" for state, n in sorted(found.counts.items()))
    _say(f"{len(found.members)} of {total} shown" + (f" ({states})" if states else ""))


@app.command()
def show(
    address: Address,
    limit: Annotated[int, typer.Option(min=1, help="How many deliveries at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show one person's timeline: what was sent, when, and why not.

    Example: digest subscriber show ana@example.org
    """
    timeline = show_subscriber(database(), settings(), address, limit=limit)
    saw("a person", noun="subscriber", noun_id=timeline.subscriber)
    if as_json:
        print_json(timeline)
        return
    _say_person(timeline)
    for place in timeline.subscriptions:
        _say(f"  {place['list']}: {_standing(place)}")
    _show_deliveries(timeline)
    _show_feedback(timeline)


@app.command()
def unsubscribe(
    address: Address,
    list_slug: Annotated[str | None, typer.Option("--list", help="The list's slug.")] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every list; the address is suppressed, too.")
    ] = False,
) -> None:
    """Take somebody off a list, or off all of them; it holds at once.

    Example: digest subscriber unsubscribe ana@example.org --list morning
    """
    if every == (list_slug is not None):
        raise Illegal("Say which list to leave: --list SLUG, or --all.")
    ended = unsubscribe_address(
        database(), address, list_slug=list_slug, now=utc_now(), actor=actor()
    )
    where = list_slug or "any list"
    _say(f"{address} {'gets no more mail of' if ended else 'was not on'} {where}.")


@app.command()
def erase(
    address: Address,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Erase what identifies a person, for good; the address stays suppressed by its hash alone.

    Example: digest subscriber erase ana@example.org --yes
    """
    if not yes:
        typer.confirm(f"Erase {address} for good?", abort=True)
    erase_subscriber(database(), settings(), address, now=utc_now(), actor=actor())
    _say(f"{address} is erased, and gets no more mail.")


def _say_person(timeline: Timeline) -> None:
    name = f" ({timeline.name})" if timeline.name else ""
    zone = f", {timeline.timezone}" if timeline.timezone else ""
    _say(f"{timeline.address}{name}: since {timeline.created_at:%Y-%m-%d}{zone}")
    if timeline.flags:
        _say(f"  {' and '.join(timeline.flags)} address")
    if kept := timeline.suppressed:
        note = f" ({kept.note})" if kept.note else ""
        _say(f"  suppressed since {kept.since:%Y-%m-%d %H:%M} UTC: {kept.reason}{note}")


def _standing(place: dict[str, Any]) -> str:
    hour = "" if place["local_hour"] is None else f", at {place['local_hour']:02d}:00"
    topics = ", ".join(place["topics"]) or "all topics"
    text = ", text only" if place["text_only"] else ""
    ended = f" ({place['ended_how']}, {_moment(place['ended_at'])})" if place["ended_at"] else ""
    until = f" until {place['paused_until'][:10]}" if place["paused_until"] else ""
    return f"{place['state']}{until}{ended}, {place['stream']}, {topics}{hour}{text}"


def _show_deliveries(timeline: Timeline) -> None:
    if days := settings().delivery_days:
        _say(f"  deliveries are forgotten {days} days after their campaign ended")
    if not timeline.deliveries:
        _say("  no deliveries")
        return
    table = Table("when", "edition", "state", "why, or the relay's reply", "tries", box=None)
    for sent in timeline.deliveries:
        table.add_row(
            _moment(sent.sent_at or sent.next_at),
            escape(f"{sent.list} {sent.number}: {sent.subject}"),
            sent.state if sent.feedback == "none" else f"{sent.state}, {sent.feedback}",
            escape(sent.reason or sent.reply or ""),
            str(sent.tries),
        )
    console.print(table)
    counts = Counter(sent.state for sent in timeline.deliveries)
    _say(", ".join(f"{n} {state}" for state, n in sorted(counts.items())))


def _show_feedback(timeline: Timeline) -> None:
    for one in timeline.feedback:
        undone = ", undone" if one.undone_at else ""
        said = " ".join(word for word in (one.kind, one.reason, one.status) if word)
        _say(f"  {_moment(one.at)}: {said}, by {one.evidence}: {one.effect}{undone}")


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _say(line: str) -> None:
    console.print(line, soft_wrap=True, markup=False, highlight=False)
