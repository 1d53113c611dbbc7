"""Coming to a list, leaving it, coming back, and taking a break."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from digest.audience.choices import Choices, choices_of, write_choices
from digest.domain.errors import Illegal
from digest.domain.ids import uuid7
from digest.domain.states import SubscriptionState, SuppressionReason
from digest.store.engine import Session
from digest.store.lists import MailingList
from digest.store.subscribers import Subscriber, Subscription

RETURN_WITHIN = timedelta(days=30)  # an old mail that was passed on brings nobody back
LONGEST_BREAK = timedelta(days=365)

_DECIDED_ON = ["state", "confirmed_at", "paused_until", "ended_at", "ended_how"]


class Left(StrEnum):
    """How a subscription ended (``Subscription.ended_how``)."""

    ONE_CLICK = "one_click"  # the mailbox's own button, RFC 8058
    MAIL = "mail"  # a mail to the return path, or the provider's word
    PAGE = "page"
    PAGE_ALL = "page_all"  # every list at once
    STAFF = "staff"
    STAFF_ALL = "staff_all"
    ERASED = "erased"
    SUNSET = "sunset"  # was silent for long, and did not answer
    MOVED = "moved"  # to an address that was known here already
    ELSEWHERE = "elsewhere"  # at the service that the list came from


_BY_THEMSELVES = {Left.ONE_CLICK, Left.MAIL, Left.PAGE, Left.PAGE_ALL, Left.SUNSET}


def join(
    subscriber: Subscriber,
    mailing_list: MailingList,
    choices: Choices,
    *,
    confirmed: bool,
    now: datetime,
) -> Subscription:
    """A new place on a list, with checked choices."""
    place = Subscription(
        id=uuid7(),
        subscriber_id=subscriber.id,
        list_id=mailing_list.id,
        state=SubscriptionState.CONFIRMED if confirmed else SubscriptionState.PENDING,
        created_at=now,
        confirmed_at=now if confirmed else None,
    )
    write_choices(place, choices)
    return place


def hold(session: Session, subscription: Subscription) -> None:
    """Keep others from deciding on this row until the transaction ends, and see what they did."""
    session.refresh(subscription, attribute_names=_DECIDED_ON, with_for_update=True)


def confirm(subscription: Subscription, now: datetime) -> None:
    """They said yes, for the first time or again after they had left."""
    subscription.state = SubscriptionState.CONFIRMED
    subscription.confirmed_at = now
    subscription.paused_until = subscription.ended_at = subscription.ended_how = None
    show_life(subscription, now)


def show_life(subscription: Subscription, now: datetime) -> None:
    """They did something on their own page: nobody asks whether they still want the list."""
    subscription.alive_at, subscription.asked_to_stay_at = now, None


def leave(subscription: Subscription, how: Left, now: datetime) -> bool:
    """End a held subscription; False where it had ended before, which stays as it was."""
    if subscription.state is SubscriptionState.UNSUBSCRIBED:
        return False
    subscription.state = SubscriptionState.UNSUBSCRIBED
    subscription.ended_at, subscription.ended_how = now, how.value
    return True


def may_return(
    subscription: Subscription, suppressed: SuppressionReason | None, now: datetime
) -> bool:
    """Whether the link in a mail is enough to undo leaving: they left by themselves, not long
    ago, and nothing else keeps us from mailing them."""
    return (
        subscription.state is SubscriptionState.UNSUBSCRIBED
        and subscription.ended_how in _BY_THEMSELVES
        and subscription.ended_at is not None
        and now - subscription.ended_at <= RETURN_WITHIN
        and suppressed in (None, SuppressionReason.UNSUBSCRIBED_ALL)
    )


def come_back(subscription: Subscription, now: datetime) -> None:
    """Undo leaving: the state that the subscription was in before."""
    if subscription.confirmed_at is None:
        subscription.state = SubscriptionState.PENDING
    elif subscription.paused_until is not None and subscription.paused_until > now:
        subscription.state = SubscriptionState.PAUSED
    else:
        subscription.state = SubscriptionState.CONFIRMED
    subscription.ended_at = subscription.ended_how = None
    show_life(subscription, now)


def pause(subscription: Subscription, days: int, now: datetime) -> None:
    """No mail for ``days`` days from ``now``."""
    if not 1 <= days <= LONGEST_BREAK.days:
        raise Illegal(f"A break lasts 1 to {LONGEST_BREAK.days} days, not {days}.")
    _require_confirmed(subscription)
    subscription.state = SubscriptionState.PAUSED
    subscription.paused_until = now + timedelta(days=days)


def resume(subscription: Subscription) -> None:
    """End a break; nothing changes where there is none."""
    _require_confirmed(subscription)
    subscription.state, subscription.paused_until = SubscriptionState.CONFIRMED, None


def state_at(subscription: Subscription, now: datetime) -> SubscriptionState:
    """The state as it works at ``now``: a break that is over is none."""
    until = subscription.paused_until
    if subscription.state is SubscriptionState.PAUSED and until is not None and until <= now:
        return SubscriptionState.CONFIRMED
    return subscription.state


def snapshot(subscription: Subscription) -> dict[str, Any]:
    """What the audit keeps of a subscription; nothing in it says who it is."""
    choices = choices_of(subscription)
    until = subscription.paused_until
    return {
        "state": subscription.state.value,
        "stream": choices.stream.value,
        "topics": list(choices.topics),
        "local_hour": choices.local_hour,
        "timezone": choices.timezone,
        "language": choices.language,
        "text_only": choices.text_only,
        "paused_until": until.isoformat() if until else None,
        "ended_how": subscription.ended_how,
    }


def _require_confirmed(subscription: Subscription) -> None:
    if subscription.state not in (SubscriptionState.CONFIRMED, SubscriptionState.PAUSED):
        raise Illegal(f"This subscription is {subscription.state}; only a confirmed one can pause.")
