"""``kill -9`` of the worker that holds deliveries at that moment, by what the rows say."""

import signal
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from time import sleep
from typing import NamedTuple
from uuid import UUID

import psutil
from sqlalchemy import select

from digest.domain.ids import message_key
from digest.domain.states import DeliveryState
from digest.store.deliveries import Delivery
from tests.faults.fleet import Member
from tests.faults.week.service import Service
from tests.servers import wait_until

LEAST_HELD = 5
SECONDS_TO_REST = 0.2  # for what a frozen process had asked of the database to come to its end
SECONDS_TO_RECORD = 8.0  # the others record what they hold, or give it back, in less


@dataclass(frozen=True)
class Death:
    """A worker that was killed: what it held then, and what of that the relay had kept already,
    as campaigns and subscribers."""

    worker: str
    owners: int  # senders, one a process
    held: frozenset[tuple[UUID, UUID]]
    kept: frozenset[tuple[UUID, UUID]]

    @property
    def said(self) -> str:
        return f"{self.worker} held {len(self.held)}, of which {len(self.kept)} were out"


def kill_holder(service: Service) -> Death:
    """Freeze workers in turn until one is found that holds rows of which some mails are out and not
    recorded; kill that one."""
    found: list[Death] = []

    def strike() -> bool:
        found.extend(_strike(service))
        return bool(found)

    wait_until(strike, "a worker holds what the relay has kept", 60, 0.05)
    service.deaths += found
    return found[0]


def _strike(service: Service) -> Iterator[Death]:
    for name, member in service.crew.items():
        if not name.startswith("worker"):
            continue
        member.signal_all(signal.SIGSTOP)
        sleep(SECONDS_TO_REST)
        if _is_caught(service, member):
            member.kill()
            yield _weigh(service, name)
            return
        member.signal_all(signal.SIGCONT)


def _is_caught(service: Service, member: Member) -> bool:
    """Whether a frozen worker holds some rows, of which the relay has kept mails: those of the
    owners who are talking to the relay from one of its processes."""
    spoken_of = service.relay.spoken_of()
    ports = {port for pid in member.children for port in _ports(pid, service.relay.port)}
    recipients = {spoken_of[port] for port in ports & spoken_of.keys()}
    rows = _sending(service)
    owners = {row.owner for row in rows if row.address in recipients}
    held = {row.person for row in rows if row.owner in owners}
    return len(held) >= LEAST_HELD and bool(_kept(service, held))


def _weigh(service: Service, name: str) -> Death:
    """What a killed worker held: all that is as it was when the others have recorded theirs, and
    before its leases end. (While it is only frozen, it may keep the others from recording.)"""
    rows = _sending(service)
    sleep(SECONDS_TO_RECORD)
    rows &= _sending(service)
    held = frozenset(row.person for row in rows)
    return Death(name, len({row.owner for row in rows}), held, _kept(service, held))


class _Row(NamedTuple):
    """A delivery in somebody's hands."""

    person: tuple[UUID, UUID]  # campaign and subscriber
    address: str
    owner: UUID
    claims: int


def _sending(service: Service) -> set[_Row]:
    sending = select(Delivery).where(Delivery.state == DeliveryState.SENDING)
    with service.fleet.db.read() as session:
        return {
            _Row((row.campaign_id, row.subscriber_id), row.address, row.owner, row.claims)
            for row in session.scalars(sending)
            if row.owner is not None
        }


def _kept(service: Service, held: Collection[tuple[UUID, UUID]]) -> frozenset[tuple[UUID, UUID]]:
    """Those of them whose mails the relay has kept."""
    out = {entry.message_id.partition("@")[0] for entry in list(service.relay.ledger)}
    return frozenset(one for one in held if message_key(*one).hex in out)


def _ports(pid: int, relay_port: int) -> Iterator[int]:
    """From which a process is connected to the relay."""
    for one in psutil.Process(pid).net_connections("tcp"):
        if one.raddr and one.raddr.port == relay_port:
            yield one.laddr.port
