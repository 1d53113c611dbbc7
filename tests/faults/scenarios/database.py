"""A database that dies, hangs up on everybody, or has no patience (R-06)."""

import time
from uuid import UUID

from tests.faults.fleet import Fleet, readers
from tests.faults.leases import pass_leases
from tests.faults.relay import Manners
from tests.faults.stage import Finding, Stage, Stopwatch, W
from tests.faults.verdict import judge
from tests.servers import wait_until

WORKERS = 2


def dead_database(stage: Stage, full: bool) -> Finding:
    """R-06: kill -9 in the middle of it, and back later; senders stop within a window each."""

    def outage(fleet: Fleet) -> None:
        stage.postgres.kill()
        before = len(fleet.relay.ledger)
        time.sleep(30 if full else 3)
        after = len(fleet.relay.ledger) - before
        assert after <= W * WORKERS, f"{after} mails were sent without a database"
        stage.postgres.start()

    return _play(stage, outage, full=full)


def hung_up(stage: Stage, full: bool) -> Finding:
    """R-06: pg_terminate_backend of all, again and again."""

    def outage(fleet: Fleet) -> None:
        for _ in range(20 if full else 3):
            _as_superuser(
                stage,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
            )
            time.sleep(0.5)

    return _play(stage, outage, full=full)


def no_patience(stage: Stage, full: bool) -> Finding:
    """R-06: every statement that takes longer than a millisecond is cancelled for a while."""

    def outage(fleet: Fleet) -> None:
        name = fleet.db.engine.url.database
        _as_superuser(stage, f'ALTER DATABASE "{name}" SET statement_timeout = 1')
        _hang_up(stage, str(name))
        time.sleep(20 if full else 2)
        _as_superuser(stage, f'ALTER DATABASE "{name}" RESET statement_timeout')
        _hang_up(stage, str(name))

    return _play(stage, outage, full=full)


def _play(stage: Stage, outage, *, full: bool) -> Finding:
    people = 6_000 if full else 300
    with stage.fleet(Manners(slowness=0.05)) as fleet:
        campaign_id = fleet.campaign(readers(people))
        fleet.beat()
        for _ in range(WORKERS):
            fleet.worker()
        fleet.wait_for(50)
        outage(fleet)
        seconds = until_mail_flows(fleet)
        end(fleet, campaign_id, full=full)
        return Finding(1, judge(fleet.db, campaign_id, fleet.relay), W * WORKERS, seconds)


def end(fleet: Fleet, campaign_id: UUID, *, full: bool) -> None:
    """Wait until the campaign is done. In the short form the leases of those whose claim was lost
    with its answer end as soon as all others are served."""

    def others_are_served() -> bool:
        counts = fleet.audit(campaign_id).counts
        return counts.get("queued", 0) + counts.get("deferred", 0) == 0

    if not full:
        wait_until(others_are_served, "what can be sent is sent", 120, 0.2)
        pass_leases(fleet.db)
    fleet.wait_done(campaign_id)


def until_mail_flows(fleet: Fleet) -> float:
    """Seconds until the next mail."""
    watch, before = Stopwatch(), len(fleet.relay.ledger)
    fleet.wait_for(before + 1, 120)
    return watch.seconds


def _hang_up(stage: Stage, name: str) -> None:
    _as_superuser(
        stage,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        f"WHERE pid <> pg_backend_pid() AND datname = '{name}'",
    )


def _as_superuser(stage: Stage, statement: str) -> None:
    import psycopg

    with psycopg.connect(stage.postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())
