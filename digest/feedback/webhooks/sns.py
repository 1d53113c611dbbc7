"""Amazon SNS: messages whose signature is checked, about topics that an operator named.

Source: the SNS developer guide, "Verifying the signatures of Amazon SNS messages". Version 1
(SHA-1) is refused. The certificate's host is pinned before anything is fetched.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from digest.domain.errors import Forbidden, Illegal
from digest.feedback.webhooks.fields import read_json, text_of
from digest.feedback.webhooks.hook import Fetch

_HOST = re.compile(r"sns\.[a-z0-9-]{3,30}\.amazonaws\.com(?:\.cn)?")
_CERTIFICATE_PATH = re.compile(r"/SimpleNotificationService-[0-9a-zA-Z-]{1,80}\.pem")
_ABOUT_SUBSCRIBING = ("SubscriptionConfirmation", "UnsubscribeConfirmation")
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    **dict.fromkeys(
        _ABOUT_SUBSCRIBING,
        ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    ),
}


@dataclass(frozen=True, slots=True)
class SnsMessage:
    """A message that SNS signed."""

    kind: str
    id: str
    topic: str
    text: str
    subscribe_url: str | None  # only where it asks to confirm a subscription


def read_message(body: bytes, topics: tuple[str, ...], fetch: Fetch) -> SnsMessage:
    """The message; ``Forbidden`` unless it is of one of ``topics`` and its signature is right."""
    read = read_json(body)
    if not isinstance(read, dict) or read.get("Type") not in _SIGNED:
        raise Illegal("This is no message of Amazon SNS.")
    topic = text_of(read, "TopicArn")
    if topic not in topics:
        raise Forbidden("This topic is not in DIGEST_SES_TOPICS.")
    if text_of(read, "SignatureVersion") != "2":
        raise Forbidden("Only SignatureVersion 2 is taken; set it for the topic.")
    _check(read, fetch)
    kind = str(read["Type"])
    url = text_of(read, "SubscribeURL") if kind == "SubscriptionConfirmation" else ""
    message = read.get("Message")
    return SnsMessage(
        kind,
        text_of(read, "MessageId"),
        topic,
        message if isinstance(message, str) else "",
        url if url and is_at_sns(url) else None,
    )


def is_at_sns(url: str) -> bool:
    """Whether a URL is at an SNS endpoint, by TLS, on the usual port."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(_HOST.fullmatch(parts.netloc))
    except ValueError:
        return False


def _check(message: dict[str, Any], fetch: Fetch) -> None:
    url = text_of(message, "SigningCertURL", "SigningCertUrl")
    if not is_at_sns(url) or not _CERTIFICATE_PATH.fullmatch(urlsplit(url).path):
        raise Forbidden("The signing certificate is not at Amazon SNS.")
    try:
        signature = base64.b64decode(text_of(message, "Signature"), validate=True)
        key = x509.load_pem_x509_certificate(fetch(url)).public_key()
        if not isinstance(key, RSAPublicKey):
            raise Forbidden("The signing certificate holds no RSA key.")
        key.verify(signature, _signed_text(message), PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        raise Forbidden("The signature of this message is wrong.") from None


def _signed_text(message: dict[str, Any]) -> bytes:
    """The canonical text: each field that is there, its name and value on lines of their own."""
    fields = _SIGNED[message["Type"]]
    present = [(name, message[name]) for name in fields if isinstance(message.get(name), str)]
    return "".join(f"{name}\n{value}\n" for name, value in present).encode()
