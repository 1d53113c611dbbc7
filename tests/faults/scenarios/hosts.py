"""Three hosts: database and broker on one, workers on two, one of which is cut off for a while."""

import time

from tests.faults.fleet import Fleet, readers
from tests.faults.network import RELAY, SERVERS, Host, Network
from tests.faults.relay import Manners
from tests.faults.scenarios.workers import holders, take_up
from tests.faults.stage import Finding, Stage, Stopwatch, W
from tests.faults.verdict import judge
from tests.servers import wait_until

SERVERS_ONLY = ("servers",)  # mail that is under way still gets through, and can't be recorded
EVERYTHING = ("servers", "relay")


def cut_off(stage: Stage, full: bool) -> Finding:
    """The other host takes over what it held; back again, it works as before, by itself."""
    people = 6_000 if full else 300
    ways = (SERVERS_ONLY, EVERYTHING) if full else (SERVERS_ONLY,)
    with Network(2) as network, network.in_core(), Stage(stage.folder / "core", SERVERS) as core:
        near, far = network.hosts
        with core.fleet(Manners(slowness=0.05), relay_address=RELAY) as fleet:
            fleet.beat()
            fleet.worker(on=far.prefix)
            workers = [fleet.worker(on=near.prefix)]
            first = fleet.campaign(readers(people))
            _wait_for_mail_from(fleet, far)
            seconds = 0.0
            for way in ways:
                network.cut(far, *way)
                watch, held = Stopwatch(), holders(fleet)
                seconds = max(seconds, take_up(fleet, first, held, watch, full=full))
                time.sleep(max(0.0, 60 - watch.seconds) if full else 0)
                network.mend(far, *way)
            fleet.wait_done(first)
            workers[0].kill()  # it is done: what comes now is for the other host alone
            second = fleet.campaign(readers(50, "late"), slug="late")
            watch = Stopwatch()
            fleet.wait_for_kind("late", 1)
            seconds = max(seconds, watch.seconds)
            fleet.wait_done(second)
            verdict = judge(fleet.db, first, fleet.relay, is_alone=False)
            verdict += judge(fleet.db, second, fleet.relay, is_alone=False)
            return Finding(len(ways), verdict, W * len(ways), seconds)


def _wait_for_mail_from(fleet: Fleet, host: Host) -> None:
    def has_sent() -> bool:
        return any(entry.peer == host.address for entry in list(fleet.relay.ledger))

    wait_until(has_sent, f"mail comes from {host.name}", 120)
