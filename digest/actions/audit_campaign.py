"""A campaign's status by its tallies, and the audit that counts row by row."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from digest.actions.campaign_waits import why_waiting
from digest.domain.states import CampaignState, DeliveryState
from digest.store.campaigns import Campaign, Totals, find_campaign, totals
from digest.store.deliveries import RowCounts, count_founded, count_rows, repeated_addresses
from digest.store.engine import Database
from digest.store.old_deliveries import forgotten_counts


@dataclass(frozen=True, slots=True)
class CampaignReport:
    """How a campaign stands. ``rate`` is deliveries sent a second, from start to finish."""

    campaign: UUID
    edition: UUID
    state: CampaignState
    reason: str | None
    roster: int
    counts: dict[DeliveryState, int]
    possible_copies: int
    balanced: bool
    started: datetime | None
    finished: datetime | None
    rate: float | None
    problems: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()  # why it doesn't go on, or not faster
    forgotten: int = 0  # deliveries whose rows are no more; ``counts`` has them, by their tallies
    forgotten_since: datetime | None = None


def campaign_status(db: Database, campaign_id: UUID, now: datetime) -> CampaignReport:
    """How a campaign stands, by the tallies: cheap at any size."""
    with db.read() as session:
        campaign = find_campaign(session, campaign_id)
        tallies = totals(session, campaign_id)
        waits = why_waiting(session, campaign, now)
    return replace(_report(campaign, tallies.counts, tallies.doubted, now, ()), waits=waits)


def audit_campaign(db: Database, campaign_id: UUID, now: datetime) -> CampaignReport:
    """Count every row, all as they are at one moment, and prove that the sums add up or say where
    they don't.

    What is forgotten is counted as it was when it went: then its rows were compared.
    """
    with db.snapshot() as session:
        campaign = find_campaign(session, campaign_id)
        there = count_rows(session, campaign_id)
        gone = forgotten_counts(session, campaign_id)
        rows = there + gone
        problems = _problems(
            campaign,
            rows,
            totals(session, campaign_id),
            repeated=len(repeated_addresses(session, campaign_id)) if there.alike else 0,
            astray=there.total - count_founded(session, campaign),
        )
    report = _report(campaign, rows.states, rows.doubted, now, problems)
    return replace(report, forgotten=gone.total)


def _problems(
    campaign: Campaign,
    rows: RowCounts,
    tallies: Totals,
    *,
    repeated: int,
    astray: int,
) -> tuple[str, ...]:
    """Where the rows and the tallies don't say the same."""
    found = []
    if rows.total != campaign.roster:
        found.append(f"the roster says {campaign.roster}, there are {rows.total} rows")
    found += [
        f"{state}: {rows.states.get(state, 0)} rows, but the tallies say {tallies.counts[state]}"
        for state in DeliveryState
        if rows.states.get(state, 0) != tallies.counts[state]
    ]
    if rows.unknown:
        found.append(f"{rows.unknown} rows are in a state that there isn't")
    if rows.doubted != tallies.doubted:
        found.append(f"{rows.doubted} rows were in doubt, but the tallies say {tallies.doubted}")
    if repeated:
        found.append(f"{repeated} addresses stand on the roster twice")
    if astray:
        found.append(f"{astray} rows refer to a subscriber or a rendition that isn't there")
    if rows.bare:
        found.append(f"{rows.bare} rows say sent without the relay's reply or the time")
    return tuple(found)


def _report(
    campaign: Campaign,
    states: Mapping[DeliveryState, int],
    copies: int,
    now: datetime,
    problems: tuple[str, ...],
) -> CampaignReport:
    began = campaign.started_at
    seconds = ((campaign.finished_at or now) - began).total_seconds() if began else 0.0
    sent = states.get(DeliveryState.SENT, 0)
    return CampaignReport(
        campaign=campaign.id,
        edition=campaign.edition_id,
        state=campaign.state,
        reason=campaign.reason,
        roster=campaign.roster,
        counts={state: n for state in DeliveryState if (n := states.get(state, 0))},
        possible_copies=copies,
        balanced=not problems and sum(states.values()) == campaign.roster,
        started=began,
        finished=campaign.finished_at,
        rate=round(sent / seconds, 1) if seconds > 0 else None,
        problems=problems,
        forgotten_since=campaign.forgotten_at,
    )
