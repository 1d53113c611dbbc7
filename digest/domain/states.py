"""The states of each noun and the moves between them; nothing moves in any other way."""

from enum import StrEnum
from typing import TypeVar

from digest.domain.errors import Illegal


class Stream(StrEnum):
    """How often a subscription wants mail."""

    EACH = "each"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class SourceKind(StrEnum):
    """Which adapter reads a source."""

    FEED = "feed"  # RSS 0.9x to 2.0, Atom
    JSON_FEED = "jsonfeed"
    WORDPRESS = "wordpress"
    PAGE = "page"
    INDEX = "index"  # a page of links to briefs
    FOLDER = "folder"  # captured pages on this machine


class Approval(StrEnum):
    AUTOMATIC = "automatic"
    REQUIRED = "required"


class DoubtPolicy(StrEnum):
    """What happens to a delivery whose sender died before the result was recorded."""

    RESEND = "resend"
    HOLD = "hold"


class RunState(StrEnum):
    PLANNED = "planned"
    DRAFTED = "drafted"
    AWAITING_APPROVAL = "awaiting_approval"
    IN_CAMPAIGN = "in_campaign"
    DONE = "done"
    SKIPPED = "skipped"
    MISSED = "missed"


class EditionState(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    SENT = "sent"


class CampaignState(StrEnum):
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


class DeliveryState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    DEFERRED = "deferred"
    SENT = "sent"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    UNCERTAIN = "uncertain"


class Feedback(StrEnum):
    """What came back about a delivery, the gravest last."""

    NONE = "none"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"

    @property
    def weight(self) -> int:
        """The graver thing, which stands, has the higher one."""
        return list(Feedback).index(self)


class Aftermath(StrEnum):
    """What is counted of a campaign after it was sent: feedback, and who left its list."""

    DELIVERED = Feedback.DELIVERED.value
    BOUNCED = Feedback.BOUNCED.value
    COMPLAINED = Feedback.COMPLAINED.value
    LEFT = "left"


class SubscriptionState(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    PAUSED = "paused"
    UNSUBSCRIBED = "unsubscribed"


class ConsentHow(StrEnum):
    """Where somebody said that they want a list."""

    FORM = "form"  # our page, or a form of ours on another site
    API = "api"  # a website's own form, by the API
    LINK = "link"  # the link of a mail of ours
    IMPORT = "import"
    STAFF = "staff"


class GreetingKind(StrEnum):
    """Mails to one subscriber that are no edition."""

    CONFIRM = "confirm"  # is it you who asked?
    WELCOME = "welcome"
    GOODBYE = "goodbye"
    LINK = "link"  # the way to all that is kept about them
    MOVE = "move"  # is this address yours, too?
    STAY = "stay"  # do you still want it?


class SuppressionReason(StrEnum):
    HARD_BOUNCE = "hard_bounce"
    SOFT_BOUNCES = "soft_bounces"
    COMPLAINT = "complaint"
    UNSUBSCRIBED_ALL = "unsubscribed_all"
    ERASED = "erased"
    MANUAL = "manual"


OPEN_DELIVERY_STATES = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.DEFERRED)
CLAIMABLE_DELIVERY_STATES = (DeliveryState.QUEUED, DeliveryState.DEFERRED)
FINAL_DELIVERY_STATES = tuple(s for s in DeliveryState if s not in OPEN_DELIVERY_STATES)

RUN_MOVES: dict[RunState, frozenset[RunState]] = {
    RunState.PLANNED: frozenset({RunState.DRAFTED, RunState.SKIPPED, RunState.MISSED}),
    RunState.DRAFTED: frozenset(
        {
            RunState.PLANNED,
            RunState.AWAITING_APPROVAL,
            RunState.IN_CAMPAIGN,
            RunState.SKIPPED,
            RunState.MISSED,
        }
    ),
    RunState.AWAITING_APPROVAL: frozenset(
        {RunState.PLANNED, RunState.IN_CAMPAIGN, RunState.SKIPPED, RunState.MISSED}
    ),
    RunState.IN_CAMPAIGN: frozenset({RunState.DONE}),
    RunState.DONE: frozenset(),
    RunState.SKIPPED: frozenset(),
    RunState.MISSED: frozenset(),
}

EDITION_MOVES: dict[EditionState, frozenset[EditionState]] = {
    EditionState.DRAFT: frozenset({EditionState.APPROVED, EditionState.WITHDRAWN}),
    EditionState.APPROVED: frozenset({EditionState.SENT, EditionState.WITHDRAWN}),
    EditionState.WITHDRAWN: frozenset(),
    EditionState.SENT: frozenset(),
}

CAMPAIGN_MOVES: dict[CampaignState, frozenset[CampaignState]] = {
    CampaignState.SCHEDULED: frozenset({CampaignState.SENDING, CampaignState.CANCELLED}),
    CampaignState.SENDING: frozenset(
        {CampaignState.PAUSED, CampaignState.DONE, CampaignState.CANCELLED}
    ),
    CampaignState.PAUSED: frozenset({CampaignState.SENDING, CampaignState.CANCELLED}),
    CampaignState.DONE: frozenset({CampaignState.SENDING}),  # a retry of failed deliveries
    CampaignState.CANCELLED: frozenset(),
}


S = TypeVar("S", bound=StrEnum)


def check_move(moves: dict[S, frozenset[S]], noun: str, old: S, new: S) -> None:
    """Raise ``Illegal`` unless ``moves`` lets ``noun`` go from ``old`` to ``new``."""
    if new not in moves[old]:
        raise Illegal(f"This {noun} is {old}; it can't become {new}.")
