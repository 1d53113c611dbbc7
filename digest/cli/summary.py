"""``digest summary``: what went, what did not and why, as the operators' daily mail says it."""

from datetime import date, datetime, time, timedelta
from typing import Annotated

import typer

from digest.actions.mail_summary import SPAN
from digest.actions.read_summary import read_summary
from digest.cli.context import database, print_json, settings
from digest.clock import utc_now, zone
from digest.domain.errors import Illegal
from digest.operate.summary import Summary, summary_words
from digest.render import builtin_templates, render_message


def summary(
    day: Annotated[
        str | None,
        typer.Option(help="That day by the clocks of DIGEST_SUMMARY_TIMEZONE; else the last 24 h."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """What went, what did not and why: the operators' daily mail, now or of another day.

    Example: digest summary --day 2026-03-10 --json
    """
    now = utc_now()
    since, until = _span(day, now)
    found = read_summary(database(), settings(), since, until, now)
    if json:
        print_json(_document(found))
    else:
        words = {"subject": "", **summary_words(found, settings().public_url)}
        mail = render_message("summary", builtin_templates(), words, text_only=True)
        print(mail.text, end="")


def _span(day: str | None, now: datetime) -> tuple[datetime, datetime]:
    if day is None:
        return now - SPAN, now
    try:
        given = date.fromisoformat(day)
    except ValueError:
        raise Illegal(f"--day {day!r} is not a day; write it as 2026-03-29.") from None
    home = zone(settings().summary_timezone)
    midnights = (datetime.combine(given + timedelta(days=n), time(), home) for n in (0, 1))
    since, until = midnights
    return since, min(until, now)


def _document(found: Summary) -> dict[str, object]:
    campaigns = [
        {
            "campaign": one.campaign,
            "list": one.list_name,
            "stream": one.stream,
            "number": one.number,
            "subject": one.subject,
            "state": one.state,
            "reason": one.reason,
            "due": one.due,
            "finished": one.finished,
            "roster": one.roster,
            "counts": one.counts,
            "possible_copies": one.possible_copies,
            "bounced": one.bounced,
            "complained": one.complained,
            "faults": one.faults,
        }
        for one in found.campaigns
    ]
    return {
        "since": found.since,
        "until": found.until,
        "headline": found.headline,
        "sent": found.sent,
        "faults": found.faults,
        "campaigns": campaigns,
        "runs": [
            {
                "run": one.run,
                "list": one.list_name,
                "stream": one.stream,
                "at": one.at,
                "state": one.state,
                "reason": one.reason,
            }
            for one in found.runs
        ],
        "sources": found.sources,
        "relays": found.relays,
        "alarms": found.alarms,
        "checks": found.checks,
    }
