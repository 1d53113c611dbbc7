"""All faults that are played on real processes, by name."""

from dataclasses import dataclass
from functools import partial

from tests.faults.scenarios import (
    broker,
    clocks,
    crashes,
    database,
    deaf,
    full_disk,
    hosts,
    million,
    operators,
    relays,
    restored,
    upgraded,
    workers,
)
from tests.faults.stage import Finding, Scenario, Stage


@dataclass(frozen=True)
class Fault:
    """One fault. Where `make test` does not play a short form of it, tests in one process, or a
    fault much like it, stand for it there."""

    scenario: Scenario
    has_short_form: bool = True

    def play(self, stage: Stage, *, full: bool) -> Finding:
        return self.scenario(stage, full)


FAULTS = {
    "R-01": Fault(workers.killed_workers),
    "R-02-child": Fault(workers.killed_child, has_short_form=False),
    "R-02-stop": Fault(workers.told_to_stop),
    "R-03": Fault(workers.frozen_worker),
    "R-04-killed": Fault(broker.dead_broker),
    "R-04-emptied": Fault(broker.emptied_broker, has_short_form=False),
    "R-04-full": Fault(broker.full_broker, has_short_form=False),
    "R-04-deaf": Fault(deaf.deaf_worker, has_short_form=False),
    "R-05": Fault(broker.silent_broker),
    "R-06-killed": Fault(database.dead_database),
    "R-06-hung-up": Fault(database.hung_up, has_short_form=False),
    "R-06-timeouts": Fault(database.no_patience, has_short_form=False),
    "R-09": Fault(relays.absent_relay, has_short_form=False),
    "R-10-grey": Fault(relays.greylisted, has_short_form=False),
    "R-10-to-12": Fault(relays.every_fault, has_short_form=False),
    "R-11": Fault(relays.refused, has_short_form=False),
    "R-13": Fault(relays.wrong_certificate, has_short_form=False),
    "R-14-two": Fault(partial(clocks.many_beats, 2), has_short_form=False),
    "R-14-three": Fault(partial(clocks.many_beats, 3), has_short_form=False),
    "R-14-five": Fault(partial(clocks.many_beats, 5), has_short_form=False),
    "R-16": Fault(clocks.jumping_clock),
    "R-17": Fault(full_disk.full_disk),
    "R-18": Fault(operators.pausing),
    "R-19": Fault(operators.leaving),
    "R-21": Fault(crashes.crash_everywhere),
    "R-22": Fault(restored.fleet_restored, has_short_form=False),
    "R-22-machine": Fault(restored.machine_restored, has_short_form=False),
    "R-23": Fault(million.million_rows, has_short_form=False),
    "hosts": Fault(hosts.cut_off),
    "upgrade": Fault(upgraded.side_by_side),
    "upgrade-machine": Fault(upgraded.one_machine),
}
