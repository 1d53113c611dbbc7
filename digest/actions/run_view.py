"""An open run with its list and edition: what is decided about it rests on these three."""

from dataclasses import dataclass
from datetime import datetime

from digest.domain.notice import NoticeKind
from digest.domain.states import EditionState
from digest.schedule.notices import decide_notice
from digest.schedule.steps import DraftState, Rules, Step, decide_step, goes_by_itself
from digest.store.editions import Edition, edition_of_run
from digest.store.engine import Session
from digest.store.lists import MailingList, get_list
from digest.store.runs import OPEN_RUN_STATES, Run


@dataclass(frozen=True, slots=True)
class RunView:
    """What was read of a run at one moment."""

    run: Run
    mailing_list: MailingList
    edition: Edition | None

    def step(self, now: datetime) -> Step:
        """What is to be done for it."""
        if self.run.state not in OPEN_RUN_STATES:
            return Step.WAIT
        run = self.run
        return decide_step(
            run.state, run.scheduled_at, self._draft, self._rules, now, looked_at=run.looked_at
        )

    def notice(self, now: datetime) -> NoticeKind | None:
        """What its editors should know."""
        return decide_notice(self.run.state, self.run.scheduled_at, self._draft, self._rules, now)

    @property
    def goes_by_itself(self) -> bool:
        """Whether it goes out where no person approves it."""
        return self._draft is not None and goes_by_itself(self._draft, self._rules)

    @property
    def _rules(self) -> Rules:
        of = self.mailing_list
        return Rules(of.approval, of.lead_time, of.max_lateness)

    @property
    def _draft(self) -> DraftState | None:
        if self.edition is None:
            return None
        return DraftState(
            is_approved=self.edition.state is EditionState.APPROVED,
            is_edited=self.edition.edited_at is not None,
            built_at=self.edition.built_at,
            is_rejected=self.edition.rejected_at is not None,
        )


def view_run(session: Session, run: Run) -> RunView:
    """A run as it is now."""
    return RunView(run, get_list(session, run.list_id), edition_of_run(session, run.id))
