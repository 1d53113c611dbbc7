"""``digest list look`` and ``digest list templates``: how a list's editions look."""

from pathlib import Path
from typing import Annotated, Any

import typer

from digest.actions.change_look import LOOKS, change_look
from digest.actions.list_templates import drop_templates, save_templates, template_sources
from digest.cli.context import actor, console, database, print_json
from digest.cli.finding_view import as_findings
from digest.cli.template_folder import read_folder, write_folder
from digest.clock import utc_now
from digest.domain.edition import Layout
from digest.domain.errors import Illegal
from digest.store.lists import find_list


def look(
    slug: str,
    layout: Annotated[Layout | None, typer.Option(help="How much of each brief.")] = None,
    accent: Annotated[str | None, typer.Option(help="A colour, such as #0b4f8a.")] = None,
    logo: Annotated[str | None, typer.Option(help='Its https:// address; "" for none.')] = None,
    logo_alt: Annotated[str | None, typer.Option(help="What it says, as text.")] = None,
    footer: Annotated[str | None, typer.Option(help="Stands above the footer's links.")] = None,
    images: Annotated[bool | None, typer.Option(help="Show the briefs' pictures.")] = None,
    budget: Annotated[int | None, typer.Option(help="Most bytes of HTML, as sent.")] = None,
    faults_block: Annotated[
        bool | None, typer.Option(help="Refuse to approve an edition with an error.")
    ] = None,
    indexed: Annotated[
        bool | None, typer.Option(help="Let search engines show its archive.")
    ] = None,
) -> None:
    """Change how a list's editions look; without an option, show it.

    Example: digest list look daily --layout compact --accent "#7a1f3d"
    """
    given: dict[str, Any] = {
        "layout": layout.value if layout else None,
        "accent_color": accent,
        "logo_alt": logo_alt,
        "footer_text": footer,
        "show_images": images,
        "size_budget": budget,
        "faults_block": faults_block,
        "is_indexed": indexed,
    }
    changes = {name: value for name, value in given.items() if value is not None}
    if logo is not None:
        changes["logo_url"] = logo or None
    for remark in change_look(database(), slug, changes, now=utc_now(), actor=actor()):
        console.print(remark, soft_wrap=True, markup=False, highlight=False)
    with database().read() as session:
        one = find_list(session, slug)
        print_json({name: getattr(one, name) for name in sorted(LOOKS)})


def templates(
    slug: str,
    folder: Annotated[Path | None, typer.Argument(help="Use the templates in this folder.")] = None,
    builtin: Annotated[
        bool, typer.Option("--builtin", help="Go back to the built-in ones.")
    ] = False,
    export: Annotated[
        Path | None, typer.Option(help="Write those in use here, to start from.")
    ] = None,
) -> None:
    """Give a list templates of its own (docs/email-templates.md); they are tried before.

    Example: digest list templates daily --export my-templates
    """
    if folder is not None:
        findings = save_templates(
            database(), slug, read_folder(folder), now=utc_now(), actor=actor()
        )
        console.print(as_findings(findings))
        console.print(f"{slug} uses the templates of {folder} from its next draft on.")
    elif builtin:
        drop_templates(database(), slug, now=utc_now(), actor=actor())
        console.print(f"{slug} uses the built-in templates.")
    elif export is not None:
        write_folder(export, template_sources(database(), slug))
        console.print(f"Wrote the templates of {slug} to {export}.", soft_wrap=True)
    else:
        raise Illegal("Name a folder to use, or --builtin, or --export FOLDER.")
