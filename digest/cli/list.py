"""``digest list``: mailing lists, their sources and their cadences."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from digest.actions.list_rules import RULES, change_rules
from digest.actions.lists import Feed, change_cadence, coming_runs, create_list, pause_list
from digest.actions.pings import set_ping
from digest.actions.quiet_hours import set_quiet_hours
from digest.cli.context import actor, console, database, parse_now, print_json
from digest.cli.list_count import count
from digest.cli.list_look import look, templates
from digest.cli.list_segments import segments
from digest.cli.list_signups import signups
from digest.clock import utc_now
from digest.domain.address import ascii_domain
from digest.domain.counting import Counting
from digest.domain.quiet_hours import WhoseClock
from digest.domain.states import Approval, DoubtPolicy, Stream
from digest.store.lists import MailingList, all_lists, find_list
from digest.store.subscribers import count_by_state

app = typer.Typer(no_args_is_help=True, help="Mailing lists: what people subscribe to.")
app.command()(look)
app.command()(templates)
app.command()(signups)
app.command()(count)
app.command()(segments)


@app.command()
def create(
    slug: Annotated[str, typer.Argument(help="A short name; part of addresses and filters.")],
    name: Annotated[str, typer.Option(help="The name that readers see.")],
    sender: Annotated[str, typer.Option("--from", help="The address that it comes from.")],
    source: Annotated[
        list[str],
        typer.Option(
            help="A source, or source:Category,Category; repeat it. The first counts most."
        ),
    ],
    postal_address: Annotated[str, typer.Option(help="Stands at the foot, as the law asks.")],
    cadence: Annotated[str, typer.Option(help="When it goes, in words.")] = "daily at 07:00",
    timezone: Annotated[str, typer.Option(help="An IANA zone.")] = "UTC",
    from_name: Annotated[str | None, typer.Option(help="Default: the list's name.")] = None,
    reply_to: Annotated[str | None, typer.Option(help="Default: the --from address.")] = None,
    bounce_domain: Annotated[
        str | None, typer.Option(help="Of the return path; default: that of --from.")
    ] = None,
    language: Annotated[str, typer.Option(help="Of the frame's own words.")] = "en",
    approval: Annotated[
        Approval, typer.Option(help="Whether an editor must approve each edition.")
    ] = Approval.AUTOMATIC,
    section: Annotated[
        list[str] | None, typer.Option(help="A category that makes a section; in order.")
    ] = None,
    min_items: Annotated[int, typer.Option(help="Fewer briefs make no edition.")] = 1,
    max_items: Annotated[int, typer.Option(help="The rest becomes one line.")] = 12,
    images: Annotated[bool, typer.Option(help="Show the briefs' pictures.")] = False,
    on_doubt: Annotated[
        DoubtPolicy, typer.Option(help="A mail that may have gone out: send again, or hold.")
    ] = DoubtPolicy.RESEND,
    lead_minutes: Annotated[int, typer.Option(help="How long before it the draft is made.")] = 60,
) -> None:
    """Make a mailing list.

    Example: digest list create daily --name "The Daily Brief" --from brief@news.example
    --source ledger --postal-address "1 Quay Street, Port Amsel" --cadence "weekdays at 06:30"
    --timezone Europe/London
    """
    create_list(
        database(),
        slug=slug,
        name=name,
        from_address=sender,
        feeds=[_feed(text) for text in source],
        cadences={Stream.EACH: cadence},
        timezone=timezone,
        postal_address=postal_address,
        from_name=from_name,
        reply_to=reply_to,
        options={
            "bounce_domain": ascii_domain(bounce_domain) if bounce_domain else None,
            "language": language,
            "approval": approval,
            "sections": tuple(section or ()),
            "min_items": min_items,
            "max_items": max_items,
            "show_images": images,
            "doubt_policy": on_doubt,
            "lead_time": timedelta(minutes=lead_minutes),
        },
        now=utc_now(),
        actor=actor(),
    )
    console.print(f"Made the list {slug}. Its next runs:")
    schedule(slug)


@app.command()
def schedule(
    slug: str,
    next_: Annotated[int, typer.Option("--next", help="How many runs to print.")] = 5,
    cadence: Annotated[str | None, typer.Option(help="Give it this cadence first.")] = None,
    stream: Annotated[Stream, typer.Option(help="Which stream.")] = Stream.EACH,
    ping: Annotated[
        str | None, typer.Option(help="Fetch this address after each of its runs; or none.")
    ] = None,
    now: Annotated[str | None, typer.Option(help="Count from this time (ISO 8601).")] = None,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Print the next runs of a list, or change its cadence, or what is told of its runs.

    Example: digest list schedule daily --next 10 --ping https://watch.example/4f1c
    """
    db = database()
    if cadence is not None:
        change_cadence(db, slug, stream=stream, words=cadence, now=parse_now(now), actor=actor())
    if ping is not None:
        url = None if ping == "none" else ping
        set_ping(db, slug, stream=stream, url=url, now=utc_now(), actor=actor())
    zone_name, times = coming_runs(db, slug, stream=stream, after=parse_now(now), n=next_)
    local = [time.astimezone(ZoneInfo(zone_name)) for time in times]
    if json:
        print_json(
            [{"utc": utc, "local": at.isoformat()} for utc, at in zip(times, local, strict=True)]
        )
        return
    for at in local:
        console.print(f"{at:%a %Y-%m-%d %H:%M} {at.tzname()}  ({zone_name})", highlight=False)


