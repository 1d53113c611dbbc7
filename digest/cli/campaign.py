"""``digest campaign``: an edition on its way, and the account of every subscriber."""

from typing import Annotated

import typer
from rich.table import Table

from digest.actions.audit_campaign import CampaignReport, audit_campaign, campaign_status
from digest.actions.control_campaign import (
    cancel_campaign,
    pause_campaign,
    resolve_campaign,
    resume_campaign,
    retry_campaign,
)
from digest.actions.schedule_campaign import schedule_campaign
from digest.actions.throttles import set_campaign_rate
from digest.cli.context import (
    actor,
    console,
    database,
    errors,
    parse_id,
    parse_now,
    print_json,
    print_json_line,
    saw,
)
from digest.cli.one_campaign import Id, find_one, forgotten_words
from digest.cli.override import override
from digest.cli.restore import confirm_restore, warn_of_restore
from digest.clock import utc_now
from digest.domain.errors import Permanent
from digest.domain.ids import message_key
from digest.domain.states import DeliveryState
from digest.store.campaigns import find_campaign, recent_campaigns
from digest.store.deliveries import Delivery, list_deliveries

app = typer.Typer(no_args_is_help=True, help="Campaigns: an edition on its way.")
app.command("confirm-restore")(confirm_restore)
app.command()(override)

Json = Annotated[bool, typer.Option("--json", help="For programs.")]


Segment = Annotated[
    str | None, typer.Option(help="Whom of the list it goes to; see `digest list count`.")
]


@app.command()
def start(
    edition: Annotated[str, typer.Argument(help="An approved edition's id.")],
    segment: Segment = None,
) -> None:
    """Send an approved edition now; workers do the rest.

    Example: digest campaign start 0198c1f2-…
    """
    _schedule(edition, None, segment)


@app.command()
def schedule(
    edition: Annotated[str, typer.Argument(help="An approved edition's id.")],
    at: Annotated[str, typer.Option(help="When, in ISO 8601.")],
    segment: Segment = None,
) -> None:
    """Send an approved edition at a time.

    Example: digest campaign schedule 0198c1f2-… --at 2026-03-29T07:00+01:00
    """
    _schedule(edition, at, segment)


@app.command("list")
def list_(limit: Annotated[int, typer.Option(help="How many.")] = 20, json: Json = False) -> None:
    """Show the latest campaigns.

    Example: digest campaign list
    """
    db = database()
    with db.read() as session:
        ids = [campaign.id for campaign in recent_campaigns(session, limit)]
    reports = [campaign_status(db, id_, utc_now()) for id_ in ids]
    if json:
        print_json([_as_json(report) for report in reports])
        return
    table = Table("campaign", "state", "roster", "counts", "started", box=None)
    for report in reports:
        table.add_row(
            str(report.campaign),
            report.state,
            str(report.roster),
            ", ".join(f"{n} {state}" for state, n in report.counts.items()),
            f"{report.started:%Y-%m-%d %H:%M} UTC" if report.started else "not yet",
        )
    console.print(table)


@app.command()
def status(campaign: Id, json: Json = False) -> None:
    """Say how a campaign stands, by its tallies.

    Example: digest campaign status latest
    """
    db = database()
    _show(campaign_status(db, find_one(db, campaign), utc_now()), json=json)
    warn_of_restore(db)


@app.command()
def audit(campaign: Id, json: Json = False) -> None:
    """Count every row and prove that the sums add up; exit status 1 if they don't.

    Example: digest campaign audit latest --json
    """
    db = database()
    report = audit_campaign(db, find_one(db, campaign), utc_now())
    _show(report, json=json)
    if not report.balanced:
        raise Permanent("The sums don't add up: " + "; ".join(report.problems) + ".")


@app.command()
def deliveries(
    campaign: Id,
    state: Annotated[DeliveryState | None, typer.Option(help="Only those in this state.")] = None,
    json: Json = False,
) -> None:
    """List a campaign's deliveries, a line each.

    Example: digest campaign deliveries latest --state failed --json
    """
    db = database()
    campaign_id = find_one(db, campaign)
    saw("deliveries", noun="campaign", noun_id=campaign_id)
    with db.read() as session:
        since = find_campaign(session, campaign_id).forgotten_at
        if since is not None:
            errors.print(forgotten_words(since), soft_wrap=True)
        for delivery in list_deliveries(session, campaign_id, state):
            if json:
                print_json_line(_delivery(delivery))
            else:
                words = (delivery.address, delivery.state, delivery.reply or delivery.reason or "")
                console.print("  ".join(words), soft_wrap=True, highlight=False, markup=False)


