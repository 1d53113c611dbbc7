"""Write down which runs are due, coming, or were missed."""

from datetime import datetime

from digest.clock import zone
from digest.domain.states import RunState
from digest.log import get_logger
from digest.schedule.cadence import parse_cadence
from digest.schedule.runs import Slot, SlotAction, decide_slots
from digest.store.engine import Database
from digest.store.lists import ListCadence, MailingList, all_lists
from digest.store.runs import last_slot, plan_run

log = get_logger(__name__)


def plan_runs(db: Database, now: datetime) -> int:
    """Make the rows of all runs that must exist by now; gives how many are new.

    Any number of processes may do so at once: a run is unique by list, stream and time.
    """
    with db.read() as session:
        wanted = [
            (mailing_list, cadence, slot)
            for mailing_list in all_lists(session)
            if mailing_list.paused_at is None
            for cadence in mailing_list.cadences
            for slot in _slots(
                mailing_list,
                cadence,
                last_slot(session, mailing_list.id, cadence.stream, cadence.since),
                now,
            )
        ]
    for mailing_list, cadence, slot in wanted:
        _write(db, mailing_list, cadence, slot, now)
    return len(wanted)


def _slots(
    mailing_list: MailingList, cadence: ListCadence, newest: datetime | None, now: datetime
) -> tuple[Slot, ...]:
    return decide_slots(
        parse_cadence(cadence.words),
        zone(mailing_list.timezone),
        last_slot=newest or cadence.since,
        now=now,
        lead_time=mailing_list.lead_time,
        max_lateness=mailing_list.max_lateness,
    )


def _write(
    db: Database, mailing_list: MailingList, cadence: ListCadence, slot: Slot, now: datetime
) -> None:
    missed = slot.action is SlotAction.MISSED
    with db.begin() as session:
        plan_run(
            session,
            list_id=mailing_list.id,
            stream=cadence.stream,
            scheduled_at=slot.scheduled_at,
            now=now,
            state=RunState.MISSED if missed else RunState.PLANNED,
            reason=slot.reason,
        )
    say = log.warning if missed else log.info
    say(
        "run missed" if missed else "run planned",
        list=mailing_list.slug,
        stream=cadence.stream.value,
        at=slot.scheduled_at,
        reason=slot.reason,
    )
