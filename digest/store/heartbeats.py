"""Heartbeats: a row for each process that lives, renewed by itself every few seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.store.base import AsJson, Row, text_enum
from digest.store.engine import database_time, insert_for

FORGOTTEN_AFTER = timedelta(days=1)


class ProcessKind(StrEnum):
    BEAT = "beat"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Vitals:
    """What a process says of itself. ``queues``: how many messages wait, where it knows."""

    kind: ProcessKind
    host: str
    pid: int
    age: timedelta  # since it began
    clock: datetime  # its host's
    disk_free: int  # bytes, where HOME is
    disk_total: int
    code: str  # the revision of the schema that it needs
    queues: dict[str, int] | None = None
    error: str | None = None


class Heartbeat(Row):
    """A process of the service, as it last said that it lives."""

    __tablename__ = "heartbeat"

    kind: Mapped[ProcessKind] = mapped_column(text_enum(ProcessKind), primary_key=True)
    host: Mapped[str] = mapped_column(primary_key=True)
    pid: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]  # by the database's clock, as seen_at
    seen_at: Mapped[datetime]
    clock_off: Mapped[float]  # seconds by which the host's clock is ahead of the database's
    disk_free: Mapped[int]  # MB, where HOME is
    disk_total: Mapped[int]  # MB
    queues: Mapped[dict[str, int] | None] = mapped_column(AsJson(dict[str, int]))
    error: Mapped[str | None]  # what keeps it from its work, the broker being away say
    code: Mapped[str | None]  # the revision of the schema that it needs; older code says nothing


def keep_heartbeat(session: Session, vitals: Vitals) -> None:
    """Say that a process lives, and forget those of which nothing was heard for a day."""
    now = database_time(session)
    row = _columns(vitals, now)
    new = insert_for(session, Heartbeat).values(row)
    session.execute(new.on_conflict_do_update(index_elements=["kind", "host", "pid"], set_=row))
    session.execute(delete(Heartbeat).where(Heartbeat.seen_at < now - FORGOTTEN_AFTER))


def unkept_heartbeat(session: Session, vitals: Vitals) -> Heartbeat:
    """What would be noted of a process, for one that is no part of the service."""
    return Heartbeat(**_columns(vitals, database_time(session)))


def _columns(vitals: Vitals, now: datetime) -> dict[str, Any]:
    """``now`` is the database's."""
    return {
        "kind": vitals.kind,
        "host": vitals.host,
        "pid": vitals.pid,
        "started_at": now - vitals.age,
        "seen_at": now,
        "clock_off": (vitals.clock - now).total_seconds(),
        "disk_free": vitals.disk_free >> 20,
        "disk_total": vitals.disk_total >> 20,
        "queues": vitals.queues,
        "error": vitals.error,
        "code": vitals.code,
    }


def forget_heartbeat(session: Session, kind: ProcessKind, host: str, pid: int) -> None:
    """A process that ends in good order says so."""
    session.execute(
        delete(Heartbeat).where(
            Heartbeat.kind == kind, Heartbeat.host == host, Heartbeat.pid == pid
        )
    )


def all_heartbeats(session: Session) -> Sequence[Heartbeat]:
    """Every process of the last day, by host."""
    listed = select(Heartbeat).order_by(Heartbeat.host, Heartbeat.kind, Heartbeat.pid)
    return session.scalars(listed).all()


def workers_below(session: Session, code: str, silent: timedelta) -> Sequence[Heartbeat]:
    """Workers that live, of older code than this."""
    live = Heartbeat.seen_at > database_time(session) - silent
    older = Heartbeat.code.is_(None) | (Heartbeat.code < code)
    listed = select(Heartbeat).where(Heartbeat.kind == ProcessKind.WORKER, live, older)
    return session.scalars(listed.order_by(Heartbeat.host, Heartbeat.pid)).all()


def last_heard(session: Session, kind: ProcessKind) -> datetime | None:
    """When a process of that kind said last that it lives, by the database's clock."""
    return session.scalar(select(func.max(Heartbeat.seen_at)).where(Heartbeat.kind == kind))