@app.command()
def pause(
    slug: str,
    resume: Annotated[bool, typer.Option("--resume", help="Go on again, from now.")] = False,
) -> None:
    """Plan no further runs of a list; with --resume, plan them again.

    Example: digest list pause daily
    """
    pause_list(database(), slug, paused=not resume, now=utc_now(), actor=actor())
    console.print(f"{slug} {'goes on' if resume else 'is paused'}.")


@app.command()
def quiet(
    slug: str,
    hours: Annotated[str, typer.Argument(help="Such as 22:00-06:00; or none.")],
    by: Annotated[
        WhoseClock, typer.Option(help="Told by the list's clocks, or by each subscriber's.")
    ] = WhoseClock.LIST,
) -> None:
    """Send nothing at these hours; what is due then waits for their end. Acts within seconds.

    Example: digest list quiet daily 22:00-06:00 --by subscriber
    """
    given = None if hours == "none" else hours
    kept = set_quiet_hours(database(), slug, given, by=by, now=utc_now(), actor=actor())
    console.print(f"{slug} is quiet at {kept}." if kept else f"{slug} has no quiet hours.")


@app.command()
def rules(
    slug: str,
    approval: Annotated[
        Approval | None, typer.Option(help="Whether somebody must approve.")
    ] = None,
    by_other: Annotated[
        bool | None,
        typer.Option("--by-other/--by-anybody", help="Approved by who did not change it last."),
    ] = None,
    on_doubt: Annotated[
        DoubtPolicy | None, typer.Option(help="A mail that may have gone out.")
    ] = None,
    public_archive: Annotated[
        bool | None, typer.Option(help="A public page lists what was sent.")
    ] = None,
    counting: Annotated[
        Counting | None, typer.Option(help="Count clicks, or clicks and opens, of all together.")
    ] = None,
    min_items: Annotated[int | None, typer.Option(help="Fewer briefs make no edition.")] = None,
    max_items: Annotated[int | None, typer.Option(help="The rest becomes one line.")] = None,
    max_related: Annotated[
        int | None, typer.Option(help="Most related stories (teasers) below a brief; 0: none.")
    ] = None,
    test_recipient: Annotated[
        list[str] | None,
        typer.Option(help='Test mails go there only: an address or @domain; "" for anywhere.'),
    ] = None,
) -> None:
    """Change a list's rules; without an option, show them.

    Example: digest list rules daily --approval required --by-other --max-related 2
    """
    given: dict[str, Any] = {
        "approval": approval,
        "approved_by_other": by_other,
        "doubt_policy": on_doubt,
        "archive_is_public": public_archive,
        "counting": counting,
        "min_items": min_items,
        "max_items": max_items,
        "max_related": max_related,
    }
    changes = {name: value for name, value in given.items() if value is not None}
    if test_recipient is not None:
        changes["test_recipients"] = tuple(one.lower() for one in test_recipient if one)
    change_rules(database(), slug, changes, now=utc_now(), actor=actor())
    with database().read() as session:
        one = find_list(session, slug)
        print_json({name: _plain(getattr(one, name)) for name in sorted(RULES)})


@app.command("list")
def list_(
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show all lists.

    Example: digest list list
    """
    with database().read() as session:
        rows = [(one, count_by_state(session, one.id)) for one in all_lists(session)]
    if json:
        print_json([_as_json(one) | {"subscribers": counts} for one, counts in rows])
        return
    table = Table("list", "name", "cadence", "zone", "subscribers", "state", box=None)
    for one, counts in rows:
        table.add_row(
            one.slug,
            one.name,
            "; ".join(f"{c.stream.value} {c.words}" for c in one.cadences),
            one.timezone,
            ", ".join(f"{n} {state.value}" for state, n in counts.items()) or "none",
            "paused" if one.paused_at else one.approval.value,
        )
    console.print(table)


@app.command()
def show(slug: str) -> None:
    """Show one list with all its settings, as JSON.

    Example: digest list show daily
    """
    with database().read() as session:
        print_json(_as_json(find_list(session, slug)))


def _feed(text: str) -> Feed:
    slug, _, categories = text.partition(":")
    return Feed(slug, tuple(word.strip() for word in categories.split(",") if word.strip()))


def _as_json(one: MailingList) -> dict[str, object]:
    skipped = {"id", "created_at"}
    columns = {column.key for column in MailingList.__table__.columns} - skipped
    return {
        **{name: _plain(getattr(one, name)) for name in sorted(columns)},
        "cadences": {cadence.stream.value: cadence.words for cadence in one.cadences},
        "pings": {cadence.stream.value: cadence.ping_url for cadence in one.cadences},
        "sources": {feed.source.slug: feed.categories for feed in one.feeds},
    }


def _plain(value: object) -> object:
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.isoformat() if isinstance(value, datetime) else value
