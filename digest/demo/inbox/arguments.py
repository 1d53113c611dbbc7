"""The arguments of MAIL and RCPT: ``FROM:<a@b.example> SIZE=1`` (RFC 5321, section 4.1.2)."""

import re

from digest.demo.inbox.body import MAX_SIZE

_PATH = re.compile(
    r"<(?:@[^:<>]*:)?(?P<path>(?:\"(?:[^\"\\]|\\.)*\"|[^<>@\"\s]+)@[^<>@\s]+|postmaster|)>"
    r"(?:\s+(?P<parameters>.*))?",
    re.IGNORECASE,
)


def path_of(argument: str, keyword: str) -> tuple[str | None, dict[str, str]]:
    """The address and the parameters of ``FROM:<a@b> SIZE=1``; None where it isn't one."""
    if argument[: len(keyword)].upper() != keyword:
        return None, {}
    match = _PATH.fullmatch(argument[len(keyword) :].strip())
    if match is None:
        return None, {}
    pairs = (word.partition("=") for word in (match["parameters"] or "").split())
    return match["path"], {name.upper(): value for name, _, value in pairs}


def parameter_problem(parameters: dict[str, str]) -> str | None:
    """The reply that refuses these parameters of MAIL, or None."""
    if parameters.keys() - {"SIZE", "BODY", "SMTPUTF8"}:
        return "555 5.5.4 One of these parameters is not known."
    size = parameters.get("SIZE", "0")
    if not size.isascii() or not size.isdigit():
        return "501 5.5.4 SIZE is a number."
    if int(size[:20]) > MAX_SIZE:
        return "552 5.3.4 The message is too large."
    if parameters.get("BODY", "7BIT").upper() not in {"7BIT", "8BITMIME"}:
        return "501 5.5.4 BODY is 7BIT or 8BITMIME."
    return None
