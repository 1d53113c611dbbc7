"""Many people at once: a chunk is put in a table of its own, and taken from there by statements
that decide for all of its rows together."""

from collections import Counter
from datetime import datetime
from enum import StrEnum
from functools import cache
from uuid import UUID

from sqlalchemy import (
    Insert,
    Text,
    Update,
    Uuid,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal,
    select,
    true,
    tuple_,
    update,
)

from digest.domain.ids import id_series
from digest.domain.states import SubscriptionState
from digest.store.arrival_table import NEW as _NEW
from digest.store.arrival_table import Arrivals as Arrivals
from digest.store.base import UtcDateTime, bare_table, text_enum
from digest.store.engine import Session, numbered_id
from digest.store.subscribers import Subscriber, Subscription
from digest.store.suppressions import Suppression


class Fate(StrEnum):
    """What an import does for one person."""

    ADDED = "added"
    CONFIRMED = "confirmed"  # was pending on this list
    UNCHANGED = "unchanged"  # on this list already: their own choices stay
    LEFT = "left"  # left this list: an import brings nobody back
    SUPPRESSED = "suppressed"


_PERSON, _PLACE, _BARRED = map(bare_table, (Subscriber, Subscription, Suppression))
_LIST = bindparam("list", type_=Uuid())
_NOW = bindparam("now", type_=UtcDateTime())

# Looked up one by one, by the index: PostgreSQL knows nothing of this table's size, and would join
# it to everybody there is, once for each chunk, or hash all suppressions (which EXISTS allows).
_IS_BARRED = (
    select(true())
    .where(_BARRED.c.address_hash == _NEW.c.address_hash)
    .correlate(_NEW)
    .scalar_subquery()
)
_KNOWN = (
    select(_PERSON.c.id, _PLACE.c.state)
    .outerjoin(_PLACE, and_(_PLACE.c.subscriber_id == _PERSON.c.id, _PLACE.c.list_id == _LIST))
    .where(_PERSON.c.address == _NEW.c.address)
    .correlate(_NEW)
    .scalar_subquery()
)


def decide_arrivals(session: Session, list_id: UUID, arrivals: Arrivals) -> Counter[Fate]:
    """Lay a chunk down, and decide what becomes of each on this list."""
    arrivals.lay_down(session)
    session.execute(_look_up(), {"list": list_id})
    return Counter(dict(session.execute(_COUNTS).all()))


def carry_out(session: Session, list_id: UUID, fates: Counter[Fate], now: datetime) -> None:
    """Do it, in the same transaction. ``IntegrityError`` where somebody came by another way since
    they were looked up: then all is decided anew, in another transaction."""
    given = {"list": list_id, "now": now}
    if fates[Fate.ADDED]:
        series = {"people": id_series(), "places": id_series()}
        for statement in (_add_subscribers(), _add_places()):
            session.execute(statement, given | series)
    if fates[Fate.CONFIRMED]:
        session.execute(_confirm(), given)


_FATE = case(
    (_NEW.c.is_barred, literal(Fate.SUPPRESSED, text_enum(Fate))),
    (_NEW.c.here.is_(None), Fate.ADDED),
    (_NEW.c.here == SubscriptionState.UNSUBSCRIBED, Fate.LEFT),
    (
        and_(_NEW.c.here == SubscriptionState.PENDING, _NEW.c.state == SubscriptionState.CONFIRMED),
        Fate.CONFIRMED,
    ),
    else_=Fate.UNCHANGED,
).label("fate")
_COUNTS = select(_FATE, func.count()).group_by("fate")


@cache
def _look_up() -> Update:
    known = tuple_(_NEW.c.person_id, _NEW.c.here)
    return update(_NEW).values({_NEW.c.is_barred: _IS_BARRED, known: _KNOWN})


@cache
def _add_subscribers() -> Insert:
    names = ("address", "address_hash", "name", "language", "timezone", "attributes")
    rows = select(_new_id("people"), *(_NEW.c[name] for name in names), _NOW).where(
        _FATE == Fate.ADDED, _NEW.c.person_id.is_(None)
    )
    return insert(_PERSON).from_select(("id", *names, "created_at"), rows)


@cache
def _add_places() -> Insert:
    is_confirmed = _NEW.c.state == SubscriptionState.CONFIRMED
    choices = ("state", "stream", "local_hour", "timezone", "variant")
    rows = select(
        _new_id("places"),
        func.coalesce(_NEW.c.person_id, _new_id("people")),
        _LIST,
        *(_NEW.c[name] for name in choices),
        _NOW,
        case((is_confirmed, _NOW)),
    ).where(_FATE == Fate.ADDED)
    names = ("id", "subscriber_id", "list_id", *choices, "created_at", "confirmed_at")
    return insert(_PLACE).from_select(names, rows)


@cache
def _confirm() -> Update:
    wants = select(_NEW.c.person_id).where(_FATE == Fate.CONFIRMED)
    return (
        update(_PLACE)
        .where(
            _PLACE.c.subscriber_id.in_(wants),
            _PLACE.c.list_id == _LIST,
            _PLACE.c.state == SubscriptionState.PENDING,
        )
        .values(state=SubscriptionState.CONFIRMED, confirmed_at=_NOW)
    )


def _new_id(series: str) -> numbered_id:
    return numbered_id(bindparam(series, type_=Text()), _NEW.c.n)
