"""What a relay says it can do (RFC 5321, section 4.1.1.1)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Offers:
    """The extensions that we make use of."""

    pipelining: bool = False  # RFC 2920
    size: bool = False  # RFC 1870
    smtputf8: bool = False  # RFC 6531
    starttls: bool = False  # RFC 3207
    mechanisms: tuple[str, ...] = ()  # of AUTH, RFC 4954


def read_offers(text: bytes) -> Offers:
    """Read the reply to EHLO, line by line. Some relays say AUTH twice: also as "AUTH=…"."""
    words = [
        line.replace(b"=", b" ").decode("ascii", "replace").upper().split()
        for line in text.splitlines()[1:]
    ]
    offered = {line[0] for line in words if line}
    return Offers(
        pipelining="PIPELINING" in offered,
        size="SIZE" in offered,
        smtputf8={"SMTPUTF8", "8BITMIME"} <= offered,
        starttls="STARTTLS" in offered,
        mechanisms=tuple(name for line in words if line[:1] == ["AUTH"] for name in line[1:]),
    )
