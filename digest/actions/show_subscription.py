"""One person's place on one list, as the pages behind a mail's links show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from digest.audience.choices import Choices, choices_of
from digest.audience.masking import mask
from digest.audience.membership import may_return, state_at
from digest.domain.counting import Counting
from digest.domain.errors import NotFound
from digest.domain.states import Stream, SubscriptionState, SuppressionReason
from digest.store.engine import Database
from digest.store.lists import streams_of
from digest.store.subscribers import Subscription, get_subscription
from digest.store.suppressions import get_suppression


@dataclass(frozen=True, slots=True)
class Place:
    """What a page may say. Whoever was forwarded the mail sees it too: no address, no name."""

    list_name: str
    accent_color: str
    reply_to: str
    postal_address: str
    sections: Sequence[str]
    streams: Sequence[Stream]  # how often the list comes
    masked_address: str
    state: SubscriptionState  # as it works now: a break that is over is none
    paused_until: datetime | None
    choices: Choices
    default_zone: str  # what no zone of one's own means
    suppressed: SuppressionReason | None
    may_return: bool
    is_asked: bool  # whether they still want it
    counting: Counting  # of clicks and opens, in its mails from now on

    @property
    def zone(self) -> str:
        """The IANA zone that the hour and all dates are in."""
        return self.choices.timezone or self.default_zone


def show_subscription(db: Database, subscriber_id: UUID, list_id: UUID, *, now: datetime) -> Place:
    """``NotFound`` where there is no such subscription, or the person was erased."""
    with db.read() as session:
        found = get_subscription(session, subscriber_id, list_id)
        if found is None or found.subscriber.erased_at is not None:
            raise NotFound("There is no such subscription.")
        kept = get_suppression(session, found.subscriber.address_hash)
        return _place(found, kept.reason if kept else None, now)


def _place(found: Subscription, suppressed: SuppressionReason | None, now: datetime) -> Place:
    mailing_list, state = found.mailing_list, state_at(found, now)
    return Place(
        list_name=mailing_list.name,
        accent_color=mailing_list.accent_color,
        reply_to=mailing_list.reply_to,
        postal_address=mailing_list.postal_address,
        sections=mailing_list.sections,
        streams=streams_of(mailing_list),
        masked_address=mask(found.subscriber.address),
        state=state,
        paused_until=found.paused_until if state is SubscriptionState.PAUSED else None,
        choices=choices_of(found),
        default_zone=found.subscriber.timezone or mailing_list.timezone,
        suppressed=suppressed,
        may_return=may_return(found, suppressed, now),
        is_asked=found.asked_to_stay_at is not None,
        counting=mailing_list.counting,
    )
