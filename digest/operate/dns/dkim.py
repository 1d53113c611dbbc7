"""The records of signing keys (RFC 6376, section 3.6.1), compared with the keys themselves."""

from base64 import b64decode
from binascii import Error as Base64Error

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from digest.domain.checkup import Check, Verdict
from digest.domain.signing_key import TxtRecord
from digest.operate.dns.resolver import Dns

LEAST_BITS = 1024  # less is refused (RFC 8301)
GOOD_BITS = 2048


def check_key(dns: Dns, record: TxtRecord) -> Check:
    """Whether DNS shows the key that signs: ``record`` is what must stand there."""
    part, wanted = f"DKIM {record.name}", _tags(record.value)
    found = [tags for text in dns.txt(record.name) if "p" in (tags := _tags(text))]
    if not found:
        why = "No key stands in DNS: receivers find its signatures invalid."
        return Check(part, Verdict.FAILED, why, "Set this record.", record)
    if not any(tags["p"] == wanted["p"] for tags in found):
        withdrawn = any(not tags["p"] for tags in found)
        why = "The key in DNS is withdrawn." if withdrawn else "DNS has another key than signs."
        return Check(part, Verdict.FAILED, why, "Set this record in its place.", record)
    tags = next(tags for tags in found if tags["p"] == wanted["p"])
    return _sized(part, record, tags)


def _sized(part: str, record: TxtRecord, tags: dict[str, str]) -> Check:
    if "y" in tags.get("t", "").split(":"):
        why = "The record says t=y, a test: receivers may treat signed mail as unsigned."
        return Check(part, Verdict.WARNING, why, "Set it without t=y.", record)
    bits = _rsa_bits(tags)
    if bits is None or bits >= GOOD_BITS:
        return Check(part, Verdict.OK, "DNS shows the key that signs.")
    verdict = Verdict.WARNING if bits >= LEAST_BITS else Verdict.FAILED
    why = f"The key has {bits} bits, and {GOOD_BITS} are usual."
    return Check(part, verdict, why, "Make a new one: `digest key rotate`.")


def _rsa_bits(tags: dict[str, str]) -> int | None:
    if tags.get("k", "rsa") != "rsa":
        return None
    try:
        key = load_der_public_key(b64decode(tags["p"]))
    except (Base64Error, ValueError, UnsupportedAlgorithm):
        return 0
    return key.key_size if isinstance(key, RSAPublicKey) else 0


def _tags(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";") if "=" in part)
    return {name.strip().lower(): "".join(value.split()) for name, _, value in pairs}
