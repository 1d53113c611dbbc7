"""docs/deliverability.md: replies, waits, limits and the ramp are those of the code."""

import re
from datetime import UTC, datetime, timedelta

from digest.deliver.replies import RETRY_MINUTES, meaning_of
from digest.deliver.transport import Reply
from digest.domain.complaints import FEWEST, HELD_AT, WARNED_AT
from digest.domain.reply_window import ABOUT_US_SHARE, LEAST, SIZE
from digest.domain.warm_up import WarmUp
from digest.feedback.policy import SOFT_LIMIT, SOFT_SPAN
from tests.rules.documents import read, rows, section

GUIDE = read("docs/deliverability.md")


def test_replies_mean_what_the_guide_says():
    told = rows(section(GUIDE, "## When a mailbox defers or refuses"))
    assert len(told) > 10
    for reply, _, meaning, _ in told:
        code, _, text = reply.strip("`").partition(" ")
        assert meaning_of(Reply(int(code), text)) == meaning, reply


def test_the_ramp_is_the_one_of_a_warm_up():
    began = datetime(2026, 3, 2, tzinfo=UTC)
    text = section(GUIDE, "## Warm up")
    head = next(line for line in text.splitlines() if line.startswith("| day "))
    days = [int(day) for day in re.findall(r"\d+", head)]
    ramps = [row for row in rows(text) if "factor" in row[0]]
    assert len(ramps) == 2
    for name, *allowed in ramps:
        first, factor = re.findall(r"[\d.]+", name)
        warm_up = WarmUp(int(first), float(factor), 14, began)
        real = [warm_up.allowance(began + timedelta(days=day - 1)) for day in days]
        assert [int(cell) for cell in allowed] == real


def test_its_limits_are_those_of_the_code():
    words = " ".join(GUIDE.split())
    *most, last = RETRY_MINUTES
    assert f"after {', '.join(map(str, most))} and {last} minutes" in words
    assert (FEWEST, LEAST, SIZE, SOFT_LIMIT) == (3, 20, 1000, 5)
    assert f"| {WARNED_AT:.1%} or more".replace("%", " %") in words
    assert f"| {HELD_AT:.1%} or more".replace("%", " %") in words
    assert f"Where {ABOUT_US_SHARE:.0%} of the last thousand".replace("%", " %") in words
    assert f"five editions over {SOFT_SPAN.days} days" in words
