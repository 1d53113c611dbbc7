"""Tokens: what was signed is read back, and nothing else is."""

import base64
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.domain.errors import Illegal
from digest.settings import load_settings
from digest.tokens import MAC_BYTES, BadToken, Tokens, hash_address, seal, unseal

ANNA, BORIS = UUID(int=7), UUID(int=8)
DAILY, WEEKLY = UUID(int=1 << 100), UUID(int=2 << 100)
TOKENS = Tokens(b"a secret for tests, thirty-two long")


@given(st.uuids(), st.uuids())
def test_a_token_gives_back_the_ids_it_was_made_of(subscriber, mailing_list):
    token = TOKENS.subscription(subscriber, mailing_list)
    assert TOKENS.read_subscription(token) == (subscriber, mailing_list)
    assert TOKENS.read_edition(TOKENS.edition(subscriber)) == subscriber


def test_a_token_needs_no_quoting_in_a_url():
    assert set(TOKENS.subscription(ANNA, DAILY)) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    )


def test_every_shorter_or_longer_token_is_refused():
    token = TOKENS.subscription(ANNA, DAILY)
    for wrong in [token[:n] for n in range(len(token))] + [token + "A", "A" + token, token + "="]:
        with pytest.raises(BadToken):
            TOKENS.read_subscription(wrong)


def test_every_flipped_bit_is_refused():
    raw = base64.urlsafe_b64decode(TOKENS.subscription(ANNA, DAILY))
    for bit in range(len(raw) * 8):
        damaged = bytearray(raw)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(BadToken):
            TOKENS.read_subscription(base64.urlsafe_b64encode(damaged).decode())


def test_every_other_character_is_refused_also_in_the_spare_bits():
    token = TOKENS.edition(ANNA)  # 32 bytes: base64 leaves two bits over at the end
    others = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") - {token[-1]}
    for other in others:
        with pytest.raises(BadToken):
            TOKENS.read_edition(token[:-1] + other)


def test_parts_of_two_tokens_do_not_make_a_third():
    one = base64.urlsafe_b64decode(TOKENS.subscription(ANNA, DAILY))
    other = base64.urlsafe_b64decode(TOKENS.subscription(BORIS, WEEKLY))
    for cut in (16, 32):
        mixed = base64.urlsafe_b64encode(one[:cut] + other[cut:]).decode()
        with pytest.raises(BadToken):
            TOKENS.read_subscription(mixed)


def test_a_token_for_reading_is_none_for_leaving():
    with pytest.raises(BadToken):
        TOKENS.read_subscription(TOKENS.edition(ANNA))
    with pytest.raises(BadToken):
        TOKENS.read_edition(TOKENS.subscription(ANNA, DAILY))


@pytest.mark.parametrize("junk", ["", "é", "\0", "....", "a b", "=" * 64, "A" * 100_000])
def test_junk_is_refused(junk):
    with pytest.raises(BadToken):
        TOKENS.read_subscription(junk)


def test_another_secret_neither_reads_nor_makes_ours():
    others = Tokens(b"some other secret, thirty-two long")
    with pytest.raises(BadToken):
        others.read_subscription(TOKENS.subscription(ANNA, DAILY))


def test_after_a_rotation_old_links_work_and_new_ones_are_signed_anew():
    rotated = Tokens(
        b"a newer secret of thirty-two chars", [b"a secret for tests, thirty-two long"]
    )
    old, new = TOKENS.subscription(ANNA, DAILY), rotated.subscription(ANNA, DAILY)
    assert rotated.read_subscription(old) == rotated.read_subscription(new) == (ANNA, DAILY)
    with pytest.raises(BadToken):
        TOKENS.read_subscription(new)


def test_a_signature_has_at_least_128_bits():
    raw = base64.urlsafe_b64decode(TOKENS.subscription(ANNA, DAILY))
    assert len(raw) == 2 * 16 + MAC_BYTES
    assert MAC_BYTES * 8 >= 128


def settings_in(home: Path, secret: str = "a secret for tests, thirty-two long"):
    return load_settings(home=home, secret_key=secret, suppression_key="s" * 32)


def test_the_hash_of_an_address_depends_on_the_suppression_key_alone(tmp_path):
    one = hash_address(settings_in(tmp_path), "anna@post.example")
    rotated = settings_in(tmp_path, "a newer secret of thirty-two chars")
    assert hash_address(rotated, "anna@post.example") == one
    assert hash_address(rotated, "Anna@post.example") != one
    other = load_settings(home=tmp_path, suppression_key="t" * 32)
    assert hash_address(other, "anna@post.example") != one


def test_a_sealed_password_opens_under_its_own_key_only(tmp_path):
    sealed = seal(settings_in(tmp_path), "pa55 wörd")
    assert "pa55" not in sealed
    assert unseal(settings_in(tmp_path), sealed) == "pa55 wörd"
    with pytest.raises(Illegal, match="DIGEST_SECRET_KEY"):
        unseal(settings_in(tmp_path, "a newer secret of thirty-two chars"), sealed)
