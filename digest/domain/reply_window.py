"""The last replies to a campaign, whoever got them: do relays turn us away, or whole lists?

They are kept as a few blocks of counts, so that one small row holds what all processes saw.
"""

from dataclasses import dataclass
from typing import NamedTuple

SIZE = 1_000  # replies
BLOCK = 50
LEAST = 20  # replies that are about us, or refuse a reader, before they mean anything
ABOUT_US_SHARE = 0.01
REFUSED_SHARE = 0.1


class Block(NamedTuple):
    """Replies that followed one another, and how many of them were bad."""

    replies: int
    about_us: int
    refused: int


NO_REPLIES = Block(0, 0, 0)


@dataclass(frozen=True, slots=True)
class ReplyWindow:
    """The last 1,000 replies, give or take a block."""

    blocks: tuple[Block, ...] = ()

    def after(self, more: Block) -> "ReplyWindow":
        """The window once ``more`` replies have come."""
        *rest, last = self.blocks or (NO_REPLIES,)
        if last.replies + more.replies <= BLOCK:
            more = Block(*(a + b for a, b in zip(last, more, strict=True)))
        elif last.replies:
            rest.append(last)
        blocks = [*rest, more]
        total = sum(block.replies for block in blocks)
        while total - blocks[0].replies >= SIZE:
            total -= blocks.pop(0).replies
        return ReplyWindow(tuple(blocks))

    @property
    def sum(self) -> Block:
        return Block(*(sum(column) for column in zip(NO_REPLIES, *self.blocks, strict=True)))

    @property
    def is_about_us(self) -> bool:
        """Whether policy, reputation or authentication turn us away: go on only after a look."""
        return _is_much(self.sum.about_us, self.sum.replies, ABOUT_US_SHARE)

    @property
    def is_refused(self) -> bool:
        """Whether so many readers are refused that somebody should look at the list."""
        return _is_much(self.sum.refused, self.sum.replies, REFUSED_SHARE)


def _is_much(bad: int, of: int, share: float) -> bool:
    return bad >= LEAST and bad >= share * min(of, SIZE)
