"""A target for what DNS answers: whoever owns a domain writes its records."""

from ipaddress import ip_address

from digest.domain.checkup import Check
from digest.domain.signing_key import TxtRecord
from digest.operate.dns.domain import Sender, check_domain
from digest.operate.dns.resolver import IpAddress
from digest.operate.dns.spf import MOST_LOOKUPS, SpfResult, evaluate_spf
from tests.fuzz.inputs import decoded, mixed, sentences
from tests.fuzz.target import Target

OURS = ip_address("192.0.2.10")


class OneAnswer:
    """A DNS that gives the same lines to whatever it is asked."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")[:8]
        self.asked = 0

    def txt(self, name: str) -> list[str]:
        self.asked += 1
        # A record that includes others has them under names of their own.
        return self.lines[:1] if name == "harbour.example" else self.lines[-1:]

    def addresses(self, name: str) -> list[IpAddress]:
        self.asked += 1
        return [OURS] if len(name) % 2 else []

    def mail_hosts(self, name: str) -> list[str]:
        self.asked += 1
        return self.lines[:3]

    def names_of(self, address: IpAddress) -> list[str]:
        self.asked += 1
        return self.lines[:3]


def check_records(data: bytes) -> None:
    """Each part gets a verdict in sentences, and no record has us ask without end (RFC 7208)."""
    text = decoded(data)
    for address in (OURS, None):
        answers = OneAnswer(text)
        found = evaluate_spf(answers, "harbour.example", address)
        assert found.result in SpfResult
        assert found.lookups <= MOST_LOOKUPS + 1
        assert answers.asked < 200, answers.asked
    key = TxtRecord("k1._domainkey.harbour.example", "v=DKIM1; k=rsa; p=MIIB")
    sender = Sender("harbour.example", "bounce.harbour.example", (key,), (OURS,))
    for one in check_domain(OneAnswer(text), sender):
        assert isinstance(one, Check)
        assert one.sentence


WORDS = (
    *("v=spf1", "include:a.example", "include:", "a", "mx", "ptr", "exists:%{i}.x", "-all", "+all"),
    *("~all", "?all", "ip4:192.0.2.0/24", "ip4:999.1.1.1", "ip6:2001:db8::/32", "ip6:::1/999"),
    *("a/33//999", "redirect=harbour.example", "redirect=", "include:harbour.example", "x=" * 200),
    *("v=DMARC1;", "p=none", "p=reject;", "sp=", "rua=mailto:x", "adkim=s;", "A:b.example/24"),
    *("v=DKIM1;", "k=rsa;", "p=;", "t=y;", "p=MIIB", "\n", "\n"),
)

TARGETS = {"dns": Target(mixed(sentences(WORDS)), check_records)}
