"""Send a campaign for a while: what a worker does when it is rung."""

from uuid import UUID

from digest.actions.relays import open_lines
from digest.actions.send_epoch import advance_epoch, require_no_restore
from digest.deliver.books import Assignment, Books, Clock, Flag
from digest.deliver.message import Origin
from digest.deliver.route import Fleet
from digest.deliver.sender import Report, Sender
from digest.domain.states import CampaignState
from digest.log import about, get_logger
from digest.schedule.quiet import quiet_until
from digest.settings import Settings
from digest.store.campaigns import find_campaign
from digest.store.editions import find_edition
from digest.store.engine import Database

STINT_SECONDS = 30.0

log = get_logger(__name__)


def deliver_campaign(
    db: Database,
    settings: Settings,
    campaign_id: UUID,
    *,
    clock: Clock,
    stop: Flag,
    seconds: float = STINT_SECONDS,
) -> Report:
    """Work through what is due of a campaign; any number of processes may do so at once.

    ``Illegal`` where the database was restored from a backup and nobody has confirmed it.
    """
    assignment = _assignment(db, campaign_id)
    fleet = open_lines(db, settings, clock()) if assignment else None
    if assignment is None or fleet is None or not fleet.relays:
        return Report()
    with about(campaign=campaign_id, edition=assignment.origin.edition_id):
        return _send(db, settings, assignment, fleet, clock=clock, stop=stop, seconds=seconds)


def _send(
    db: Database,
    settings: Settings,
    assignment: Assignment,
    fleet: Fleet,
    *,
    clock: Clock,
    stop: Flag,
    seconds: float,
) -> Report:
    books = Books(db, settings, assignment, clock)
    require_no_restore(db, books.witness)
    advance_epoch(db, books.witness)
    report = Sender(books, settings, assignment, fleet, clock, stop).work(seconds)
    advance_epoch(db, books.witness)
    if report.counts or report.relay_error:
        log.info(
            "stint ended",
            relay_error=report.relay_error,
            stale=report.stale,
            **{state.value: n for state, n in report.counts.items()},
        )
    return report


def _assignment(db: Database, campaign_id: UUID) -> Assignment | None:
    with db.read() as session:
        campaign = find_campaign(session, campaign_id)
        edition = find_edition(session, campaign.edition_id)
        if campaign.state is not CampaignState.SENDING or edition.branding is None:
            return None
        return Assignment(
            campaign_id=campaign.id,
            list_id=campaign.list_id,
            origin=Origin(edition.id, edition.stream),
            branding=edition.branding,
            doubt_policy=campaign.doubt_policy,
            quiet_rule=quiet_until,
        )
