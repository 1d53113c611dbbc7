"""What is made for each mail gives what the libraries give."""

import base64
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.mac import Mac, base32

KEYS = st.binary(min_size=1, max_size=200)  # longer than a block, too


@given(KEYS, st.binary(max_size=200))
def test_a_mac_is_the_librarys(key: bytes, message: bytes) -> None:
    mac = Mac(key)
    expected = hmac.digest(key, message, "sha256")
    assert mac.digest(message) == expected
    assert mac.digest(message) == expected, "one message leaves nothing behind for the next"


@given(KEYS, st.binary(max_size=60), st.integers(1, 32))
def test_only_the_right_octets_match(key: bytes, message: bytes, octets: int) -> None:
    right = hmac.digest(key, message, "sha256")[:octets]
    wrong = bytes([right[0] ^ 1]) + right[1:]
    assert Mac(key).matches(message, right, octets)
    assert not Mac(key).matches(message, wrong, octets)
    assert not Mac(key).matches(message, right[:-1], octets)


@given(st.binary(max_size=40))
def test_base_32_is_the_librarys(raw: bytes) -> None:
    assert base32(raw) == base64.b32encode(raw).decode().rstrip("=").lower()


def test_what_is_too_long_for_base_32_is_not_cut_short() -> None:
    with pytest.raises(ValueError, match="41 octets"):
        base32(b"\xff" * 41)
