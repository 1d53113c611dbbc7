"""A PostgreSQL whose disk is full (R-17). Its disk is a small one in memory, which needs root."""

import os
import subprocess
from pathlib import Path

from tests.faults.fleet import Fleet, readers
from tests.faults.relay import Manners
from tests.faults.scenarios.database import end, until_mail_flows
from tests.faults.stage import CannotBePlayed, Finding, Stage, W
from tests.faults.verdict import judge
from tests.servers import Postgres, wait_until

DISK = 160 * 1024 * 1024  # octets
WORKERS = 2
STAYS = 60  # seconds that it stays full


class CrampedPostgres(Postgres):
    """Its data and its log lie on a disk of their own."""

    WAL_MEGABYTES = 1

    def make_data_folder(self) -> None:
        super().make_data_folder()
        what = ["-t", "tmpfs", "-o", f"size={DISK},mode=700", "digest-test", self.data]
        done = subprocess.run(["mount", *what], capture_output=True, text=True, check=False)
        if done.returncode:
            super().remove()
            raise CannotBePlayed(f"no disk can be mounted here: {done.stderr.strip()}")

    def command(self) -> list[str]:
        # It gives back what it has written of its log, so that it needs room again and again.
        return [*super().command(), "-c", "min_wal_size=2MB", "-c", "max_wal_size=4MB"]

    def remove(self) -> None:
        self.kill()
        subprocess.run(["umount", "--lazy", self.data], check=False, capture_output=True)
        super().remove()

    @property
    def ballast(self) -> Path:
        return self.data / "ballast"

    def fill(self) -> None:
        """Until there is no room for another page."""
        with self.ballast.open("ab") as file:
            for piece in (2**20, 2**12):
                while _fits(file.fileno(), piece):
                    pass

    def make_room(self) -> None:
        """And start it again where it gave up, as whatever supervises it does."""
        self.ballast.unlink()
        assert self.process is not None
        if self.process.poll() is not None:
            self.start()


def _fits(file: int, octets: int) -> bool:
    try:
        os.write(file, bytes(octets))
    except OSError:
        return False
    return True


def full_disk(stage: Stage, full: bool) -> Finding:
    """R-17: senders stop within a window each, the campaign waits, and goes on with the room."""
    if os.geteuid() != 0:
        raise CannotBePlayed("a small disk needs root")
    people = 6_000 if full else 2_000
    cramped = CrampedPostgres()
    with (
        Stage(stage.folder / "cramped", postgres=cramped) as room,
        room.fleet(Manners(slowness=0.05 if full else 0.2)) as fleet,
    ):
        campaign_id = fleet.campaign(readers(people))
        beat, *workers = fleet.beat(), *(fleet.worker() for _ in range(WORKERS))
        fleet.wait_for(50)
        _wait_for_silence(fleet, cramped, STAYS if full else 3)
        unsent = people - len(fleet.relay.copies)
        assert unsent, "it stopped before everybody was served"
        cramped.make_room()
        fleet.relay.manners.slowness = 0
        seconds = until_mail_flows(fleet)
        end(fleet, campaign_id, full=full)
        assert all(one.process.poll() is None for one in (beat, *workers)), "nobody was restarted"
        return Finding(1, judge(fleet.db, campaign_id, fleet.relay), W * WORKERS, seconds)


def _wait_for_silence(fleet: Fleet, cramped: CrampedPostgres, seconds: float) -> None:
    """Until nothing was sent for so long, with no room at all: what it gives back is taken."""
    last = [len(fleet.relay.ledger)]

    def is_silent() -> bool:
        cramped.fill()
        last.append(len(fleet.relay.ledger))
        return len(last) > seconds and last[-1] == last[-int(seconds)]

    wait_until(is_silent, "sending stops", 120 + seconds, 1.0)
