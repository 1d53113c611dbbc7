"""The service on one machine without servers: `digest up`, on one SQLite file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from digest.store.copying import sqlite_file
from tests.faults.fleet import Fleet, Member
from tests.faults.relay import FaultyRelay
from tests.servers import answers, free_port, wait_until


class Machine(Fleet):
    """A fleet of one process."""

    def __init__(self, folder: Path, relay: FaultyRelay) -> None:
        self.folder, self.relay = folder, relay
        self._begin({})

    def servers(self) -> dict[str, Any]:
        return {}  # the database is in HOME, the queue in the process

    def run(self, release: Sequence[str] = ()) -> list[Member]:
        port = free_port()
        member = self.start(*release, "digest", "up", "--port", str(port))
        wait_until(lambda: answers(port), "digest up listens", 60)
        return [member]

    def lose_database(self) -> None:
        self.db.close()
        file = sqlite_file(self.db)
        for suffix in ("", "-wal", "-shm"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)
