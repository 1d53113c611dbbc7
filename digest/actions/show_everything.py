"""All that is kept about one person, to be seen and taken along by themselves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from digest.actions.personal_link import behind_link
from digest.actions.show_subscriber import SentTo, Suppressed, Timeline, timeline_of
from digest.store.consents import Consent, consents_of
from digest.store.engine import Database
from digest.store.greetings import Greeting, greetings_to

_EVERY = 1_000_000  # deliveries: more than anybody ever got


@dataclass(frozen=True, slots=True)
class Everything:
    """What stands in the rows that belong to a person; the page shows it, and the file holds it."""

    subscriber_id: UUID
    list_id: UUID  # whose frame the page has
    address: str
    name: str | None
    language: str
    timezone: str | None
    since: datetime
    attributes: dict[str, Any]
    suppressed: Suppressed | None
    subscriptions: tuple[dict[str, Any], ...]
    consents: tuple[dict[str, Any], ...]
    mails: tuple[dict[str, Any], ...]  # those that are no edition
    deliveries: tuple[SentTo, ...]  # the latest first
    feedback: tuple[dict[str, Any], ...]


def show_everything(db: Database, greeting_id: UUID) -> Everything:
    """By the link that was mailed; ``NotFound`` once they have moved or are erased."""
    with db.read() as session:
        row, subscriber = behind_link(session, greeting_id)
        timeline = timeline_of(session, subscriber, limit=_EVERY)
        names = {place.id: place.mailing_list.name for place in subscriber.subscriptions}
        consents = consents_of(session, list(names))
        return Everything(
            subscriber_id=subscriber.id,
            list_id=row.list_id,
            address=timeline.address,
            name=subscriber.name,
            language=subscriber.language,
            timezone=subscriber.timezone,
            since=subscriber.created_at,
            attributes=subscriber.attributes,
            suppressed=timeline.suppressed,
            subscriptions=timeline.subscriptions,
            consents=tuple(_consent(each, names[each.subscription_id]) for each in consents),
            mails=tuple(_mail(each) for each in greetings_to(session, subscriber.id)),
            deliveries=timeline.deliveries,
            feedback=_feedback(timeline),
        )


def _consent(row: Consent, list_name: str) -> dict[str, Any]:
    return {
        "list": list_name,
        "asked_at": row.asked_at,
        "how": row.how.value,
        "words": row.words,
        "origin": row.origin,
        "network": row.network,
        "confirmed_at": row.confirmed_at,
        "confirmed_from": row.confirmed_from,
    }


def _mail(row: Greeting) -> dict[str, Any]:
    return {
        "kind": row.kind.value,
        "to": row.address,
        "asked_at": row.created_at,
        "sent_at": row.sent_at,
        "reason": row.reason,
    }


def _feedback(timeline: Timeline) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "at": each.at,
            "channel": each.channel,
            "address": each.address,
            "kind": each.kind,
            "reason": each.reason,
            "status": each.status,
            "reply": each.reply,
            "effect": each.effect,
        }
        for each in timeline.feedback
    )
