"""How the audit names who acts: an address, and behind it the token where a program acted."""

_PROGRAM = " (token "


def by_token(address: str, token_name: str) -> str:
    """Somebody's program."""
    return f"{address}{_PROGRAM}{token_name})"


def is_same_person(one: str | None, other: str | None) -> bool:
    """Whether two actors are one person: their programs are theirs."""
    return one is not None and other is not None and _person(one) == _person(other)


def _person(actor: str) -> str:
    return actor.partition(_PROGRAM)[0].strip().lower()
