"""What was seen of the send epoch outside the database: in HOME, and in Redis where there is one.

The database raises it and commits, and only then is it noted here; so a database that is behind
was put back to an earlier time.
"""

import os
from pathlib import Path
from uuid import UUID

from redis import Redis
from redis.exceptions import RedisError

from digest.log import get_logger
from digest.settings import Settings

REDIS_KEY = "bluf-digest:send-epoch"
REDIS_SECONDS = 1.0

log = get_logger(__name__)


class Witness:
    """Remembers the highest epoch of each database that this host, or this broker, has seen."""

    def __init__(self, settings: Settings) -> None:
        self._home = settings.home_path
        self._redis = redis_of(settings)

    def seen(self, database_id: UUID) -> int:
        """The highest epoch that anybody remembers; 0 where nobody does."""
        return max(self._in_home(database_id), self._in_redis(database_id))

    def note(self, database_id: UUID, epoch: int) -> None:
        """Remember it everywhere."""
        self.note_at_home(database_id, epoch)
        if self._redis is not None:
            try:
                self._redis.zadd(REDIS_KEY, {str(database_id): epoch}, gt=True)
            except RedisError as error:
                log.info("Redis did not note the send epoch", error=str(error))

    def note_at_home(self, database_id: UUID, epoch: int) -> None:
        """Remember it on this host: what can be done each second."""
        if epoch <= self._in_home(database_id):
            return
        file = self._file(database_id)
        draft = file.with_suffix(f".{os.getpid()}.tmp")
        try:
            draft.write_text(f"{epoch}\n")
            draft.replace(file)
        except OSError as error:
            log.warning("HOME did not note the send epoch", error=str(error))

    def _file(self, database_id: UUID) -> Path:
        return self._home / f"send-epoch-{database_id.hex}"

    def _in_home(self, database_id: UUID) -> int:
        try:
            return int(self._file(database_id).read_text())
        except (OSError, ValueError):
            return 0

    def _in_redis(self, database_id: UUID) -> int:
        if self._redis is None:
            return 0
        try:
            return int(self._redis.zscore(REDIS_KEY, str(database_id)) or 0)
        except RedisError:
            return 0


def redis_of(settings: Settings) -> Redis | None:
    """What outlives the database beside HOME; None where there is no Redis."""
    if settings.redis_url is None:
        return None
    url = settings.redis_url.get_secret_value()
    return Redis.from_url(url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS)
