"""The one draft of a list and stream: written, brought up to date, kept, or taken back."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from digest.actions.edition_locks import hold_list, refresh_held
from digest.actions.edition_plan import Basis, BuildOutcome, BuildResult, Plan
from digest.actions.edition_window import Window
from digest.assemble.edition import Assembly
from digest.domain.changes import Rebuild
from digest.domain.edition import EditionContent, Excluded
from digest.domain.states import EditionState, Stream
from digest.store import audit
from digest.store.edition_changes import EditionChange
from digest.store.editions import Edition, last_frozen, open_draft
from digest.store.engine import Session


def write_draft(
    session: Session, plan: Plan, assembly: Assembly | None, now: datetime, actor: str
) -> BuildResult | None:
    """Store what was assembled; None where it was made on top of what is no longer so."""
    hold_list(session, plan.mailing_list.id)
    if read_basis(session, plan.mailing_list.id, plan.stream) != plan.basis:
        return None
    draft = open_draft(session, plan.mailing_list.id, plan.stream)
    if draft is not None:
        refresh_held(session, draft)
    if assembly is None:
        return _keep(draft, plan)
    if assembly.content is None:
        return _skip(session, draft, plan, assembly, now, actor)
    if draft is None:
        return _draft(session, plan, assembly.content, assembly.excluded, now, actor)
    return _refresh(session, draft, plan, assembly.content, assembly.excluded, now, actor)


def read_basis(session: Session, list_id: UUID, stream: Stream) -> Basis:
    """What a draft of the list and stream would be made on top of just now."""
    frozen = last_frozen(session, list_id, stream)
    draft = open_draft(session, list_id, stream)
    return Basis(
        last_frozen=frozen.id if frozen else None,
        draft=draft.id if draft else None,
        version=draft.version if draft else None,
        built_at=draft.built_at if draft else None,
    )


def _draft(
    session: Session,
    plan: Plan,
    content: EditionContent,
    excluded: tuple[Excluded, ...],
    now: datetime,
    actor: str,
) -> BuildResult:
    draft = Edition(
        list_id=plan.mailing_list.id,
        run_id=plan.run_id,
        stream=plan.stream,
        number=content.number,
        window_after=plan.window.after,
        window_until=plan.window.until,
        content=content,
        excluded=excluded,
        built_at=now,
    )
    session.add(draft)
    session.flush()
    _note(session, draft, "built", now, actor)
    return _result(BuildOutcome.DRAFTED, draft, plan)


def _refresh(
    session: Session,
    draft: Edition,
    plan: Plan,
    content: EditionContent,
    excluded: tuple[Excluded, ...],
    now: datetime,
    actor: str,
) -> BuildResult:
    is_new = _as_read(draft.content) != _as_read(content)
    draft.run_id = plan.run_id or draft.run_id
    draft.window_after, draft.window_until = plan.window.after, plan.window.until
    was = Rebuild(draft.content, draft.excluded)
    draft.number, draft.content, draft.excluded = content.number, content, excluded
    draft.built_at = now
    if is_new:
        draft.version += 1
        session.add(
            EditionChange(
                edition_id=draft.id,
                version=draft.version,
                at=now,
                actor=actor,
                change=Rebuild(content, excluded),
                inverse=was,
            )
        )
        _note(session, draft, "refreshed", now, actor)
    return _result(BuildOutcome.REFRESHED, draft, plan)


def _as_read(content: EditionContent) -> EditionContent:
    """The content without its reasons, which speak of ages and so differ at each build."""
    sections = tuple(
        replace(section, briefs=tuple(replace(brief, why="") for brief in section.briefs))
        for section in content.sections
    )
    return replace(content, sections=sections)


def _keep(draft: Edition | None, plan: Plan) -> BuildResult:
    assert draft is not None  # it is part of the basis
    draft.run_id = plan.run_id or draft.run_id
    who = draft.edited_by or "somebody"
    reason = (
        f"{who} edited the draft at {draft.edited_at:%Y-%m-%d %H:%M} UTC, so it stays as it is; "
        "approve or withdraw it."
    )
    return _result(BuildOutcome.KEPT, draft, plan, reason)


def _skip(
    session: Session,
    draft: Edition | None,
    plan: Plan,
    assembly: Assembly,
    now: datetime,
    actor: str,
) -> BuildResult:
    """There is too little: a draft that there was is taken back, and nothing is used up."""
    if draft is not None:
        draft.move(EditionState.WITHDRAWN)
        _note(session, draft, "withdrawn", now, actor, assembly.reason)
    elif plan.run_id is None:  # a run keeps its reason itself
        mailing_list = plan.mailing_list
        audit.record(
            session,
            now=now,
            actor=actor,
            action="skipped an edition",
            noun="mailing_list",
            noun_id=mailing_list.id,
            after={"stream": plan.stream, "reason": assembly.reason},
        )
    return BuildResult(
        outcome=BuildOutcome.SKIPPED,
        edition_id=None,
        list_slug=plan.mailing_list.slug,
        stream=plan.stream,
        run_id=plan.run_id,
        content=None,
        excluded=assembly.excluded,
        reason=_sentence(assembly.reason, plan.window),
    )


def _sentence(reason: str | None, window: Window) -> str:
    return f"No edition: {reason} since {window.after:%Y-%m-%d %H:%M} UTC."


def _result(
    outcome: BuildOutcome, edition: Edition, plan: Plan, reason: str | None = None
) -> BuildResult:
    return BuildResult(
        outcome=outcome,
        edition_id=edition.id,
        list_slug=plan.mailing_list.slug,
        stream=plan.stream,
        run_id=edition.run_id,
        content=edition.content,
        excluded=edition.excluded,
        reason=reason,
    )


def _note(
    session: Session,
    edition: Edition,
    action: str,
    now: datetime,
    actor: str,
    reason: str | None = None,
) -> None:
    after = {
        "version": edition.version,
        "briefs": len(edition.content.briefs),
        "excluded": len(edition.excluded),
        **({"reason": reason} if reason else {}),
    }
    audit.record(
        session,
        now=now,
        actor=actor,
        action=action,
        noun="edition",
        noun_id=edition.id,
        after=after,
    )
