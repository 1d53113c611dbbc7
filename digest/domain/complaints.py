"""How many readers may call an edition spam. Gmail wants fewer than 0.1 % of them, and never 0.3 %
(support.google.com/mail/answer/81126)."""

WARNED_AT = 0.001
HELD_AT = 0.003
FEWEST = 3  # people: a share of a handful says nothing


def are_many(complaints: int, sent: int, share: float) -> bool:
    """Whether so many of those who got it complained that somebody has to look."""
    return complaints >= max(FEWEST, share * sent)


def shown_rate(complaints: int, sent: int) -> str:
    """Such as ``0.25 %``."""
    return f"{100 * complaints / max(1, sent):.2f} %"
