"""How a campaign's deliveries divide by domain and by what the relays answered."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

MOST_REPLIES = 100  # different answers that one batch names; the rest are counted together
OTHER_REPLIES = "other answers"
_LONGEST = 160

# What differs from mail to mail in the same answer: ids of queues and sessions, numbers, times.
_OWN = re.compile(
    r"""
    <[^>]*>                                   # <address>, <message-id>
    | \b(?=\w*\d)(?=\w*[A-Za-z])[\w.=@+-]{6,}  # 4XkT2c1zYz, 3f7a9c…, smtp-relay-17.example
    | \b\d{5,}\b                              # 1764161234
    | \b\d{1,3}(?:\.\d{1,3}){3}\b             # an IPv4 address
    """,
    re.VERBOSE,
)

Key = tuple[str, str]  # (state, domain) or (state, answer)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Counts by ``state domain`` and by ``state answer``; a space divides the two words."""

    domains: dict[str, int] = field(default_factory=dict)
    replies: dict[str, int] = field(default_factory=dict)


def break_down(rows: Sequence[tuple[str, str, str | None, str | None]]) -> Breakdown:
    """Count rows of (address, state, reply, reason)."""
    domains = [f"{state} {address.rpartition('@')[2]}" for address, state, _, _ in rows]
    replies = [
        f"{state} {answer_of(words)}"
        for _, state, reply, reason in rows
        if (words := reply or reason)
    ]
    return Breakdown(dict(Counter(domains)), _bounded(Counter(replies)))


def changes(old: dict[str, int], new: dict[str, int]) -> dict[Key, int]:
    """What to add to the sums that hold ``old`` so that they hold ``new``."""
    differences = {key: new.get(key, 0) - old.get(key, 0) for key in {*old, *new}}
    return {_divided(key): n for key, n in differences.items() if n}


def answer_of(reply: str) -> str:
    """A reply without what differs from mail to mail, so that equal answers can be counted.

    ``250 2.0.0 Ok: queued as 4XkT2c1zYz`` gives ``250 2.0.0 Ok: queued as …``.
    """
    words = reply.split()
    if "<" in reply:  # what stands between < and > may hold spaces
        return _OWN.sub("…", " ".join(words))[:_LONGEST]
    return " ".join(map(_known, words))[:_LONGEST]


@lru_cache(4096)
def _known(word: str) -> str:
    """Most words of a relay's answers are always the same."""
    return _OWN.sub("…", word)


def _bounded(replies: Counter[str]) -> dict[str, int]:
    kept = Counter(dict(replies.most_common(MOST_REPLIES)))
    for key, n in (replies - kept).items():
        kept[f"{_divided(key)[0]} {OTHER_REPLIES}"] += n
    return dict(kept)


def _divided(key: str) -> Key:
    state, _, word = key.partition(" ")
    return state, word
