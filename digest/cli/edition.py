"""``digest edition``: build, look at, approve and withdraw the numbers of a list."""

from collections.abc import Mapping
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from digest.actions.approve_edition import approve_edition
from digest.actions.build_edition import build_edition
from digest.actions.check_edition import check_edition
from digest.actions.check_links import check_links
from digest.actions.preview_edition import preview_edition
from digest.actions.preview_message import preview_message, send_test
from digest.actions.renditions import with_inert_fields
from digest.actions.show_edition import LATEST, list_editions, show_edition
from digest.actions.withdraw_edition import withdraw_edition
from digest.cli.context import (
    actor,
    console,
    database,
    errors,
    parse_now,
    print_json,
    saw,
    settings,
)
from digest.cli.edition_clicks import clicks
from digest.cli.edition_view import as_document, as_page, as_rows
from digest.cli.finding_view import as_findings, as_support
from digest.cli.template_folder import server
from digest.clock import utc_now
from digest.domain.errors import Illegal
from digest.domain.states import Stream
from digest.render import Severity
from digest.render.support import support_table
from digest.render.trial import own_templates

app = typer.Typer(no_args_is_help=True, help="Editions: what a list sends, and why.")
app.command()(clicks)

Name = Annotated[
    str, typer.Argument(metavar="ID", help="An edition's id, a list's slug, or `latest`.")
]
Reader = Annotated[
    str,
    typer.Option("--as", help="A subscriber's address, or persona:default, :text, :topic:NAME."),
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command()
def build(
    slug: Annotated[str, typer.Argument(metavar="LIST")],
    now: Annotated[
        str | None, typer.Option(help="Build as of this time (ISO 8601; default: now).")
    ] = None,
    stream: Annotated[Stream, typer.Option(help="Which stream.")] = Stream.EACH,
    json: AsJson = False,
) -> None:
    """Make the draft of the next edition, or bring it up to date.

    Example: digest edition build daily --json
    """
    result = build_edition(database(), slug, stream=stream, now=parse_now(now), actor=actor())
    if result.reason:
        errors.print(result.reason, markup=False, soft_wrap=True)
    if json:
        print_json(
            as_document(
                result.edition_id,
                slug,
                result.stream,
                result.run_id,
                result.content,
                result.excluded,
            )
        )
    elif result.edition_id is not None:
        console.print(as_page(show_edition(database(), str(result.edition_id))))


@app.command()
def show(name: Name, json: AsJson = False) -> None:
    """Show an edition, why each brief is in it, why others are not, and what did not fit.

    Example: digest edition show daily
    """
    view = show_edition(database(), name)
    if json:
        print_json(
            as_document(
                view.id, view.list_slug, view.stream, view.run_id, view.content, view.excluded
            )
        )
    else:
        dropped = preview_edition(database(), settings(), view.id).dropped
        console.print(as_page(view, dropped))


@app.command("list")
def list_(
    slug: Annotated[str | None, typer.Argument(metavar="LIST", help="Default: all lists.")] = None,
    limit: Annotated[int, typer.Option(help="How many, the newest first.")] = 20,
    json: AsJson = False,
) -> None:
    """List the newest editions with their state.

    Example: digest edition list daily --limit 5
    """
    views = list_editions(database(), slug, limit)
    if not json:
        console.print(as_rows(views))
        return
    print_json(
        [
            {
                "edition": view.id,
                "list": view.list_slug,
                "stream": view.stream,
                "number": view.number,
                "state": view.state,
                "version": view.version,
                "built": view.built_at,
                "subject": view.content.subject,
                "briefs": len(view.content.briefs),
            }
            for view in views
        ]
    )


@app.command()
def check(
    name: Annotated[
        str | None, typer.Argument(metavar="ID", help="An edition's id, a slug, or `latest`.")
    ] = None,
    support: Annotated[
        bool, typer.Option("--support", help="Print what mail programs support instead.")
    ] = False,
    links: Annotated[bool, typer.Option(help="Ask whether its links answer.")] = True,
    json: AsJson = False,
) -> None:
    """Say what is wrong with an edition; exit status 1 where something must be mended.

    Example: digest edition check latest --no-links
    """
    if support:
        print_json(list(support_table().values())) if json else console.print(as_support())
        return
    view = show_edition(database(), name or LATEST)
    findings = check_edition(database(), settings(), view.id, now=utc_now())
    if links:
        findings += check_links(database(), settings(), view.id, now=utc_now())
    if json:
        print_json(findings)
    else:
        console.print(as_findings(findings))
        if not findings:
            console.print(f"No. {view.number} of {view.list_slug} is fit to be sent.")
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise typer.Exit(1)


@app.command()
def approve(
    name: Name,
    version: Annotated[
        int | None, typer.Option(help="Only if it is still this version (see `show`).")
    ] = None,
) -> None:
    """Freeze an edition: what was previewed is what is sent, and its briefs are used.

    Example: digest edition approve daily --version 3
    """
    view = show_edition(database(), name)
    approve_edition(
        database(), settings(), view.id, now=utc_now(), actor=actor(), seen_version=version
    )
    console.print(f"Approved No. {view.number} of {view.list_slug} ({view.id}).", soft_wrap=True)


@app.command()
def withdraw(
    name: Name,
    reason: Annotated[str | None, typer.Option(help="Why; kept with the edition's run.")] = None,
) -> None:
    """Take a draft or an approved edition back; its briefs may go into the next one.

    Example: digest edition withdraw daily --reason "The minister resigned"
    """
    view = show_edition(database(), name)
    withdraw_edition(
        database(), view.id, reason=reason, ends_run=True, now=utc_now(), actor=actor()
    )
    console.print(f"Withdrew No. {view.number} of {view.list_slug} ({view.id}).", soft_wrap=True)


@app.command()
def preview(
    name: Name,
    reader: Reader = "persona:default",
    html: Annotated[Path | None, typer.Option(help="Write the HTML part here.")] = None,
    text: Annotated[Path | None, typer.Option(help="Write the text part here.")] = None,
    eml: Annotated[Path | None, typer.Option(help="Write the whole message here.")] = None,
    watch: Annotated[
        Path | None,
        typer.Option(help="Show it in a browser with this folder's templates, as they change."),
    ] = None,
    port: Annotated[int, typer.Option(help="Of --watch, on this machine only.")] = 8025,
) -> None:
    """Render an edition as a reader gets it; without a file to write, print the text part.

    Example: digest edition preview daily --as persona:topic:World --html world.html
    """
    view = show_edition(database(), name)
    if watch is not None:
        _watch(view.id, reader, watch, port)
        return
    if "@" in reader:
        saw("an edition as a reader gets it", noun="edition", noun_id=view.id)
    rendition = preview_edition(database(), settings(), view.id, reader=reader)
    shown = with_inert_fields(rendition, settings())
    if html is not None:
        if shown.html is None:
            raise Illegal("This reader gets text only, so there is no HTML part to write.")
        _write(html, shown.html.encode())
    if text is not None:
        _write(text, shown.text.encode())
    if eml is not None:
        message = preview_message(database(), settings(), view.id, reader=reader, now=utc_now())
        _write(eml, message)
    if html is None and text is None and eml is None:
        print(f"Subject: {shown.subject}\n\n{shown.text}", end="")


@app.command("test")
def send(
    name: Name,
    addresses: Annotated[list[str], typer.Argument(metavar="ADDRESS...")],
    reader: Reader = "persona:default",
) -> None:
    """Send an edition to some addresses, marked as a test; its personal links change nothing.

    Example: digest edition test daily editor@news.example
    """
    view = show_edition(database(), name)
    replies = send_test(
        database(),
        settings(),
        view.id,
        addresses,
        reader=reader,
        now=utc_now(),
        actor=actor(),
    )
    for address, reply in replies:
        console.print(f"{address}: {reply}", soft_wrap=True, markup=False, highlight=False)


def _watch(edition_id: UUID, reader: str, folder: Path, port: int) -> None:
    """Serve the edition until Ctrl-C."""

    def page(sources: Mapping[str, str]) -> tuple[str, str]:
        rendition = preview_edition(
            database(), settings(), edition_id, reader=reader, templates=own_templates(sources)
        )
        shown = with_inert_fields(rendition, settings())
        return shown.html or f"<pre>{escape(shown.text)}</pre></body>", shown.fallback

    with server(folder, page, port) as serving:
        host, at = serving.server_address[:2]
        console.print(f"http://{host!s}:{at} shows {folder}; Ctrl-C ends it.", soft_wrap=True)
        with suppress(KeyboardInterrupt):
            serving.serve_forever()


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise Illegal(f"{path} can't be written: {error.strerror}.") from None
    console.print(f"Wrote {path}.", soft_wrap=True)
