"""The latest campaigns, each with its counts, in a handful of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from digest.domain.states import FINAL_DELIVERY_STATES, DeliveryState
from digest.store.campaigns import Campaign, recent_campaigns, totals_of
from digest.store.editions import titles_of
from digest.store.engine import Database
from digest.store.lists import lists_by_id

MOST = 50


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """One campaign in a list of them."""

    campaign: Campaign
    list_name: str
    zone: str
    number: int
    subject: str
    counts: Mapping[DeliveryState, int]

    @property
    def done(self) -> int:
        return sum(self.counts[state] for state in FINAL_DELIVERY_STATES)


def list_campaigns(db: Database, limit: int = MOST) -> Sequence[CampaignLine]:
    """The latest campaigns, newest first."""
    with db.read() as session:
        found = recent_campaigns(session, limit)
        sums = totals_of(session, [one.id for one in found])
        titles = titles_of(session, [one.edition_id for one in found])
        lists = lists_by_id(session)
    return [
        CampaignLine(
            campaign=one,
            list_name=lists[one.list_id].name,
            zone=lists[one.list_id].timezone,
            number=titles[one.edition_id].number,
            subject=titles[one.edition_id].subject,
            counts=sums[one.id].counts,
        )
        for one in found
    ]
