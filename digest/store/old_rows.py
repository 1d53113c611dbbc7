"""What grows old beside deliveries, a kind of row a line: which rows those are, and how each kind
is forgotten. What must be known for good is not here: subscribers, consents, suppressions, keys,
editions, which briefs they used, and by what names briefs are known."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Uuid, delete, exists, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from digest.domain.ids import first_id_at
from digest.domain.states import RunState
from digest.store.accounts import AccountLink, LoginAttempt
from digest.store.alarms import Alarm
from digest.store.audit import AuditEntry
from digest.store.base import Row
from digest.store.briefs import Brief, RelatedStory
from digest.store.edition_changes import EditionChange
from digest.store.editions import Edition
from digest.store.feedback import Bounce, Complaint, FeedbackEvent
from digest.store.greetings import Greeting
from digest.store.imports import ImportState, PeopleImport
from digest.store.link_checks import KEPT, LinkCheck
from digest.store.links import LinkDay
from digest.store.notices import Notice
from digest.store.pings import Ping
from digest.store.runs import Run
from digest.store.summaries import SummaryMail

Ids = Collection[Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of row that is forgotten when it is old."""

    name: str
    kept: str | timedelta  # for how long: a setting of days, or always the same
    row: type[Row]
    at: InstrumentedAttribute[Any] | None  # when it was; None: when its id was made
    which: Callable[[], ColumnElement[bool]] | None = None  # of the old ones, only these
    forget: Callable[[Session, Ids, datetime], None] | None = None  # None: the row is deleted

    @property
    def key(self) -> Any:
        """Its primary key, in order of time where it is an id."""
        return self.row.__mapper__.primary_key[0]


def old_of(kind: Kind, before: datetime) -> Select[Any]:
    """The keys of a kind's rows from before a time."""
    old = select(kind.key)
    if kind.at is not None:
        old = old.where(kind.at < before)
    if isinstance(kind.key.type, Uuid):  # the key bounds the search: there is no index of times
        old = old.where(kind.key < first_id_at(before))
    return old if kind.which is None else old.where(kind.which())


def find_old(session: Session, kind: Kind, before: datetime, most: int) -> Sequence[Any]:
    """The keys of ``most`` of them at most, the oldest first."""
    return session.scalars(old_of(kind, before).order_by(kind.key).limit(most)).all()


def count_old(session: Session, kind: Kind, before: datetime) -> int:
    """How many they are."""
    return session.scalar(select(func.count()).select_from(old_of(kind, before).subquery())) or 0


def forget(session: Session, kind: Kind, keys: Ids, now: datetime) -> None:
    """Forget these rows of a kind."""
    if kind.forget is not None:
        kind.forget(session, keys, now)
    else:
        _delete(session, kind.row, kind.key, keys)


def _forget_raw(session: Session, ids: Ids, _: datetime) -> None:
    """The mails themselves, and the addresses in them; what they said and did stays."""
    _update(session, FeedbackEvent, ids, raw=None)


def _forget_events(session: Session, ids: Ids, _: datetime) -> None:
    """With the bounces and complaints that they were; their sums are kept by campaign."""
    _delete(session, Bounce, Bounce.event_id, ids)
    _delete(session, Complaint, Complaint.event_id, ids)
    _delete(session, FeedbackEvent, FeedbackEvent.id, ids)


def _forget_bodies(session: Session, ids: Ids, now: datetime) -> None:
    """The brief stays with its title, points and names, so that it is never taken as new."""
    _delete(session, RelatedStory, RelatedStory.brief_id, ids)
    _update(session, Brief, ids, body=(), forgotten_at=now)


def _forget_counts(session: Session, ids: Ids, _: datetime) -> None:
    """How often the links of these editions were followed; where they lead stays."""
    _delete(session, LinkDay, LinkDay.edition_id, ids)


def _delete(session: Session, row: type[Row], key: Any, keys: Ids) -> None:
    session.execute(delete(row).where(key.in_(keys)).execution_options(synchronize_session=False))


def _update(session: Session, row: type[FeedbackEvent | Brief], ids: Ids, **values: Any) -> None:
    change = update(row).where(row.id.in_(ids)).values(**values)
    session.execute(change.execution_options(synchronize_session=False))


def _is_counted() -> ColumnElement[bool]:
    return exists().where(LinkDay.edition_id == Edition.id)


def _came_to_nothing() -> ColumnElement[bool]:
    ended = Run.state.in_((RunState.SKIPPED, RunState.MISSED))
    return ended & ~exists().where(Edition.run_id == Run.id)


KINDS = (
    Kind(
        "mails that came back",
        "feedback_days",
        FeedbackEvent,
        FeedbackEvent.at,
        lambda: FeedbackEvent.raw.is_not(None),
        _forget_raw,
    ),
    Kind("feedback", "event_days", FeedbackEvent, FeedbackEvent.at, None, _forget_events),
    Kind(
        "bodies of briefs",
        "brief_days",
        Brief,
        Brief.arrived_at,
        lambda: Brief.forgotten_at.is_(None),
        _forget_bodies,
    ),
    Kind("runs without an edition", "history_days", Run, Run.changed_at, _came_to_nothing),
    Kind("changes of drafts", "history_days", EditionChange, EditionChange.at),
    Kind("counts of links", "history_days", Edition, None, _is_counted, _forget_counts),
    Kind("alarms that are over", "history_days", Alarm, Alarm.closed_at),
    Kind("audit", "audit_days", AuditEntry, AuditEntry.at),
    Kind(
        "mails to one subscriber",
        "notice_days",
        Greeting,
        Greeting.created_at,
        lambda: Greeting.next_at.is_(None),
    ),
    Kind("notices to editors", "notice_days", Notice, Notice.at),
    Kind(
        "daily summaries",
        "notice_days",
        SummaryMail,
        SummaryMail.until,
        lambda: SummaryMail.next_at.is_(None),
    ),
    Kind(
        "pings of runs",
        "notice_days",
        Ping,
        None,
        lambda: Ping.run_id.is_not(None) & Ping.next_at.is_(None),
    ),
    Kind(
        "imports",
        "notice_days",
        PeopleImport,
        PeopleImport.created_at,
        lambda: PeopleImport.state.in_((ImportState.DONE, ImportState.FAILED)),
    ),
    Kind("link checks", KEPT, LinkCheck, LinkCheck.checked_at),
    Kind("links to accounts", timedelta(days=1), AccountLink, AccountLink.expires_at),
    Kind("tries to sign in", timedelta(days=1), LoginAttempt, LoginAttempt.at),
)
