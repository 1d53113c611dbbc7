"""A list's own e-mail templates: tried, kept, given up, and shown."""

from collections.abc import Mapping
from datetime import datetime

from digest.render import Finding, builtin_templates
from digest.render.trial import own_templates, try_templates
from digest.store import audit
from digest.store.editions import get_templates, keep_templates
from digest.store.engine import Database
from digest.store.lists import find_list


def save_templates(
    db: Database, slug: str, files: Mapping[str, str], *, now: datetime, actor: str
) -> tuple[Finding, ...]:
    """Use ``files`` (relative path → source) for a list's editions from the next draft on, in the
    place of the built-in templates of the same name; approved editions keep theirs.

    Gives what might be mended. ``Illegal`` where they can't be used, and then nothing changes.
    """
    templates = own_templates(files)
    with db.read() as session:
        branding = find_list(session, slug).branding
    findings = try_templates(templates, branding)
    with db.begin() as session:
        mailing_list = find_list(session, slug)
        before, mailing_list.templates = mailing_list.templates, keep_templates(session, templates)
        audit.record(
            session,
            now=now,
            actor=actor,
            action="saved templates of",
            noun="mailing_list",
            noun_id=mailing_list.id,
            before={"templates": before},
            after={"templates": mailing_list.templates, "own": templates.own},
        )
    return findings


def drop_templates(db: Database, slug: str, *, now: datetime, actor: str) -> None:
    """Go back to the built-in templates."""
    with db.begin() as session:
        mailing_list = find_list(session, slug)
        before, mailing_list.templates = mailing_list.templates, None
        audit.record(
            session,
            now=now,
            actor=actor,
            action="dropped templates of",
            noun="mailing_list",
            noun_id=mailing_list.id,
            before={"templates": before},
            after={"templates": None},
        )


def template_sources(db: Database, slug: str) -> Mapping[str, str]:
    """The sources that a list's editions are made with, by relative path, without the words."""
    with db.read() as session:
        set_id = find_list(session, slug).templates
        templates = get_templates(session, set_id) if set_id else builtin_templates()
    return {name: text for name, text in templates.files.items() if not name.endswith(".po")}
