"""Checks of who sent a request, in constant time."""

import base64
import binascii
import hmac
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from digest.domain.errors import Forbidden, Illegal

WRONG = "The signature of this request is wrong."


def check_hmac(secret: str, text: str, signature: str) -> None:
    """HMAC-SHA-256 in hex (Mailgun)."""
    expected = hmac.digest(secret.encode(), text.encode(), "sha256").hex()
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise Forbidden(WRONG)


def check_ecdsa(public_key: str, text: bytes, signature: str) -> None:
    """ECDSA over SHA-256, key and signature as Base64 of DER (SendGrid)."""
    try:
        key = load_der_public_key(base64.b64decode(public_key, validate=True))
    except (ValueError, binascii.Error):
        raise Illegal("DIGEST_SENDGRID_KEY is not the verification key of the webhook.") from None
    if not isinstance(key, EllipticCurvePublicKey):
        raise Illegal("DIGEST_SENDGRID_KEY is not an elliptic-curve key.")
    try:
        key.verify(base64.b64decode(signature, validate=True), text, ECDSA(SHA256()))
    except (InvalidSignature, binascii.Error, ValueError):
        raise Forbidden(WRONG) from None


def check_basic(login: str, header: str) -> None:
    """``user:password`` of HTTP basic authentication (RFC 7617)."""
    scheme, _, given = header.partition(" ")
    expected = base64.b64encode(login.encode())
    if scheme.lower() != "basic" or not hmac.compare_digest(expected, given.strip().encode()):
        raise Forbidden("The user or password of this request is wrong.")


def check_age(timestamp: str, now: datetime, longest: timedelta) -> None:
    """That a Unix time is not far from ``now``, so that an old request can't be sent again."""
    try:
        age = abs(now.timestamp() - float(timestamp))
    except ValueError:
        raise Forbidden("This request does not say when it was made.") from None
    if not age <= longest.total_seconds():
        raise Forbidden("This request is too old.")
