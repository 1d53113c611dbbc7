"""What DNS must say of a sender's domain (D-01, D-02, D-03): judged on zones in memory."""

from ipaddress import ip_address

import pytest

from digest.deliver.dkim_keys import new_private_key, public_text
from digest.domain.checkup import Verdict, judge_domain
from digest.domain.errors import Transient
from digest.domain.signing_key import KeyAlgorithm, txt_record
from digest.operate.dns.dmarc import find_dmarc, is_aligned
from digest.operate.dns.domain import Sender, check_domain
from digest.operate.dns.reverse import check_names
from digest.operate.dns.spf import SpfResult, evaluate_spf

OURS = ip_address("203.0.113.7")


class Zone:
    """DNS from a dict; a name that is ``None`` gives no answer."""

    def __init__(self, records):
        self.records = records

    def _of(self, name, kind):
        if self.records.get(name, ()) is None:
            raise Transient(f"DNS gave no answer for {name}.")
        return self.records.get((name, kind), [])

    def txt(self, name):
        return self._of(name, "TXT")

    def addresses(self, name):
        return [ip_address(text) for text in self._of(name, "A")]

    def mail_hosts(self, name):
        return self._of(name, "MX")

    def names_of(self, address):
        return self._of(str(address), "PTR")


@pytest.fixture(scope="module")
def key():
    private = new_private_key(KeyAlgorithm.RSA)
    return txt_record("news.example", "spring", KeyAlgorithm.RSA, public_text(private))


def good_zone(key, **changes):
    records = {
        ("news.example", "TXT"): ["v=spf1 ip4:203.0.113.0/24 -all", "unrelated=1"],
        (key.name, "TXT"): [key.value],
        ("_dmarc.news.example", "TXT"): ["v=DMARC1; p=reject"],
        ("news.example", "MX"): ["mx.news.example"],
        ("mx.news.example", "A"): ["203.0.113.9"],
    }
    return Zone(records | {tuple(name.split()): value for name, value in changes.items()})


def sender(key, **values):
    given = {
        "domain": "news.example",
        "return_domain": "news.example",
        "keys": (key,),
        "addresses": (OURS,),
    }
    return Sender(**(given | values))


def verdicts(zone, who):
    return {check.part.split()[0]: check.verdict for check in check_domain(zone, who)}


def test_a_domain_that_is_set_up_has_no_fault(key):
    checks = check_domain(good_zone(key), sender(key))
    assert [check.verdict for check in checks] == [Verdict.OK] * 4
    assert judge_domain(checks) is Verdict.OK


@pytest.mark.parametrize(
    ("name", "record", "part", "says"),
    [
        ("news.example TXT", [], "SPF", "There is no SPF record."),
        ("news.example TXT", ["v=spf1 +all"], "SPF", "lets everybody send"),
        ("news.example TXT", ["v=spf1 mx all"], "SPF", "lets everybody send"),
        ("news.example TXT", ["v=spf1 -all"], "SPF", "203.0.113.7, which gets fail"),
        ("news.example TXT", ["v=spf1 mx -all", "v=spf1 a -all"], "SPF", "2 SPF records"),
        ("news.example TXT", ["v=spf1 ipv4:203.0.113.7 -all"], "SPF", "means nothing"),
        ("news.example TXT", ["v=spf1 include:gone.example -all"], "SPF", "has no SPF record"),
        ("spring._domainkey.news.example TXT", [], "DKIM", "No key stands in DNS"),
        ("spring._domainkey.news.example TXT", ["v=DKIM1; p="], "DKIM", "withdrawn"),
        ("spring._domainkey.news.example TXT", ["p=AAAA"], "DKIM", "another key than signs"),
        ("_dmarc.news.example TXT", [], "DMARC", "no DMARC record"),
        ("_dmarc.news.example TXT", ["v=DMARC1; p=no"], "DMARC", "no policy that receivers know"),
        ("_dmarc.news.example TXT", ["v=DMARC1; p=none"] * 2, "DMARC", "2 DMARC records"),
        ("news.example MX", ["."], "MX", "takes no mail"),
        ("news.example MX", ["gone.example"], "MX", "has no address"),
        ("news.example MX", [], "MX", "neither MX nor address"),
    ],
)
def test_each_fault_fails_its_part_alone_and_says_what_to_do(key, name, record, part, says):
    checks = check_domain(good_zone(key, **{name: record}), sender(key))
    wrong = [check for check in checks if check.verdict is not Verdict.OK]
    assert [(check.part.split()[0], check.verdict) for check in wrong] == [(part, Verdict.FAILED)]
    assert says in wrong[0].sentence
    assert wrong[0].remedy
    assert judge_domain(checks) is Verdict.FAILED


def test_the_record_that_is_printed_mends_what_it_is_printed_for(key):
    zone, who = good_zone(key), sender(key)
    zone.records["news.example", "TXT"] = ["v=spf1 include:other.example ?all"]
    zone.records["other.example", "TXT"] = ["v=spf1 ip4:198.51.100.1 -all"]
    zone.records["_dmarc.news.example", "TXT"] = []
    zone.records[key.name, "TXT"] = []
    for check in check_domain(zone, who):
        if check.record is not None:
            zone.records[check.record.name, "TXT"] = [check.record.value]
    assert set(verdicts(zone, who).values()) == {Verdict.OK}
    assert zone.records["news.example", "TXT"][0].startswith("v=spf1 include:other.example ")


