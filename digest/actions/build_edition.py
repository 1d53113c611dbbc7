"""Make the draft of a list's next edition, or bring it up to date."""

from datetime import datetime, timedelta
from uuid import UUID

from digest.actions.edition_draft import read_basis, write_draft
from digest.actions.edition_plan import BuildResult, Plan
from digest.actions.edition_window import RECENT, Window, find_window, read_material
from digest.actions.roll_up import find_period, read_carried
from digest.assemble.candidate import EditionRules
from digest.assemble.edition import Assembly, assemble
from digest.domain.errors import Transient
from digest.domain.states import Stream
from digest.store.editions import open_draft, recent_frozen
from digest.store.engine import Database, Session
from digest.store.lists import find_list
from digest.store.runs import find_run

TRIES = 8  # others that build at the same time make one start again


def build_edition(
    db: Database,
    list_slug: str,
    *,
    stream: Stream = Stream.EACH,
    now: datetime,
    run_id: UUID | None = None,
    actor: str,
) -> BuildResult:
    """The list's draft, made of what arrived since its last approved edition until ``now``; for a
    weekly or monthly stream, of what the editions since then carried.

    A list and stream has one open draft: it is brought up to date, unless somebody edited it. No
    transaction is open while briefs are compared and ranked; where another builder or an approval
    comes in between, this one starts again.
    """
    for _ in range(TRIES):
        with db.read() as session:
            plan = _read(session, list_slug, stream, now, run_id)
        assembly = _assemble(plan, now)
        with db.begin() as session:
            result = write_draft(session, plan, assembly, now, actor)
        if result is not None:
            return result
    raise Transient(f"Others are building an edition of {list_slug} just now; try again.")


def _read(
    session: Session, list_slug: str, stream: Stream, now: datetime, run_id: UUID | None
) -> Plan:
    mailing_list = find_list(session, list_slug)
    basis = read_basis(session, mailing_list.id, stream)
    frozen = recent_frozen(session, mailing_list.id, stream, RECENT)
    run_at = find_run(session, run_id).scheduled_at if run_id else None
    draft = open_draft(session, mailing_list.id, stream)
    if draft is not None and draft.edited_at is not None:
        window = Window(draft.window_after, draft.window_until, is_first=not frozen)
        return Plan(mailing_list, stream, run_id, window, basis, None)
    if stream is Stream.EACH:
        window = find_window(mailing_list, frozen, now)
        material = read_material(session, mailing_list, stream, window, frozen, run_at)
    else:
        window = find_period(mailing_list, stream, frozen, now)
        material = read_carried(session, mailing_list, stream, window, frozen, run_at)
    return Plan(mailing_list, stream, run_id, window, basis, material)


def _assemble(plan: Plan, now: datetime) -> Assembly | None:
    """None where an edited draft stays as it is."""
    return None if plan.material is None else assemble(plan.material, _rules(plan), now)


def _period(plan: Plan) -> timedelta:
    """How much older than in an ordinary edition its briefs may be."""
    is_roll_up = plan.stream is not Stream.EACH
    return plan.window.until - plan.window.after if is_roll_up else timedelta(0)


def _rules(plan: Plan) -> EditionRules:
    return EditionRules(
        min_items=plan.mailing_list.min_items,
        max_items=plan.mailing_list.max_items,
        max_related=plan.mailing_list.max_related,
        max_item_age=plan.mailing_list.max_item_age + _period(plan),
        sections=plan.mailing_list.sections,
    )
