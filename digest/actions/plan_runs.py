"""Write down which runs are due, coming, or were missed."""

from datetime import datetime

from digest.clock import zone
from digest.domain.states import RunState
from digest.log import get_logger
from digest.schedule.cadence import parse_cadence
from digest.schedule.runs import Slot, SlotAction, decide_slots
from digest.store.engine import Database
from digest.store.runs import CadenceToPlan, cadences_to_plan, plan_run

log = get_logger(__name__)


def plan_runs(db: Database, now: datetime) -> int:
    """Make the rows of all runs that must exist by now; gives how many are new.

    Any number of processes may do so at once: a run is unique by list, stream and time.
    """
    with db.read() as session:
        cadences = cadences_to_plan(session)
    wanted = [(one, slot) for one in cadences for slot in _slots(one, now)]
    for cadence, slot in wanted:
        _write(db, cadence, slot, now)
    return len(wanted)


def _slots(cadence: CadenceToPlan, now: datetime) -> tuple[Slot, ...]:
    return decide_slots(
        parse_cadence(cadence.words),
        zone(cadence.timezone),
        last_slot=cadence.last_slot,
        now=now,
        lead_time=cadence.lead_time,
        max_lateness=cadence.max_lateness,
    )


def _write(db: Database, cadence: CadenceToPlan, slot: Slot, now: datetime) -> None:
    missed = slot.action is SlotAction.MISSED
    with db.begin() as session:
        plan_run(
            session,
            list_id=cadence.list_id,
            stream=cadence.stream,
            scheduled_at=slot.scheduled_at,
            now=now,
            state=RunState.MISSED if missed else RunState.PLANNED,
            reason=slot.reason,
        )
    say = log.warning if missed else log.info
    say(
        "run missed" if missed else "run planned",
        list=cadence.slug,
        stream=cadence.stream.value,
        at=slot.scheduled_at,
        reason=slot.reason,
    )
