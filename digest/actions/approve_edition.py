"""Freeze an edition: from here on, what was previewed is what is sent."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from digest.actions.check_edition import Surroundings, find_faults, surroundings
from digest.actions.edition_locks import hold_edition
from digest.actions.renditions import EditionValues, edition_values
from digest.actions.schedule_campaign import make_campaign
from digest.domain.actor import is_same_person
from digest.domain.errors import Forbidden, Illegal
from digest.domain.states import EDITION_MOVES, EditionState, check_move
from digest.render import Severity
from digest.settings import Settings
from digest.store import audit
from digest.store.briefs import briefs_by_url, embargoed
from digest.store.editions import Edition, find_edition, keep_templates, use_briefs
from digest.store.engine import Database, IntegrityError, Session
from digest.store.lists import get_list
from digest.store.runs import find_run

SERVICE = "service"  # the actor of what happens by itself


def approve_edition(
    db: Database,
    settings: Settings,
    edition_id: UUID,
    *,
    now: datetime,
    actor: str,
    seen_version: int | None = None,
) -> None:
    """Freeze content, branding and templates under a hash, and mark the briefs used: those in the
    edition with all their copies, not those that were cut off. A correction uses no brief again,
    and is on its way from here.

    ``Illegal`` where it isn't a draft, has an error (unless its list lets those through), or
    carries a brief that another edition was faster to use or that is embargoed; where somebody
    sent it back and the service would let it go; and where it is no longer at ``seen_version``, the
    one that was looked at. ``Forbidden`` where its list wants somebody else than its last editor.
    """
    with db.read() as session:
        edition = find_edition(session, edition_id)
        version = edition.version
        check_move(EDITION_MOVES, "edition", edition.state, EditionState.APPROVED)
        values = edition_values(session, settings, edition)
        around = surroundings(session, edition, values, now)
        mailing_list = get_list(session, edition.list_id)
        _refuse_sent_back(edition, actor)
        _refuse_embargoed(session, edition, now)
    if mailing_list.approved_by_other:
        _refuse_last_editor(edition, actor)
    if seen_version is not None and version != seen_version:
        raise Illegal(_changed(seen_version, version))
    if mailing_list.faults_block:
        _refuse_faults(values, around)
    try:
        with db.begin() as session:
            edition = hold_edition(session, edition_id)
            if edition.version != version:
                raise Illegal(_changed(version, edition.version))
            # A build that changed but the reasons, which nobody is mailed, makes no new version.
            _freeze(session, edition, replace(values, content=edition.content), now, actor)
    except IntegrityError as error:
        raise Illegal(
            "A brief of this edition was used by another one meanwhile; build it again."
        ) from error


def _refuse_last_editor(edition: Edition, actor: str) -> None:
    if is_same_person(edition.edited_by, actor):
        raise Forbidden(
            "On this list somebody else than who changed an edition last has to approve it; "
            f"that was {edition.edited_by}."
        )


def _refuse_sent_back(edition: Edition, actor: str) -> None:
    if edition.rejected_at is not None and actor == SERVICE:
        raise Illegal(f"{edition.rejected_by} sent it back: {edition.rejected_because}")


def _refuse_embargoed(session: Session, edition: Edition, now: datetime) -> None:
    goes_out = find_run(session, edition.run_id).scheduled_at if edition.run_id else now
    ids = [brief.id for brief in edition.content.briefs]
    held = embargoed(session, ids, max(now, goes_out))
    if held and edition.corrects_id is None:
        raise Illegal(
            f"“{held[0].title}” is embargoed until {held[0].embargoed_until:%Y-%m-%d %H:%M} UTC; "
            "take it out, or lift the embargo."
        )


def _refuse_faults(values: EditionValues, around: Surroundings) -> None:
    errors = [fault for fault in find_faults(values, around) if fault.severity is Severity.ERROR]
    if errors:
        first, others = errors[0], len(errors) - 1
        more = f" (and {others} more; see `digest edition check`)" if others else ""
        raise Illegal(
            f"This edition can't be approved: {first.where}: {first.why} {first.remedy}{more}"
        )


def _freeze(
    session: Session, edition: Edition, values: EditionValues, now: datetime, actor: str
) -> None:
    edition.move(EditionState.APPROVED)
    edition.approved_at, edition.approved_by = now, actor
    edition.branding = values.branding
    edition.templates = keep_templates(session, values.templates)
    edition.frozen_hash = values.digest
    edition.rejected_at = edition.rejected_by = edition.rejected_because = None
    used = _carried(session, edition) if edition.corrects_id is None else []
    use_briefs(session, edition, used)
    audit.record(
        session,
        now=now,
        actor=actor,
        action="approved",
        noun="edition",
        noun_id=edition.id,
        before={"state": EditionState.DRAFT},
        after={"version": edition.version, "hash": values.digest, "briefs_used": len(used)},
    )
    if edition.corrects_id is not None:
        make_campaign(session, edition, now, now, actor)


def _carried(session: Session, edition: Edition) -> list[UUID]:
    """The briefs in the edition, and the stored copies of them that it names."""
    briefs = edition.content.briefs
    copies = briefs_by_url(session, [copy.url for brief in briefs for copy in brief.also])
    ids = [brief.id for brief in briefs] + [copy.id for copy in copies.values()]
    return list(dict.fromkeys(ids))


def _changed(seen: int, now: int) -> str:
    return (
        f"This edition has changed since it was looked at (version {seen}, now {now}); "
        "look at it again."
    )