@app.command()
def pause(
    campaign: Id, reason: Annotated[str, typer.Option(help="Shown beside it.")] = "by hand"
) -> None:
    """Stop at the next window; nothing is lost.

    Example: digest campaign pause latest --reason "typo in the headline"
    """
    db = database()
    pause_campaign(db, find_one(db, campaign), reason=reason, now=utc_now(), actor=actor())
    console.print("Paused.")


@app.command()
def slow(
    campaign: Id, rate: Annotated[str, typer.Argument(help="Such as 20/s or 1200/min; or none.")]
) -> None:
    """Send no more mails of a campaign than so many, over all senders; acts within seconds.

    Example: digest campaign slow latest 20/s
    """
    db = database()
    given = None if rate == "none" else rate
    kept = set_campaign_rate(db, find_one(db, campaign), given, now=utc_now(), actor=actor())
    console.print(f"{kept} at most." if kept else "As fast as relays take it.")


@app.command()
def resume(campaign: Id) -> None:
    """Go on where it was paused.

    Example: digest campaign resume latest
    """
    db = database()
    resume_campaign(db, find_one(db, campaign), now=utc_now(), actor=actor())
    console.print("Resumed.")


@app.command()
def cancel(
    campaign: Id,
    reason: Annotated[str, typer.Option(help="Shown beside it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """End a campaign for good; who was not reached is not mailed.

    Example: digest campaign cancel latest --reason "withdrawn" --yes
    """
    if not yes:
        typer.confirm("End this campaign for good?", abort=True)
    db = database()
    unsent = cancel_campaign(
        db, find_one(db, campaign), reason=reason, now=utc_now(), actor=actor()
    )
    console.print(f"Cancelled; {unsent} people were not mailed.")


@app.command()
def resolve(
    campaign: Id,
    delivery: Annotated[str | None, typer.Option(help="Only this one.")] = None,
    send: Annotated[bool, typer.Option("--send/--mark-sent", help="Once more, or done.")] = False,
) -> None:
    """Decide what is uncertain: it went out (default), or is to be sent once more.

    What was doubtful twice can only be marked: nobody gets three.
    Example: digest campaign resolve latest --send
    """
    db = database()
    decided = resolve_campaign(
        db,
        find_one(db, campaign),
        send_again=send,
        delivery_id=parse_id(delivery) if delivery else None,
        now=utc_now(),
        actor=actor(),
    )
    console.print(f"{decided} decided.")


@app.command()
def retry(
    campaign: Id,
    state: Annotated[DeliveryState, typer.Option(help="failed or cancelled.")],
) -> None:
    """Send again to those whose delivery ended in a state.

    Example: digest campaign retry latest --state failed
    """
    db = database()
    again = retry_campaign(db, find_one(db, campaign), state=state, now=utc_now(), actor=actor())
    console.print(f"{again} are queued again.")


def _schedule(edition: str, at: str | None, segment: str | None) -> None:
    now = utc_now()
    due = parse_now(at) if at else now
    campaign_id = schedule_campaign(
        database(), parse_id(edition), due_at=due, segment=segment, now=now, actor=actor()
    )
    console.print(f"Campaign {campaign_id} is due at {due:%Y-%m-%d %H:%M} UTC.")


def _show(report: CampaignReport, *, json: bool) -> None:
    if json:
        print_json(_as_json(report))
        return
    console.print(f"campaign {report.campaign}  {report.state}  {report.reason or ''}".rstrip())
    console.print(f"roster   {report.roster}")
    for state, n in report.counts.items():
        console.print(f"  {state:<11}{n:>9}")
    for sentence in report.waits:
        console.print(f"waits    {sentence}", soft_wrap=True, highlight=False, markup=False)
    console.print(f"possible copies {report.possible_copies}")
    if report.forgotten_since:
        console.print(forgotten_words(report.forgotten_since), soft_wrap=True)
    console.print("balanced" if report.balanced else "NOT balanced")


def _as_json(report: CampaignReport) -> dict[str, object]:
    return {
        "campaign": report.campaign,
        "edition": report.edition,
        "state": report.state,
        "reason": report.reason,
        "roster": report.roster,
        "counts": report.counts,
        "possible_copies": report.possible_copies,
        "balanced": report.balanced,
        "started": report.started,
        "finished": report.finished,
        "rate": report.rate,
        "problems": report.problems,
        "waits": report.waits,
        "forgotten": report.forgotten,
        "forgotten_since": report.forgotten_since,
    }


def _delivery(row: Delivery) -> dict[str, object]:
    return {
        "delivery": row.id,
        "address": row.address,
        "state": row.state,
        "reason": row.reason,
        "reply": row.reply,
        "tries": row.tries,
        "doubts": row.doubts,
        "sent_at": row.sent_at,
        "message_id": message_key(row.campaign_id, row.subscriber_id).hex,
    }
