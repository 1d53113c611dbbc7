"""What all senders have in common: how relays do, which limits hold, and the tokens of a rate."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from digest.deliver.books import Assignment, Books
from digest.deliver.route import Fleet
from digest.domain.limits import Limits
from digest.domain.quiet_hours import Quiet
from digest.domain.rate import Grant, Key
from digest.domain.states import CampaignState
from digest.log import get_logger
from digest.store.campaigns import campaign_state
from digest.store.connections import release_connections, renew_connections
from digest.store.engine import Session
from digest.store.epoch import SendEpoch, raise_epoch
from digest.store.holds import hold_batches
from digest.store.lists import quiet_hours_of
from digest.store.relays import relay_marks, relay_works, rest_relay, usable_relays
from digest.store.throttles import read_limits, return_tokens, slow_down, take_tokens

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Look:
    """What a sender sees when it looks up from its work."""

    is_sending: bool  # the campaign still is
    marks: frozenset[tuple[object, ...]]  # of the relays in use
    limits: Limits
    quiet: Quiet | None  # the list's quiet hours, as they are now


class Commons:
    """The rows that senders on all hosts read and write; used from the thread of the books."""

    def __init__(self, books: Books, assignment: Assignment, fleet: Fleet) -> None:
        self._do = books.patiently
        self._fleet = fleet
        self._witness = books.witness
        self._campaign_id = assignment.campaign_id
        self._list_id = assignment.list_id
        self._quiet_rule = assignment.quiet_rule

    def look(self) -> Look:
        """Whether the campaign goes on, which relays are in use, and which limits hold now. Since
        mail is being sent, the send epoch grows."""

        def look(session: Session, now: datetime) -> tuple[Look, SendEpoch]:
            if self._fleet.leased:
                renew_connections(session, self._fleet.owner)
            seen = Look(
                is_sending=campaign_state(session, self._campaign_id) is CampaignState.SENDING,
                marks=relay_marks(usable_relays(session)),
                limits=read_limits(session, now),
                quiet=self._quiet(session, now),
            )
            return seen, raise_epoch(session)

        seen, raised = self._do(look)
        self._witness.note_at_home(raised.database_id, raised.epoch)
        return seen

    def _quiet(self, session: Session, now: datetime) -> Quiet | None:
        hours, zone = quiet_hours_of(session, self._list_id)
        return Quiet(hours, zone, now, self._quiet_rule) if hours else None

    def hold(self, until: datetime) -> None:
        """Let nobody look at the campaign before a time."""
        self._do(lambda session, _: hold_batches(session, self._campaign_id, until))

    def release_connections(self) -> None:
        """Once all lines are closed."""
        if self._fleet.leased:
            self._do(lambda session, _: release_connections(session, self._fleet.owner))

    def take_tokens(self, keys: Collection[Key]) -> dict[Key, Grant]:
        """A chunk for each of ``keys``, in one transaction of its own: no row that others wait
        for is held while results are recorded."""
        return self._do(lambda session, now: take_tokens(session, keys, now))

    def return_tokens(self, unused: Mapping[Key, int]) -> None:
        self._do(lambda session, _: return_tokens(session, unused))

    def slow_down(self, key: Key, rate: float, why: str) -> None:
        """Halve the rate of a relay or domain for all senders; it recovers by itself."""
        slow = self._do(lambda session, _: slow_down(session, key, rate, why))
        if slow is not None:
            scope, name = key
            log.warning(f"{scope} slowed down", name=name, rate=round(slow.rate, 3), why=why)

    def rest_relay(self, relay_id: UUID, error: str, *, has_served: bool) -> None:
        """Note that a relay failed: nobody tries it for a while."""

        def rest(session: Session, now: datetime) -> datetime:
            if has_served:
                relay_works(session, relay_id)  # this rest is a short one again
            return rest_relay(session, relay_id, now, error)

        until = self._do(rest)
        log.warning("relay rests", relay=relay_id, until=until, error=error)

    def note_well(self, relay_ids: Collection[UUID]) -> None:
        """Note that relays answer."""

        def note(session: Session, _: datetime) -> None:
            for relay_id in relay_ids:
                relay_works(session, relay_id)

        self._do(note)
