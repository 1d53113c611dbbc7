"""Editions, the briefs they have used, the template sets they froze, and their renditions."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, delete, func, select, type_coerce
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.edition import Branding, EditionContent, Excluded, Rendition, TemplateSet
from digest.domain.errors import NotFound
from digest.domain.states import EDITION_MOVES, EditionState, Stream, check_move
from digest.store.base import AsJson, Row, id_column, text_enum
from digest.store.engine import insert_for


class Edition(Row):
    """One number of a list. From approval on, ``content``, ``branding`` and ``templates`` are
    frozen, and ``frozen_hash`` says so."""

    __tablename__ = "edition"
    __table_args__ = (Index("ix_edition_list_id_stream_state", "list_id", "stream", "state"),)

    id: Mapped[UUID] = id_column()
    list_id: Mapped[UUID] = mapped_column(ForeignKey("mailing_list.id", ondelete="CASCADE"))
    run_id: Mapped[UUID | None] = mapped_column(ForeignKey("run.id"), index=True)
    stream: Mapped[Stream] = mapped_column(text_enum(Stream))
    number: Mapped[int]
    state: Mapped[EditionState] = mapped_column(text_enum(EditionState), default=EditionState.DRAFT)
    window_after: Mapped[datetime]  # briefs that arrived in (window_after, window_until]
    window_until: Mapped[datetime]
    content: Mapped[EditionContent] = mapped_column(AsJson(EditionContent))
    excluded: Mapped[tuple[Excluded, ...]] = mapped_column(AsJson(tuple[Excluded, ...]))
    built_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)  # goes up with each change
    edited_at: Mapped[datetime | None]
    edited_by: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str | None]
    branding: Mapped[Branding | None] = mapped_column(AsJson(Branding))
    templates: Mapped[str | None] = mapped_column(ForeignKey("template_set.id"))
    frozen_hash: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    rejected_at: Mapped[datetime | None]  # a rejected draft never goes by itself
    rejected_by: Mapped[str | None]
    rejected_because: Mapped[str | None]
    corrects_id: Mapped[UUID | None] = mapped_column(index=True)  # goes to those who got that one
    retracted_at: Mapped[datetime | None]  # taken out of the archive after it was sent
    correction: Mapped[str | None]  # what its page in the archive says of it

    def move(self, state: EditionState) -> None:
        """Go to ``state``; ``Illegal`` where that can't be."""
        check_move(EDITION_MOVES, "edition", self.state, state)
        self.state = state


class TemplateSetRow(Row):
    """The sources of a set of templates under their own hash; sets are shared and never change."""

    __tablename__ = "template_set"

    id: Mapped[str] = mapped_column(primary_key=True)  # TemplateSet.digest
    files: Mapped[dict[str, str]] = mapped_column(AsJson(dict[str, str]))
    own: Mapped[tuple[str, ...]] = mapped_column(default=())  # which of them a list made


class BriefUse(Row):
    """A brief that an approved edition carries: each list and stream uses a brief once."""

    __tablename__ = "brief_use"

    list_id: Mapped[UUID] = mapped_column(
        ForeignKey("mailing_list.id", ondelete="CASCADE"), primary_key=True
    )
    stream: Mapped[Stream] = mapped_column(text_enum(Stream), primary_key=True)
    brief_id: Mapped[UUID] = mapped_column(
        ForeignKey("brief.id", ondelete="CASCADE"), primary_key=True
    )
    edition_id: Mapped[UUID] = mapped_column(
        ForeignKey("edition.id", ondelete="CASCADE"), index=True
    )


class RenditionRow(Row):
    """An approved edition rendered for one variant."""

    __tablename__ = "rendition"
    __table_args__ = (UniqueConstraint("edition_id", "variant"),)

    id: Mapped[UUID] = id_column()
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("edition.id", ondelete="CASCADE"))
    variant: Mapped[str]  # Variant.key
    parts: Mapped[Rendition] = mapped_column(AsJson(Rendition))
    checksum: Mapped[str]


@dataclass(frozen=True, slots=True)
class Title:
    """What an edition is called."""

    number: int
    list_name: str
    subject: str


def find_edition(session: Session, edition_id: UUID) -> Edition:
    edition = session.get(Edition, edition_id)
    if edition is None:
        raise NotFound(f"There is no edition {edition_id}.")
    return edition


def lock_edition(session: Session, edition_id: UUID) -> Edition:
    """The edition, held until the transaction ends."""
    edition = session.scalar(select(Edition).where(Edition.id == edition_id).with_for_update())
    if edition is None:
        raise NotFound(f"There is no edition {edition_id}.")
    return edition


def open_draft(session: Session, list_id: UUID, stream: Stream) -> Edition | None:
    """The one draft that a list and stream may have, corrections of older numbers aside."""
    return session.scalar(
        select(Edition).where(
            Edition.list_id == list_id,
            Edition.stream == stream,
            Edition.state == EditionState.DRAFT,
            Edition.corrects_id.is_(None),
        )
    )


def edition_of_run(session: Session, run_id: UUID) -> Edition | None:
    """The edition built for a run and not withdrawn since."""
    return session.scalar(
        select(Edition).where(Edition.run_id == run_id, Edition.state != EditionState.WITHDRAWN)
    )


