"""Addresses in what servers write, and which of them can't be a recipient."""

import re

LONGEST = 254  # characters of an address (RFC 3696, erratum 1690)

# White space, controls, what turns the direction of text, halves of characters.
_NEVER = r"\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff"
_UNSEEN = re.compile(f"[{_NEVER}]")
WIDE = "：；，。、（）【】《》「」"  # marks that Chinese and Japanese set without a space
_LOCAL = rf"(?:\"[^\"@<>{_NEVER}]{{1,62}}\"|[^<>()\[\]\",:;@\\|{WIDE}{_NEVER}]{{1,64}})"
_DOMAIN = r"[A-Za-z0-9\u00a1-\u1fff\u2c00-\ud7ff\uf900-\ufefe](?:[\w.-]{0,250}\w)?"
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
    """Local part as given, but for what no address has; domain in lower case."""
    local, _, domain = _UNSEEN.sub("", address).strip("<>'\"`.,;:").rpartition("@")
    return f"{local}@{domain.lower()}"


def addresses_in(text: str) -> list[str]:
    """Every address in ``text``, in order, each once."""
    return list(dict.fromkeys(normal(one) for one in IN_TEXT.findall(text)))


def is_machine(address: str) -> bool:
    """Whether mail servers write under this name: never one of our readers' bounces."""
    return bool(_MACHINES.match(address.partition("@")[0]))
