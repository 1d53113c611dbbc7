"""DMARC (RFC 7489; organisational domains by the tree walk of its successor): what receivers do
with mail that is not aligned with its From."""

from dataclasses import dataclass

from digest.operate.dns.resolver import Dns

POLICIES = ("none", "quarantine", "reject")
MOST_STEPS = 8  # of the tree walk


@dataclass(frozen=True, slots=True)
class DmarcRecord:
    """A record, and where it was found."""

    domain: str
    text: str
    tags: dict[str, str]

    @property
    def is_valid(self) -> bool:
        """Whether receivers heed it: a policy they know, or at least an address for reports."""
        return self.tags.get("p", "").lower() in POLICIES or "rua" in self.tags

    def policy_for(self, domain: str) -> str:
        """What receivers are asked to do: a subdomain's own policy is ``sp=``."""
        own = self.tags.get("p", "none")
        return (own if domain == self.domain else self.tags.get("sp", own)).lower()

    def is_strict(self, tag: str) -> bool:
        """Of ``aspf`` or ``adkim``: only the very same domain is aligned."""
        return self.tags.get(tag, "r").lower() == "s"


def dmarc_records(dns: Dns, domain: str) -> list[DmarcRecord]:
    """What stands at ``_dmarc`` of one domain."""
    found = (text for text in dns.txt(f"_dmarc.{domain}") if _is_dmarc(text))
    return [DmarcRecord(domain, text, _tags(text)) for text in found]


def find_dmarc(dns: Dns, domain: str) -> list[DmarcRecord]:
    """The records that hold for ``domain``: its own, else those of the nearest domain above it."""
    labels = domain.split(".")
    names = [domain, *(".".join(labels[at:]) for at in range(1, len(labels) - 1))]
    for name in [names[0], *names[1:][-(MOST_STEPS - 1) :]]:
        if records := dmarc_records(dns, name):
            return records
    return []


def is_aligned(domain: str, author: str, record: DmarcRecord, tag: str) -> bool:
    """Whether ``domain``, of a signature (``adkim``) or return path (``aspf``), speaks for the
    author's: the same, or (relaxed) under the same organisational domain."""
    if domain == author or record.is_strict(tag):
        return domain == author
    return any(
        domain == root or domain.endswith(f".{root}") for root in (author, record.domain)
    ) or author.endswith(f".{domain}")


def _is_dmarc(text: str) -> bool:
    return "".join(text.split(";")[0].split()).lower() == "v=dmarc1"


def _tags(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";") if "=" in part)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