def includes(n):
    return {
        (f"s{at}.example", "TXT"): [f"v=spf1 include:s{at + 1}.example -all"] for at in range(n)
    } | {(f"s{n}.example", "TXT"): ["v=spf1 ip4:203.0.113.7 -all"]}


def test_spf_takes_ten_look_ups_and_fails_at_the_eleventh():
    assert evaluate_spf(Zone(includes(10)), "s0.example", OURS).result is SpfResult.PASS
    answer = evaluate_spf(Zone(includes(11)), "s0.example", OURS)
    assert answer.result is SpfResult.PERMERROR
    assert "more than 10 look-ups" in answer.why


@pytest.mark.parametrize(
    ("record", "result"),
    [
        ("v=spf1 a -all", "pass"),
        ("v=spf1 a/24 -all", "pass"),
        ("v=spf1 a:far.example -all", "fail"),
        ("v=spf1 mx ~all", "softfail"),
        ("v=spf1 mx/20 ~all", "pass"),
        ("v=spf1 ip6:2001:db8::/32 ?all", "neutral"),
        ("v=spf1 ip4:203.0.113.7", "pass"),
        ("v=spf1 -ip4:203.0.113.7 +ip4:203.0.0.0/8 ~all", "fail"),
        ("v=spf1 exists:%{i}.list.example -all", "fail"),
        ("v=spf1 redirect=other.example", "pass"),
        ("v=spf1 redirect=gone.example", "permerror"),
        ("v=spf1 include:news.example -all", "permerror"),
        ("v=spf1 ip4:203.0.113.700 -all", "permerror"),
        ("v=spf1 a:n1.example a:n2.example a:n3.example -all", "permerror"),
        ("V=SPF1 A -ALL", "pass"),
        ("v=spf10 a -all", "none"),
    ],
)
def test_spf_is_read_as_rfc_7208_says(record, result):
    zone = Zone(
        {
            ("news.example", "TXT"): [record],
            ("news.example", "A"): ["203.0.113.7"],
            ("news.example", "MX"): ["mx.example"],
            ("mx.example", "A"): ["203.0.112.1"],
            ("far.example", "A"): ["192.0.2.1"],
            ("other.example", "TXT"): ["v=spf1 ip4:203.0.113.7 -all"],
        }
    )
    assert evaluate_spf(zone, "news.example", OURS).result == result


def test_what_nobody_can_know_beforehand_is_a_warning(key):
    unsigned = sender(key, keys=(), addresses=(), relay_addresses=(ip_address("192.0.2.5"),))
    found = verdicts(good_zone(key), unsigned)
    assert found["SPF"] is Verdict.WARNING  # a provider's relay may send from other addresses
    assert found["DKIM"] is Verdict.WARNING  # it may sign, too


def test_dmarc_of_the_domain_above_holds_where_there_is_none_of_its_own():
    zone = Zone({("_dmarc.press.example", "TXT"): ["v=DMARC1; p=reject; sp=none"]})
    (record,) = find_dmarc(zone, "daily.news.press.example")
    assert record.domain == "press.example"
    assert record.policy_for("daily.news.press.example") == "none"
    assert find_dmarc(zone, "press.other") == []


@pytest.mark.parametrize(
    ("tags", "domain", "is_so"),
    [
        ("", "bounce.news.example", True),
        ("", "news.example", True),
        ("aspf=s", "news.example", True),
        ("aspf=s", "bounce.news.example", False),
        ("", "badnews.example", False),
        ("", "mailer.example", False),
    ],
)
def test_a_return_path_is_aligned_as_the_record_asks(tags, domain, is_so):
    zone = Zone({("_dmarc.news.example", "TXT"): [f"v=DMARC1; p=none; {tags}"]})
    (record,) = find_dmarc(zone, "news.example")
    assert is_aligned(domain, "news.example", record, "aspf") is is_so


def test_without_signature_and_alignment_dmarc_fails(key):
    zone = good_zone(key)
    zone.records["mailer.example", "TXT"] = ["v=spf1 ip4:203.0.113.7 -all"]
    zone.records["mailer.example", "MX"] = ["mx.news.example"]
    foreign = {"return_domain": "mailer.example"}
    assert verdicts(zone, sender(key, **foreign))["DMARC"] is Verdict.WARNING
    assert verdicts(zone, sender(key, keys=(), **foreign))["DMARC"] is Verdict.FAILED


def test_a_dns_that_gives_no_answer_is_no_fault_of_the_domain(key):
    zone = good_zone(key)
    zone.records["news.example"] = None
    checks = check_domain(zone, sender(key))
    assert Verdict.FAILED not in {check.verdict for check in checks}
    assert judge_domain(checks) is Verdict.UNKNOWN
    zone.records[key.name, "TXT"] = []
    assert judge_domain(check_domain(zone, sender(key))) is Verdict.FAILED  # that was seen


@pytest.mark.parametrize(
    ("names", "back", "verdict"),
    [
        (["out.news.example"], ["1.1.1.1"], "ok"),
        (["out.news.example"], ["1.1.1.2"], "failed"),
        ([], [], "failed"),
    ],
)
def test_an_address_has_a_name_that_leads_back(names, back, verdict):
    zone = Zone({("1.1.1.1", "PTR"): names, ("out.news.example", "A"): back})
    (check,) = check_names(zone, (ip_address("1.1.1.1"),), are_known=True)
    assert check.verdict == verdict
