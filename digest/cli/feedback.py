"""``digest feedback``: what came back about mails that went out."""

import sys
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from digest.actions.accept_feedback import accept_feedback
from digest.actions.ingest_feedback import Ingested, ingest_paths, read_paths
from digest.actions.list_feedback import list_feedback
from digest.actions.undo_feedback import undo_feedback
from digest.cli import feedback_listen, feedback_mailbox
from digest.cli.context import (
    actor,
    console,
    database,
    parse_id,
    print_json,
    print_json_line,
    progress,
    saw,
    settings,
)
from digest.clock import utc_now
from digest.domain.errors import Illegal
from digest.domain.feedback import Effect
from digest.tokens import Tokens

app = typer.Typer(
    no_args_is_help=True, help="What came back: bounces, complaints, notices, and what they did."
)


app.add_typer(feedback_mailbox.app, name="mailbox")
app.command("listen")(feedback_listen.listen_)


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Mails (.eml), mboxes, Maildirs, folders.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only read; needs no database.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="A JSON object for each mail.")] = False,
) -> None:
    """Read mails that came back and apply what they say, each once, however often it is read.

    Example: digest feedback ingest bounces/ --dry-run --json
    """
    if dry_run:
        mails = read_paths(_tokens(), paths)
    else:
        mails = ingest_paths(database(), settings(), paths, now=utc_now())
    counts: Counter[str] = Counter()
    with progress("Reading") as advance:
        for mail in mails:
            advance()
            counts[_became(mail)] += 1
            if json:
                print_json_line(as_json(mail))
            else:
                _say(mail)
    if not json:
        words = ", ".join(f"{count} {what}" for what, count in counts.most_common())
        console.print(f"{counts.total()} mails: {words or 'nothing'}.", soft_wrap=True)


def as_json(mail: Ingested) -> dict[str, Any]:
    """The stable form that programs read."""
    return {
        "file": mail.file,
        "recipients": [
            {
                "address": one.address,
                "class": one.kind.value,
                "reason": one.reason.value,
                "status": one.status,
                "reply": one.reply,
                "reporting_mta": one.reporting_mta,
            }
            for one in mail.findings
        ],
        "attributed": mail.attributed,
        "applied": mail.applied,
        "evidence": mail.evidence.value,
        "effect": mail.effect.value if mail.effect else None,
    }


@app.command("list")
def list_(
    effect: Annotated[
        Effect | None, typer.Option(help="Only what had this effect, such as review.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what came back, the latest first, and what it did.

    Example: digest feedback list --effect review
    """
    saw("what came back", noun="people")
    events = list_feedback(database(), effect=effect, limit=limit)
    if json:
        print_json(events)
        return
    table = Table("feedback", "when", "who", "class", "reason", "by", "effect", box=None)
    for one in events:
        undone = " (undone)" if one.undone_at else ""
        table.add_row(
            str(one.event),
            f"{one.at:%Y-%m-%d %H:%M}",
            escape(one.address or "–"),
            one.kind or "–",
            one.reason or "–",
            one.evidence,
            one.effect + undone,
        )
    console.print(table)


@app.command()
def accept(feedback: Annotated[str, typer.Argument(help="Its id, from `feedback list`.")]) -> None:
    """Believe a bounce or complaint that was kept for review, and apply it.

    Example: digest feedback accept 0198c1f2-7a3b-7cde-8f00-000000000000
    """
    effect = accept_feedback(database(), parse_id(feedback), now=utc_now(), actor=actor())
    console.print(f"Accepted: {effect.value}.")


@app.command()
def undo(feedback: Annotated[str, typer.Argument(help="Its id, from `feedback list`.")]) -> None:
    """Take back what a bounce, complaint or request did: suppression, count, leaving.

    Example: digest feedback undo 0198c1f2-7a3b-7cde-8f00-000000000000
    """
    effect = undo_feedback(database(), parse_id(feedback), now=utc_now(), actor=actor())
    console.print(f"Undone: {effect.value}.")


def _tokens() -> Tokens | None:
    """Our key, where there is one already: a dry run makes none."""
    given = settings()
    kept = given.home.expanduser() / "secret.key"
    if given.secret_key is None and not kept.exists():
        return None
    try:
        return Tokens(given.secret)
    except (Illegal, OSError):
        return None


def _became(mail: Ingested) -> str:
    if mail.effect is None:
        return "read"
    return mail.effect.value if mail.applied or mail.effect in _QUIET else "known before"


_QUIET = (Effect.IGNORED, Effect.REVIEW, Effect.QUARANTINED)


def _say(mail: Ingested) -> None:
    for one in mail.findings or ():
        who, status = one.address or "(nobody named)", one.status or ""
        line = f"{mail.file}: {who} {one.kind.value}, {one.reason.value} {status}".rstrip()
        console.print(f"{line} → {_became(mail)}", soft_wrap=True, markup=False, highlight=False)
    if not mail.findings:
        print(f"{mail.file}: nothing to read", file=sys.stdout)
