"""Clicks in memory: those of machines are told apart by their haste, and memory is bounded."""

from collections import Counter
from datetime import date

import pytest

from digest.domain.ids import uuid7
from digest.feedback import tally as module
from digest.feedback.machines import asks_not_to_be_counted, is_machine
from digest.feedback.tally import HELD, MOST_LINKS, Tally
from digest.store.links import OPENS

DAY = date(2026, 3, 10)
EDITION = uuid7()
PHONE = "Mozilla/5.0 (Linux; Android 14; CUBOT P80) AppleWebKit/537.36 Chrome/140 Mobile"


def clicked(tally: Tally, keys, client: str = "a", at: float = 0.0) -> None:
    for key in keys:
        tally.click(EDITION, key, client=client, day=DAY, at=at)


def settled(tally: Tally, at: float = HELD) -> dict[int, int]:
    tally.settle(at)
    return {key: n for (_, key, _), n in tally.take().items()}


def test_a_link_counts_once_for_a_client_within_its_seconds_and_again_after_them():
    tally = Tally()
    clicked(tally, [7, 7, 7])
    assert settled(tally, HELD - 0.1) == {}
    clicked(tally, [7], at=HELD + 1)
    assert settled(tally, 3 * HELD) == {7: 2}
    assert not tally


def test_who_follows_many_links_at_once_is_a_scanner_and_counts_for_none():
    tally = Tally()
    clicked(tally, range(1, MOST_LINKS + 1), "reader")
    clicked(tally, range(1, MOST_LINKS + 2), "gateway")
    clicked(tally, range(1, 100), "gateway", at=HELD / 2)
    assert settled(tally) == dict.fromkeys(range(1, MOST_LINKS + 1), 1)


def test_two_clients_count_as_two():
    tally = Tally()
    clicked(tally, [7], "a")
    clicked(tally, [7], "b")
    assert settled(tally) == {7: 2}


def test_memory_is_bounded_whatever_comes(monkeypatch):
    monkeypatch.setattr(module, "MOST_HELD", 10)
    monkeypatch.setattr(module, "MOST_COUNTED", 5)
    tally = Tally()
    for n in range(1_000):
        clicked(tally, [n + 1], str(n))
    assert sum(settled(tally).values()) == 5
    clicked(tally, [7], "later", at=HELD)
    assert settled(tally, 2 * HELD) == {7: 1}


def test_no_client_can_be_read_in_what_is_held():
    tally = Tally()
    clicked(tally, [7], "192.0.2.7 Mozilla")
    assert "192.0.2.7" not in str(tally._visits)


def test_what_could_not_be_written_is_counted_with_what_comes():
    tally = Tally()
    tally.open(EDITION, day=DAY)
    left = tally.take()
    tally.open(EDITION, day=DAY)
    tally.give_back(left)
    assert settled(tally) == Counter({OPENS: 2})


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {"user-agent": PHONE}),
        ("GET", {}),
        ("GET", {"user-agent": "curl/8.5.0"}),
        ("GET", {"user-agent": "Mozilla/5.0 (compatible; ExampleBot/2.1)"}),
        ("GET", {"user-agent": PHONE, "sec-purpose": "prefetch;prerender"}),
        ("GET", {"user-agent": PHONE, "purpose": "prefetch"}),
    ],
)
def test_machines_are_told_by_what_they_say(method, headers):
    assert is_machine(method, headers)


def test_a_persons_browser_is_none():
    assert not is_machine("GET", {"user-agent": PHONE})


def test_who_asks_not_to_be_counted_is_known():
    assert asks_not_to_be_counted({"sec-gpc": "1"})
    assert asks_not_to_be_counted({"dnt": "1"})
    assert not asks_not_to_be_counted({"dnt": "0"})
