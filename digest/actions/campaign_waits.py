"""Why a campaign that is being sent waits, in sentences for an operator."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from digest.actions.list_throttles import throttle_views
from digest.clock import zone
from digest.domain.quiet_hours import WhoseClock
from digest.domain.rate import Scope
from digest.domain.states import CampaignState
from digest.schedule.quiet import quiet_until, spell_quiet_hours
from digest.store.campaigns import Campaign, next_due
from digest.store.engine import Session, database_time
from digest.store.lists import quiet_hours_of
from digest.store.relays import Relay, all_relays
from digest.store.throttles import throttles_in_force


def why_waiting(session: Session, campaign: Campaign, now: datetime) -> tuple[str, ...]:
    """What keeps its mail from going out as fast as it could; nothing unless it is sending."""
    if campaign.state is not CampaignState.SENDING:
        return ()
    relays = all_relays(session)
    return (
        *_relays(relays, now),
        *_quiet_hours(session, campaign, now),
        *_due_later(session, campaign, now),
        *_limits(session, campaign, relays, now),
    )


def _relays(relays: Sequence[Relay], now: datetime) -> Iterator[str]:
    usable = [relay for relay in relays if relay.enabled]
    resting = [relay for relay in usable if relay.resting_until and relay.resting_until > now]
    if not usable:
        yield "No relay is in use; see `digest relay list`."
    elif len(resting) == len(usable):
        until = min(relay.resting_until for relay in resting if relay.resting_until)
        yield f"All relays rest until {until:%H:%M:%S} UTC. {resting[0].error}"


def _quiet_hours(session: Session, campaign: Campaign, now: datetime) -> Iterator[str]:
    hours, home = quiet_hours_of(session, campaign.list_id)
    if hours is None:
        return
    spelled = spell_quiet_hours(hours)
    if hours.by is WhoseClock.SUBSCRIBER:
        yield f"Nobody gets mail at {spelled} by their own clocks."
    elif until := quiet_until(hours, home, now):
        local = until.astimezone(zone(home))
        yield f"Quiet hours ({spelled}) end at {local:%H:%M} {home}."


def _due_later(session: Session, campaign: Campaign, now: datetime) -> Iterator[str]:
    due = next_due(session, campaign.id)
    if due is not None and due > now:
        yield f"The next delivery is due at {due:%Y-%m-%d %H:%M:%S} UTC."


def _limits(
    session: Session, campaign: Campaign, relays: Sequence[Relay], now: datetime
) -> Iterator[str]:
    at = database_time(session)
    own = (Scope.CAMPAIGN, str(campaign.id))
    in_force = throttles_in_force(session)
    rows = [one for one in in_force if one.scope is not Scope.CAMPAIGN or one.key == own]
    for limit in throttle_views(rows, relays, at, now):
        rate = "" if limit.present_rate is None else f" gets {limit.present_rate:.3g} a second"
        what = "campaign" if limit.scope is Scope.CAMPAIGN else f"{limit.scope} {limit.name}"
        yield f"The {what}{rate} ({limit.why})."
