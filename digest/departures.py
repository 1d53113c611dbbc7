"""Who was erased, suppressed or left, as it is remembered outside the database: in HOME, and in
Redis where there is one. A backup that is put back knows nothing of those who went after it.

There is no address in it: an erased or suppressed person is the keyed hash, who left is the id of
the subscription.
"""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from redis import Redis
from redis.exceptions import RedisError

from digest.log import get_logger
from digest.settings import Settings
from digest.witness import redis_of

REDIS_KEY = "bluf-digest:departures"
# Erasures are remembered for good; the others for as long as a backup may be old.
REMEMBERED = timedelta(days=62)

log = get_logger(__name__)


class Kind(StrEnum):
    ERASED = "erased"  # key: the address's hash; how: the subscriber's id, where there was one
    SUPPRESSED = "suppressed"  # key: the address's hash; how: the reason
    LEFT = "left"  # key: the subscription's id; how: ``Left``


@dataclass(frozen=True, slots=True, order=True)
class Departure:
    """Somebody who must not be mailed from then on."""

    at: datetime
    kind: Kind
    key: str
    how: str

    @property
    def line(self) -> str:
        said = asdict(self) | {"at": self.at.astimezone(UTC).isoformat()}
        return json.dumps(said, sort_keys=True)


_READ = TypeAdapter(Departure)


class Departures:
    """What this host, and this broker, remember of one database."""

    def __init__(self, settings: Settings, database_id: UUID) -> None:
        self._home = settings.home_path
        self._name = f"departures-{database_id.hex}"
        self._redis = redis_of(settings)
        self._redis_key = f"{REDIS_KEY}:{database_id}"

    def remembered(self) -> list[Departure]:
        """All of them, the earliest first, each once."""
        return sorted({*self._in_home(), *self._in_redis()})

    def note(self, departures: Iterable[Departure], now: datetime) -> None:
        """Remember these everywhere; what is noted twice is remembered once."""
        new = sorted(departures)
        if not new:
            return
        self._note_at_home(new)
        self._note_in_redis(new, now)
        self._forget_at_home(now)

    def _note_at_home(self, departures: Iterable[Departure]) -> None:
        """A file for each kind and month, readable by its owner alone."""
        files: dict[Path, list[str]] = {}
        for one in departures:
            name = f"{self._name}-{one.kind}-{one.at.astimezone(UTC):%Y%m}"
            files.setdefault(self._home / name, []).append(one.line)
        for file, lines in files.items():
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "a") as open_file:
                open_file.write("".join(f"\n{line}" for line in lines))  # after any torn line
                open_file.flush()
                os.fsync(descriptor)

    def _note_in_redis(self, departures: Iterable[Departure], now: datetime) -> None:
        if self._redis is None:
            return
        try:
            for one in departures:
                key = f"{self._redis_key}:{one.kind}"
                self._redis.zadd(key, {one.line: one.at.timestamp()})
            oldest = (now - REMEMBERED).timestamp()
            for kind in (Kind.SUPPRESSED, Kind.LEFT):
                self._redis.zremrangebyscore(f"{self._redis_key}:{kind}", "-inf", oldest)
        except RedisError as error:
            log.info("Redis did not note who went", error=str(error))

    def _forget_at_home(self, now: datetime) -> None:
        oldest = f"{now - REMEMBERED:%Y%m}"
        for kind in (Kind.SUPPRESSED, Kind.LEFT):
            for file in self._home.glob(f"{self._name}-{kind}-*"):
                if file.name.rpartition("-")[2] < oldest:
                    file.unlink(missing_ok=True)

    def _in_home(self) -> Iterator[Departure]:
        for file in sorted(self._home.glob(f"{self._name}-*")):
            yield from _read(filter(None, file.read_text().split("\n")))

    def _in_redis(self) -> Iterator[Departure]:
        if self._redis is None:
            return
        try:
            for kind in Kind:
                yield from _read(self._lines(self._redis, kind))
        except RedisError as error:
            log.warning("Redis does not say who went", error=str(error))

    def _lines(self, redis: Redis, kind: Kind) -> list[str]:
        found = redis.zrange(f"{self._redis_key}:{kind}", 0, -1)
        return [line.decode() for line in found if isinstance(line, bytes)]


def _read(lines: Iterable[str]) -> Iterator[Departure]:
    """A line that a crash cut off is left out: what it said was not yet noted."""
    for line in lines:
        try:
            yield _READ.validate_json(line)
        except ValidationError:
            log.warning("a line of who went can't be read")
