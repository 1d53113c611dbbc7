"""Addresses in what servers write, and which of them can't be a recipient."""

import re

_LOCAL = r"(?:\"[^\"\s@<>]{1,62}\"|[^\s<>()\[\]\",:;@\\|]{1,64})"
_DOMAIN = r"[A-Za-z0-9\u0080-\uffff](?:[\w.-]{0,250}\w)?"
IN_TEXT = re.compile(rf"(?<![\w.@]){_LOCAL}@{_DOMAIN}")
_TYPE = re.compile(
    r"^\s*(?:rfc[- ]?822|smtp|lotus|utf-8|unknown|internet|x-\w+)\s*;\s*", re.IGNORECASE
)
_MACHINES = re.compile(
    r"(?:mailer[-_.]?daemon|post_?master|mail[-_.]delivery[-_.](?:system|subsystem)|abuse|"
    r"mail\.delivery\.system)$",
    re.IGNORECASE,
)


def clean(text: str) -> str | None:
    """The one address that ``text`` is, out of brackets, quotes and type prefixes; None where it
    is none."""
    bare = _TYPE.sub("", text[:1_000]).strip().strip("<>'\"`() \t")
    bare = bare.removeprefix("mailto:").removeprefix("smtp:").removeprefix("SMTP:").rstrip(".,;:>")
    found = IN_TEXT.findall(bare)
    return normal(found[0]) if found else None


def normal(address: str) -> str:
    """Local part as given, domain in lower case."""
    local, _, domain = address.strip("<>'\"`.,;:").rpartition("@")
    return f"{local}@{domain.lower()}"


def addresses_in(text: str) -> list[str]:
    """Every address in ``text``, in order, each once."""
    return list(dict.fromkeys(normal(one) for one in IN_TEXT.findall(text)))


def is_machine(address: str) -> bool:
    """Whether mail servers write under this name: never one of our readers' bounces."""
    return bool(_MACHINES.match(address.partition("@")[0]))
