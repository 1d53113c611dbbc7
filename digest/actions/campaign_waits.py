"""Why a campaign that is being sent waits, in sentences for an operator."""

from collections.abc import Iterator
from datetime import datetime

from digest.actions.list_throttles import list_throttles_of
from digest.clock import zone
from digest.domain.quiet_hours import QuietHours, WhoseClock
from digest.domain.states import CampaignState
from digest.schedule.quiet import quiet_until, spell_quiet_hours
from digest.store.campaigns import Campaign, next_due
from digest.store.engine import Session
from digest.store.lists import get_list
from digest.store.relays import usable_relays


def why_waiting(session: Session, campaign: Campaign, now: datetime) -> tuple[str, ...]:
    """What keeps its mail from going out as fast as it could; nothing unless it is sending."""
    if campaign.state is not CampaignState.SENDING:
        return ()
    return (
        *_relays(session, now),
        *_quiet_hours(session, campaign, now),
        *_due_later(session, campaign, now),
        *_limits(session, now),
    )


def _relays(session: Session, now: datetime) -> Iterator[str]:
    usable = usable_relays(session)
    resting = [relay for relay in usable if relay.resting_until and relay.resting_until > now]
    if not usable:
        yield "No relay is in use; see `digest relay list`."
    elif len(resting) == len(usable):
        until = min(relay.resting_until for relay in resting if relay.resting_until)
        yield f"All relays rest until {until:%H:%M:%S} UTC. {resting[0].error}"


def _quiet_hours(session: Session, campaign: Campaign, now: datetime) -> Iterator[str]:
    mailing_list = get_list(session, campaign.list_id)
    hours: QuietHours | None = mailing_list.quiet_hours
    if hours is None:
        return
    spelled = spell_quiet_hours(hours)
    if hours.by is WhoseClock.SUBSCRIBER:
        yield f"Nobody gets mail at {spelled} by their own clocks."
    elif until := quiet_until(hours, mailing_list.timezone, now):
        local = until.astimezone(zone(mailing_list.timezone))
        yield f"Quiet hours ({spelled}) end at {local:%H:%M} {mailing_list.timezone}."


def _due_later(session: Session, campaign: Campaign, now: datetime) -> Iterator[str]:
    due = next_due(session, campaign.id)
    if due is not None and due > now:
        yield f"The next delivery is due at {due:%Y-%m-%d %H:%M:%S} UTC."


def _limits(session: Session, now: datetime) -> Iterator[str]:
    for limit in list_throttles_of(session, now):
        rate = "" if limit.present_rate is None else f" gets {limit.present_rate:.3g} a second"
        yield f"The {limit.scope} {limit.name}{rate} ({limit.why})."
