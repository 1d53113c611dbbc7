"""Begin a campaign: render for the choices that are present, freeze the roster."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from digest.actions.approve_edition import SERVICE
from digest.actions.check_complaints import why_complained
from digest.actions.check_domain import why_held
from digest.actions.control_campaign import cancel_campaign
from digest.actions.renditions import EditionValues, edition_values, render_for
from digest.actions.send_epoch import advance_epoch, require_no_restore
from digest.clock import zone
from digest.domain.edition import Rendition, Variant
from digest.domain.errors import Illegal
from digest.domain.states import CampaignState
from digest.log import get_logger
from digest.schedule.runs import local_hour_at_or_after
from digest.settings import Settings
from digest.store.campaigns import Campaign, campaign_of_edition, find_campaign, lock_campaign
from digest.store.editions import Edition, find_edition, keep_renditions
from digest.store.engine import Database, Session
from digest.store.links import keep_links
from digest.store.lists import get_list
from digest.store.roster import (
    Roster,
    freeze_roster,
    hours_present,
    note_statistics,
    variants_present,
)
from digest.store.runs import find_run
from digest.witness import Witness

MOST_RENDITIONS = 200  # the rarest choices fall back to the list's default
TRY_AGAIN = timedelta(minutes=1)  # what is held back

log = get_logger(__name__)


def start_campaign(db: Database, settings: Settings, campaign_id: UUID, now: datetime) -> int:
    """Take a due campaign from scheduled to sending; gives the size of its roster.

    Rendering happens outside any transaction. Whoever comes second finds it started. ``Illegal``
    where the database was restored from a backup and nobody has confirmed it. Where its domain
    fails in DNS, or many called the list's last edition spam, it is held until an operator lets it
    start, or that is over; where it can't be rendered, until that is mended. It says why.
    """
    with db.read() as session:
        campaign = find_campaign(session, campaign_id)
    if campaign.state is not CampaignState.SCHEDULED:
        return campaign.roster
    witness = Witness(settings)
    require_no_restore(db, witness)
    try:
        values, keys = _read(db, settings, campaign, now)
        if not campaign.overridden:
            fault = why_held(db, settings, values.branding, now)
            fault = fault or why_complained(db, campaign.list_id)
            if fault is not None:
                return _hold(db, campaign, fault, now)
        renditions = _render(values, keys)
    except Illegal as error:
        return _hold(db, campaign, str(error), now)
    advance_epoch(db, witness)
    with db.begin() as session:
        campaign = lock_campaign(session, campaign_id)
        if campaign.state is not CampaignState.SCHEDULED:
            return campaign.roster
        _freeze(session, campaign, values.default, renditions, now)
    with db.begin() as session:
        note_statistics(session)
    log.info(
        "campaign started",
        campaign=campaign_id,
        edition=campaign.edition_id,
        roster=campaign.roster,
    )
    return campaign.roster


def _read(
    db: Database, settings: Settings, campaign: Campaign, now: datetime
) -> tuple[EditionValues, list[str]]:
    """What is rendered, and the variants that it is rendered for."""
    with db.read() as session:
        edition = find_edition(session, campaign.edition_id)
        first = _corrected(session, edition)
        keys = variants_present(
            session, edition.list_id, edition.stream, now, first, campaign.segment
        )
        return edition_values(session, settings, edition), keys


def _hold(db: Database, campaign: Campaign, fault: str, now: datetime) -> int:
    """Let it wait, but not for longer than its news is new."""
    if now >= campaign.due_at + campaign.expires_after:
        late = f"it could not start within {campaign.expires_after}: {fault}"
        cancel_campaign(db, campaign.id, reason=late, now=now, actor=SERVICE)
        return 0
    with db.begin() as session:
        held = lock_campaign(session, campaign.id)
        if held.state is CampaignState.SCHEDULED and held.overridden == campaign.overridden:
            held.reason, held.held_until = fault, now + TRY_AGAIN
    log.error("campaign held back", campaign=campaign.id, edition=campaign.edition_id, why=fault)
    return 0


def _render(values: EditionValues, keys: list[str]) -> dict[str, Rendition | None]:
    """By variant; None for those in whose topics there is nothing."""
    wanted = dict.fromkeys([values.default.key, *keys[:MOST_RENDITIONS]])
    renditions = {key: render_for(values, Variant.from_key(key)) for key in wanted}
    if renditions[values.default.key] is None:
        raise Illegal("This edition is empty; withdraw it and build it again.")
    return renditions


def _freeze(
    session: Session,
    campaign: Campaign,
    default: Variant,
    renditions: dict[str, Rendition | None],
    now: datetime,
) -> None:
    edition = find_edition(session, campaign.edition_id)
    mailing_list = get_list(session, campaign.list_id)
    run_at = find_run(session, edition.run_id).scheduled_at if edition.run_id else campaign.due_at
    ids = keep_renditions(
        session, edition.id, {key: parts for key, parts in renditions.items() if parts}
    )
    keep_links(session, edition.id, _targets(renditions.values()))
    first = _corrected(session, edition)
    chosen = hours_present(session, campaign.list_id, edition.stream, now) if first is None else ()
    due = {
        (name, hour): local_hour_at_or_after(run_at, zone(name or mailing_list.timezone), hour)
        for name, hour in chosen
    }
    campaign.move(CampaignState.SENDING)
    campaign.started_at = now
    campaign.expires_at = max([now, *due.values()]) + campaign.expires_after
    campaign.roster = freeze_roster(
        session,
        Roster(
            campaign_id=campaign.id,
            list_id=campaign.list_id,
            stream=edition.stream,
            now=now,
            renditions={key: ids.get(key) for key in renditions},
            fallback=ids[default.key],
            due=due,
            dedupe_group=mailing_list.dedupe_group if first is None else None,
            day_began=_day_began(now, mailing_list.timezone),
            reached_by=first,
            segment=campaign.segment,
        ),
    )


def _targets(renditions: Iterable[Rendition | None]) -> Iterator[str]:
    """Where the counted links of all of them lead, in reading order."""
    return (target for one in renditions if one is not None for target in one.targets)


def _corrected(session: Session, edition: Edition) -> UUID | None:
    """The campaign whose people get this edition, where it is a correction: at once, whatever hour
    and stream they chose, and even if another list of the group came first."""
    if edition.corrects_id is None:
        return None
    campaign = campaign_of_edition(session, edition.corrects_id)
    if campaign is None:
        raise Illegal("What this edition corrects was never sent.")
    return campaign.id


def _day_began(now: datetime, timezone: str) -> datetime:
    """When this day began by the list's clocks."""
    return now.astimezone(zone(timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