def last_frozen(session: Session, list_id: UUID, stream: Stream) -> Edition | None:
    """The latest approved or sent edition of a list and stream."""
    return next(iter(recent_frozen(session, list_id, stream, 1)), None)


def recent_frozen(session: Session, list_id: UUID, stream: Stream, limit: int) -> Sequence[Edition]:
    """The latest approved or sent editions, newest first; corrections are none of them."""
    frozen = select(Edition).where(
        Edition.list_id == list_id,
        Edition.stream == stream,
        Edition.corrects_id.is_(None),
        Edition.state.in_((EditionState.APPROVED, EditionState.SENT)),
    )
    return session.scalars(frozen.order_by(Edition.window_until.desc()).limit(limit)).all()


def editions_approved(
    session: Session, list_id: UUID, stream: Stream, after: datetime, until: datetime
) -> Sequence[Edition]:
    """Those that were approved in (after, until], oldest first: no corrections, and nothing that
    was withdrawn or retracted."""
    found = select(Edition).where(
        Edition.list_id == list_id,
        Edition.stream == stream,
        Edition.state.in_((EditionState.APPROVED, EditionState.SENT)),
        Edition.approved_at > after,
        Edition.approved_at <= until,
        Edition.corrects_id.is_(None),
        Edition.retracted_at.is_(None),
    )
    return session.scalars(found.order_by(Edition.approved_at, Edition.id)).all()


def next_number(session: Session, list_id: UUID, stream: Stream) -> int:
    """The number after the highest that was approved; withdrawn numbers come again."""
    highest = select(func.max(Edition.number)).where(
        Edition.list_id == list_id,
        Edition.stream == stream,
        Edition.state.in_((EditionState.APPROVED, EditionState.SENT)),
    )
    return (session.scalar(highest) or 0) + 1


def recent_editions(session: Session, list_id: UUID | None, limit: int) -> Sequence[Edition]:
    """The latest editions in any state, newest first."""
    newest = select(Edition).order_by(Edition.built_at.desc()).limit(limit)
    return session.scalars(
        newest if list_id is None else newest.where(Edition.list_id == list_id)
    ).all()


def titles_of(session: Session, edition_ids: Collection[UUID]) -> dict[UUID, Title]:
    """What these editions are called, without the rest of their content."""
    content = type_coerce(Edition.content, JSON)
    words = (content["list_name"].as_string(), content["subject"].as_string())
    found = select(Edition.id, Edition.number, *words).where(Edition.id.in_(edition_ids))
    return {id_: Title(*rest) for id_, *rest in session.execute(found)}


def editions_of_runs(session: Session, run_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, int]]:
    """By run, the edition that was built for it and not withdrawn since: its id and number."""
    found = select(Edition.run_id, Edition.id, Edition.number).where(
        Edition.run_id.in_(run_ids), Edition.state != EditionState.WITHDRAWN
    )
    return {run: (id_, number) for run, id_, number in session.execute(found) if run is not None}


def used_briefs(
    session: Session, list_id: UUID, stream: Stream, brief_ids: Collection[UUID]
) -> dict[UUID, UUID]:
    """Which of these briefs an edition of the list and stream already carries: brief → edition."""
    uses = select(BriefUse.brief_id, BriefUse.edition_id).where(
        BriefUse.list_id == list_id, BriefUse.stream == stream, BriefUse.brief_id.in_(brief_ids)
    )
    return dict(session.execute(uses).all())


def use_briefs(session: Session, edition: Edition, brief_ids: Iterable[UUID]) -> None:
    """Mark briefs as used; an IntegrityError means that another edition was faster."""
    session.add_all(
        BriefUse(
            list_id=edition.list_id,
            stream=edition.stream,
            brief_id=brief_id,
            edition_id=edition.id,
        )
        for brief_id in brief_ids
    )
    session.flush()


def free_briefs(session: Session, edition_id: UUID) -> None:
    """Give back what an edition used, when it is withdrawn."""
    session.execute(delete(BriefUse).where(BriefUse.edition_id == edition_id))


def keep_templates(session: Session, templates: TemplateSet) -> str:
    """Store a set under its hash, where it isn't yet; gives the hash."""
    row = {"id": templates.digest, "files": dict(templates.files), "own": templates.own}
    session.execute(insert_for(session, TemplateSetRow).values(row).on_conflict_do_nothing())
    return templates.digest


def get_templates(session: Session, set_id: str) -> TemplateSet:
    row = session.get_one(TemplateSetRow, set_id)
    return TemplateSet(row.files, row.own)


def keep_renditions(
    session: Session, edition_id: UUID, renditions: dict[str, Rendition]
) -> dict[str, UUID]:
    """Store renditions by variant key; those stored before stay. Gives variant key → id."""
    for key, parts in renditions.items():
        row = {
            "edition_id": edition_id,
            "variant": key,
            "parts": parts,
            "checksum": parts.checksum,
        }
        session.execute(insert_for(session, RenditionRow).values(row).on_conflict_do_nothing())
    ids = select(RenditionRow.variant, RenditionRow.id).where(RenditionRow.edition_id == edition_id)
    return dict(session.execute(ids).all())


def get_rendition(session: Session, rendition_id: UUID) -> Rendition:
    return session.get_one(RenditionRow, rendition_id).parts
