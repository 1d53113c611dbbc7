"""What is wrong is said in a sentence that names the thing and what to do."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from digest.domain.alarm import AlarmKind
from digest.domain.states import CampaignState, DeliveryState, RunState
from digest.operate.facts import CampaignFacts, Facts, RunFacts
from digest.operate.findings import findings
from digest.operate.parts import PARTS
from digest.store.campaigns import Campaign
from digest.store.heartbeats import Heartbeat, ProcessKind
from digest.store.relays import Relay
from digest.store.runs import Run
from digest.store.sources import Source
from tests.builders import NOW


def a_heartbeat(kind: ProcessKind, **values: Any) -> Heartbeat:
    given = {"host": "amsel", "pid": 7, "started_at": NOW - timedelta(hours=1), "seen_at": NOW}
    more = {"clock_off": 0.0, "disk_free": 50_000, "disk_total": 100_000}
    return Heartbeat(kind=kind, **(given | more | values))


def a_relay(**values: Any) -> Relay:
    return Relay(**({"name": "main", "url": "smtp://x", "enabled": True, "failures": 0} | values))


def facts(
    *,
    heartbeats: Sequence[Heartbeat] | None = None,
    relays: Sequence[Relay] | None = None,
    **values: Any,
) -> Facts:
    both = [a_heartbeat(ProcessKind.BEAT), a_heartbeat(ProcessKind.WORKER)]
    given = {"database_time": NOW, "throttles": (), "sources": (), "campaigns": (), "runs": ()}
    return Facts(
        heartbeats=both if heartbeats is None else heartbeats,
        relays=[a_relay()] if relays is None else relays,
        **(given | values),
    )


def kinds(given: Facts) -> list[AlarmKind]:
    return [finding.kind for finding in findings(given, NOW)]


def test_where_all_is_well_nothing_is_said():
    assert findings(facts(), NOW) == []


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (facts(heartbeats=[a_heartbeat(ProcessKind.BEAT)]), AlarmKind.NO_WORKER),
        (facts(heartbeats=[a_heartbeat(ProcessKind.WORKER)]), AlarmKind.NO_BEAT),
        (facts(relays=[]), AlarmKind.NO_RELAY),
        (facts(relays=[a_relay(enabled=False)]), AlarmKind.NO_RELAY),
        (facts(relays=[a_relay(failures=3, error="refused")]), AlarmKind.RELAY_FAILS),
    ],
)
def test_each_thing_that_is_wrong_has_its_kind(given, kind):
    assert kinds(given) == [kind]


def test_a_process_that_fell_silent_counts_as_gone():
    silent = a_heartbeat(ProcessKind.WORKER, seen_at=NOW - timedelta(seconds=61))
    assert kinds(facts(heartbeats=[a_heartbeat(ProcessKind.BEAT), silent])) == [AlarmKind.NO_WORKER]


def test_a_service_that_has_just_begun_is_not_blamed_for_having_no_worker_yet():
    fresh = a_heartbeat(ProcessKind.BEAT, started_at=NOW - timedelta(seconds=30))
    assert kinds(facts(heartbeats=[fresh])) == []


def test_a_host_is_named_with_its_clock_disk_and_broker():
    sick = a_heartbeat(
        ProcessKind.BEAT, clock_off=-90.0, disk_free=300, error="Connection refused."
    )
    found = findings(facts(heartbeats=[sick, a_heartbeat(ProcessKind.WORKER)]), NOW)
    said = {finding.kind: finding.sentence for finding in found}
    assert said[AlarmKind.CLOCK_WRONG] == "The clock of amsel is 90 s behind the database's."
    assert said[AlarmKind.DISK_FULL].startswith("amsel has 300 MB left of 100,000 MB")
    assert "Connection refused." in said[AlarmKind.BROKER_AWAY]


def test_a_source_is_named_after_three_failures_in_a_row():
    source = Source(
        slug="ledger", name="The Ledger", enabled=True, failures=2, error="It timed out."
    )
    assert kinds(facts(sources=[source])) == []
    source.failures = 3
    (finding,) = findings(facts(sources=[source]), NOW)
    assert finding.sentence == "The Ledger could not be read at all: It timed out."


@pytest.mark.parametrize(
    ("silent_for", "usual", "is_told"),
    [
        (timedelta(days=2, hours=20), timedelta(hours=2), False),  # a long weekend
        (timedelta(days=3), timedelta(hours=2), True),
        (timedelta(days=20), timedelta(days=7), False),  # a weekly one
        (timedelta(days=28), timedelta(days=7), True),
        (timedelta(days=90), None, False),  # it never published enough to tell
    ],
)
def test_a_source_is_silent_by_what_is_usual_for_it(silent_for, usual, is_told):
    source = Source(slug="ledger", name="The Ledger", enabled=True, failures=0)
    source.last_brief_at = NOW - silent_for
    source.usual_gap = int(usual.total_seconds()) if usual else None
    assert kinds(facts(sources=[source])) == [AlarmKind.SOURCE_SILENT] * is_told
    source.enabled = False
    assert kinds(facts(sources=[source])) == []


def a_run(state: RunState, **values: Any) -> RunFacts:
    run = Run(state=state, scheduled_at=NOW - timedelta(hours=1), reason="Nothing ran then.")
    for name, value in values.items():
        setattr(run, name, value)
    return RunFacts(run, "The Daily Brief", ZoneInfo("Europe/Lisbon"))


def test_a_missed_run_is_named_in_the_zone_of_its_list():
    (finding,) = findings(facts(runs=[a_run(RunState.MISSED)]), NOW)
    assert finding.sentence == (
        "The Daily Brief did not go out at 2026-03-10 06:00 Europe/Lisbon. Nothing ran then."
    )


def test_a_run_waits_for_approval_only_once_it_is_due():
    early = a_run(RunState.AWAITING_APPROVAL, scheduled_at=NOW + timedelta(minutes=5))
    assert kinds(facts(runs=[early])) == []
    assert kinds(facts(runs=[a_run(RunState.AWAITING_APPROVAL)])) == [AlarmKind.APPROVAL_MISSING]


def a_campaign(counts: dict[DeliveryState, int], **values: Any) -> CampaignFacts:
    given = {
        "state": CampaignState.SENDING,
        "expires_after": timedelta(days=1),
        "roster": 1_000,
    }
    campaign = Campaign(id="c", **(given | values.pop("campaign", {})))
    more: dict[str, Any] = {"next_due": None, "stuck_since": None}
    zeros = dict.fromkeys(DeliveryState, 0)
    return CampaignFacts(campaign, "The Daily Brief no. 7", zeros | counts, **(more | values))


def test_a_campaign_that_has_mail_due_and_sends_none_is_stuck():
    ago = NOW - timedelta(minutes=6)
    stuck = a_campaign({DeliveryState.QUEUED: 5}, next_due=ago, stuck_since=ago)
    assert kinds(facts(campaigns=[stuck])) == [AlarmKind.CAMPAIGN_STALLED]
    waits = a_campaign({DeliveryState.DEFERRED: 5}, next_due=NOW, stuck_since=ago)
    assert kinds(facts(campaigns=[waits])) == [], "its next try is not due yet"
    slowed = a_campaign({}, next_due=ago, stuck_since=ago, is_explained=True)
    assert kinds(facts(campaigns=[slowed])) == [], "a rate or quiet hours hold it up"


def test_refusals_are_many_from_twenty_and_a_twentieth_on():
    sent, failed = DeliveryState.SENT, DeliveryState.FAILED
    assert kinds(facts(campaigns=[a_campaign({sent: 10, failed: 19})])) == []
    assert kinds(facts(campaigns=[a_campaign({sent: 10_000, failed: 100})])) == []
    assert kinds(facts(campaigns=[a_campaign({sent: 380, failed: 20})])) == [AlarmKind.MANY_REFUSED]


def test_what_expired_and_what_is_uncertain_is_counted():
    over = {"state": CampaignState.DONE, "expires_at": NOW, "finished_at": NOW}
    (expired,) = findings(
        facts(campaigns=[a_campaign({DeliveryState.CANCELLED: 1}, campaign=over)]), NOW
    )
    assert expired.sentence == "The Daily Brief no. 7 ended after 1 d with 1 delivery unsent."
    (doubt,) = findings(facts(campaigns=[a_campaign({DeliveryState.UNCERTAIN: 2})]), NOW)
    assert "2 deliveries are uncertain" in doubt.sentence
    by_hand = over | {"state": CampaignState.CANCELLED}
    assert (
        kinds(facts(campaigns=[a_campaign({DeliveryState.CANCELLED: 1}, campaign=by_hand)])) == []
    )


def test_a_campaign_is_late_ten_minutes_after_its_time():
    scheduled = {"state": CampaignState.SCHEDULED, "reason": "There is no SPF record."}
    early, late = (
        a_campaign({}, campaign=scheduled | {"due_at": NOW - timedelta(minutes=n)}) for n in (9, 10)
    )
    assert kinds(facts(campaigns=[early])) == []
    (finding,) = findings(facts(campaigns=[late]), NOW)
    assert finding.sentence == (
        "The Daily Brief no. 7 was due 10 min ago and has not begun. There is no SPF record."
    )


def test_mails_that_come_back_later_count_as_refused():
    sent, failed = DeliveryState.SENT, DeliveryState.FAILED
    few, many = (a_campaign({sent: 390, failed: 10}, bounced=n) for n in (9, 10))
    assert kinds(facts(campaigns=[few])) == []
    assert kinds(facts(campaigns=[many])) == [AlarmKind.MANY_REFUSED]


def test_each_alarm_but_that_of_domains_is_about_a_part_of_the_doctors():
    told = [kind for _, _, kinds_of_part in PARTS for kind in kinds_of_part]
    assert sorted([*told, AlarmKind.DOMAIN_FAILS]) == sorted(AlarmKind)


def test_only_a_pause_by_the_service_itself_is_an_alarm():
    paused = {"state": CampaignState.PAUSED, "reason": "Refused because of us."}
    assert kinds(facts(campaigns=[a_campaign({}, campaign=paused)])) == []
    alone = a_campaign({}, campaign=paused, paused_by_service=True)
    assert kinds(facts(campaigns=[alone])) == [AlarmKind.CAMPAIGN_PAUSED]


def test_mails_that_come_back_because_of_us_are_an_alarm_over_a_hundredth():
    few, many = (a_campaign({}, bounced_by_us=n) for n in (10, 11))
    assert kinds(facts(campaigns=[few])) == []
    assert kinds(facts(campaigns=[many])) == [AlarmKind.BOUNCED_BY_US]
