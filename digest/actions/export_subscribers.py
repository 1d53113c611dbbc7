"""The people of a list, or of all, as rows that another system or a spreadsheet can read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from digest.audience.choices import choices_of
from digest.audience.membership import state_at
from digest.domain.errors import Illegal
from digest.domain.states import SubscriptionState
from digest.store.engine import Database
from digest.store.lists import find_list
from digest.store.subscribers import Subscription, stream_subscriptions


@dataclass(frozen=True, slots=True)
class Exported:
    """One person's place on one list. ``import_subscribers`` reads the same columns."""

    email: str
    name: str
    list: str
    status: str
    stream: str
    topics: str  # separated by "; "; empty: all
    hour: str
    timezone: str
    language: str
    text_only: str
    since: str  # ISO 8601, UTC
    attributes: dict[str, str]


COLUMNS = tuple(field.name for field in fields(Exported) if field.name != "attributes")


def export_subscribers(
    db: Database, *, list_slug: str | None, states: Sequence[str], now: datetime
) -> Iterator[Exported]:
    """All who are in ``states`` (none given: in any), in the order in which they came, streamed."""
    chosen = [_state(name) for name in states] or list(SubscriptionState)
    with db.read() as session:
        list_id = find_list(session, list_slug).id if list_slug is not None else None
        for place in stream_subscriptions(session, list_id, chosen):
            yield _exported(place, now)


def _exported(place: Subscription, now: datetime) -> Exported:
    choices = choices_of(place)
    person = place.subscriber
    return Exported(
        email=person.address or "",
        name=person.name or "",
        list=place.mailing_list.slug,
        status=state_at(place, now).value,
        stream=choices.stream.value,
        topics="; ".join(choices.topics),
        hour="" if choices.local_hour is None else str(choices.local_hour),
        timezone=choices.timezone or person.timezone or "",
        language=choices.language,
        text_only="yes" if choices.text_only else "",
        since=place.created_at.isoformat(),
        attributes={str(key): str(value) for key, value in person.attributes.items()},
    )


def _state(name: str) -> SubscriptionState:
    try:
        return SubscriptionState(name)
    except ValueError:
        known = ", ".join(state.value for state in SubscriptionState)
        raise Illegal(f"No subscription is {name!r}; give one of {known}.") from None
