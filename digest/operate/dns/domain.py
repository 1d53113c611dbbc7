"""A sender's domain as receivers will judge it: a check for each rule of the large mailboxes.

Gmail (support.google.com/mail/answer/81126), Yahoo (senders.yahooinc.com/best-practices) and
Microsoft ask the same: SPF, DKIM and DMARC, aligned, and a domain that answers.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ParamSpec

from digest.domain.checkup import Check, Verdict
from digest.domain.errors import Transient
from digest.domain.signing_key import TxtRecord
from digest.operate.dns.dkim import check_key
from digest.operate.dns.dmarc import DmarcRecord, find_dmarc, is_aligned
from digest.operate.dns.resolver import Dns, IpAddress
from digest.operate.dns.spf import SpfAnswer, SpfResult, evaluate_spf, spf_records

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Sender:
    """What is known here of how a domain's mail goes out."""

    domain: str  # of From
    return_domain: str  # of the envelope
    keys: tuple[TxtRecord, ...] = ()  # of the keys that sign now
    addresses: tuple[IpAddress, ...] = ()  # that mail leaves from; () where nobody said
    relay_addresses: tuple[IpAddress, ...] = ()  # of the relays: a guess at those


def check_domain(dns: Dns, sender: Sender) -> list[Check]:
    """SPF, DKIM, DMARC and MX of ``sender``. What can't be asked is ``unknown``."""
    return [
        asked(f"SPF {sender.return_domain}", _spf, dns, sender),
        *_dkim(dns, sender),
        asked(f"DMARC {sender.domain}", _dmarc, dns, sender),
        *_mail_hosts(dns, sender),
    ]


def asked(part: str, check: Callable[P, Check], *args: P.args, **options: P.kwargs) -> Check:
    """What ``check`` gives, or that DNS does not answer."""
    try:
        return check(*args, **options)
    except Transient as error:
        hint = "Look whether this machine's resolver works; receivers ask their own."
        return Check(part, Verdict.UNKNOWN, str(error), hint)


def _spf(dns: Dns, sender: Sender) -> Check:
    domain = sender.return_domain
    part, whole = f"SPF {domain}", evaluate_spf(dns, domain, None)
    wanted = _spf_record(sender, spf_records(dns, domain))
    fault = _spf_fault(whole)
    if fault is not None:
        return Check(part, Verdict.FAILED, fault, "Set this record, and no other of SPF.", wanted)
    for address in sender.addresses or sender.relay_addresses:
        result = evaluate_spf(dns, domain, address).result
        if result is not SpfResult.PASS:
            return _not_allowed(part, address, result, wanted, is_known=bool(sender.addresses))
    return Check(part, Verdict.OK, f"It allows what sends, in {whole.lookups} look-ups.")


def _not_allowed(
    part: str, address: IpAddress, result: SpfResult, wanted: TxtRecord, *, is_known: bool
) -> Check:
    if is_known:
        why = f"Mail leaves from {address}, which gets {result}."
        return Check(part, Verdict.FAILED, why, "Set this record.", wanted)
    why = f"The relay's address {address} gets {result}."
    hint = "Allow it, or set DIGEST_SENDING_ADDRESSES where mail leaves from other ones."
    return Check(part, Verdict.WARNING, why, hint, wanted)


def _spf_fault(answer: SpfAnswer) -> str | None:
    if answer.result is SpfResult.NONE:
        return "There is no SPF record."
    if answer.open_to_all:
        return "The SPF record lets everybody send (+all), and receivers distrust such a domain."
    if answer.result is SpfResult.PERMERROR:
        return f"Receivers give up on the SPF record: {answer.why}."
    return None


def _spf_record(sender: Sender, present: Sequence[str]) -> TxtRecord:
    """The record as it is with the missing addresses before its end, or a new one."""
    missing = [f"ip{one.version}:{one}" for one in sender.addresses or sender.relay_addresses]
    words = present[0].split() if len(present) == 1 else ["v=spf1"]
    kept = [word for word in words if not word.lower().endswith("all")]
    new = [word for word in missing or ["mx"] if word not in kept]
    end = [word for word in words if word.lower() in ("-all", "~all")] or ["~all"]
    return TxtRecord(sender.return_domain, " ".join([*kept, *new, *end[:1]]))


def _dkim(dns: Dns, sender: Sender) -> Iterator[Check]:
    if not sender.keys:
        yield Check(
            f"DKIM {sender.domain}",
            Verdict.WARNING,
            "Nothing here signs for the domain: unless the relay does, mail is turned away.",
            f"`digest key create {sender.domain}`, or make sure that the relay signs as it.",
        )
    for record in sender.keys:
        yield asked(f"DKIM {record.name}", check_key, dns, record)


def _dmarc(dns: Dns, sender: Sender) -> Check:
    part, records = f"DMARC {sender.domain}", find_dmarc(dns, sender.domain)
    wanted = TxtRecord(
        f"_dmarc.{sender.domain}", f"v=DMARC1; p=none; rua=mailto:postmaster@{sender.domain}"
    )
    if not records:
        why = "There is no DMARC record; Gmail, Yahoo and Microsoft ask for one."
        return Check(part, Verdict.FAILED, why, "Set this record.", wanted)
    if len(records) > 1:
        why = f"There are {len(records)} DMARC records, so that receivers heed none."
        return Check(part, Verdict.FAILED, why, "Keep one of them.", wanted)
    if not records[0].is_valid:
        why = f"The DMARC record has no policy that receivers know: {records[0].text[:200]}"
        return Check(part, Verdict.FAILED, why, "Set this record in its place.", wanted)
    return _alignment(part, records[0], sender)


def _alignment(part: str, record: DmarcRecord, sender: Sender) -> Check:
    by_spf = is_aligned(sender.return_domain, sender.domain, record, "aspf")
    policy = f"p={record.policy_for(sender.domain)} of {record.domain}"
    if by_spf:
        return Check(part, Verdict.OK, f"It says {policy}; the return path is aligned with From.")
    hint = f"Take a return path under {record.domain} (`digest list create --bounce-domain`)."
    why = f"The return path {sender.return_domain} is not aligned with From ({policy})"
    if sender.keys:
        return Check(part, Verdict.WARNING, f"{why}; DKIM alone has to pass.", hint)
    return Check(part, Verdict.FAILED, f"{why}, and nothing here signs.", hint)


def _mail_hosts(dns: Dns, sender: Sender) -> Iterator[Check]:
    for domain in dict.fromkeys((sender.domain, sender.return_domain)):
        yield asked(f"MX {domain}", _mail_host, dns, domain)


def _mail_host(dns: Dns, domain: str) -> Check:
    part, hosts = f"MX {domain}", dns.mail_hosts(domain)
    hint = "Set an MX record: receivers refuse a sender that can't be answered."
    if "." in hosts:
        return Check(part, Verdict.FAILED, "It says that it takes no mail (null MX).", hint)
    if any(dns.addresses(host) for host in hosts):
        return Check(part, Verdict.OK, f"Mail to it goes to {hosts[0]}.")
    if hosts:
        return Check(part, Verdict.FAILED, f"Its mail host {hosts[0]} has no address.", hint)
    if dns.addresses(domain):
        why = "It has no MX record; mail to it goes to its own address."
        return Check(part, Verdict.WARNING, why, hint)
    return Check(part, Verdict.FAILED, "It has neither MX nor address: no bounce comes back.", hint)
