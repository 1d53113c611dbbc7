"""Private keys for DKIM: made, kept as text, and signing with one call."""

from base64 import b64encode
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from digest.domain.errors import Illegal
from digest.domain.signing_key import KeyAlgorithm

RSA_BITS = 2048  # RFC 8301: at least 1024, and verifiers need not take more than 2048

_PKCS1 = padding.PKCS1v15()
_SHA256 = Prehashed(hashes.SHA256())


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """What signs: the same digest gives the same signature, with either algorithm."""

    algorithm: KeyAlgorithm
    key: rsa.RSAPrivateKey | Ed25519PrivateKey

    def sign(self, digest: bytes) -> bytes:
        """The signature over a SHA-256 digest (RFC 8301, and RFC 8463, section 3)."""
        if isinstance(self.key, Ed25519PrivateKey):
            return self.key.sign(digest)
        return self.key.sign(digest, _PKCS1, _SHA256)


def new_private_key(algorithm: KeyAlgorithm) -> PrivateKey:
    """A fresh key; RSA takes some tenths of a second."""
    if algorithm is KeyAlgorithm.ED25519:
        return PrivateKey(algorithm, Ed25519PrivateKey.generate())
    return PrivateKey(algorithm, rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS))


def private_text(private: PrivateKey) -> str:
    """PKCS #8 in PEM, not encrypted: to be sealed."""
    return private.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def public_text(private: PrivateKey) -> str:
    """The ``p=`` of the record in DNS: Base64 of SubjectPublicKeyInfo for RSA (RFC 6376,
    section 3.6.1), of the bare 32 octets for Ed25519 (RFC 8463, section 4.2)."""
    public = private.key.public_key()
    if private.algorithm is KeyAlgorithm.ED25519:
        kind, form = serialization.Encoding.Raw, serialization.PublicFormat.Raw
    else:
        kind, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return b64encode(public.public_bytes(kind, form)).decode()


def read_private_key(text: str) -> PrivateKey:
    """What ``private_text`` wrote. It is ours and sealed, so it isn't checked for being a good
    key again, which takes longer than a hundred signatures."""
    key = serialization.load_pem_private_key(
        text.encode(), password=None, unsafe_skip_rsa_key_validation=True
    )
    if isinstance(key, Ed25519PrivateKey):
        return PrivateKey(KeyAlgorithm.ED25519, key)
    if isinstance(key, rsa.RSAPrivateKey):
        return PrivateKey(KeyAlgorithm.RSA, key)
    raise Illegal("A stored signing key is neither RSA nor Ed25519; make a new one.")
