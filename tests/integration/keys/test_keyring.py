"""Which keys sign a try: those that were active at the first one, whatever happened since."""

from datetime import timedelta

import pytest

from digest.actions.signing_keys import activate_keys, create_keys, retire_key, rotate_keys
from digest.deliver import keyring as keyring_module
from digest.deliver.keyring import Keyring
from digest.domain.errors import Illegal, NotFound
from digest.domain.ids import uuid7
from digest.domain.signing_key import KeyAlgorithm
from digest.settings import load_settings
from tests.builders import NOW, a_branding

DOMAIN = "news.example"
MESSAGE = b"From: brief@news.example\r\nSubject: One\r\n\r\nHello\r\n"
RSA, ED25519 = KeyAlgorithm.RSA, KeyAlgorithm.ED25519
LATER = NOW + timedelta(days=1)


@pytest.fixture
def keys(db, settings):
    return Keys(db, settings)


class Keys:
    """What an operator does to the domain's keys, and what a sender sees of them."""

    def __init__(self, db, settings):
        self.db, self.settings = db, settings
        self.told = {"now": NOW, "actor": "test", "domain": DOMAIN}

    def create(self, selector, *algorithms):
        create_keys(self.db, self.settings, algorithms=algorithms, selector=selector, **self.told)

    def rotate(self, selector):
        rotate_keys(self.db, self.settings, selector=selector, **self.told)

    def activate(self, *selectors, at=None):
        activate_keys(self.db, selectors=selectors, at=at, **self.told)

    def retire(self, selector):
        retire_key(self.db, selector=selector, force=True, **self.told)

    def current(self, now=NOW):
        with self.db.read() as session:
            return Keyring(self.settings, a_branding().from_address).current(session, now)

    def signer(self, key_id, settings=None):
        with self.db.read() as session:
            return Keyring(settings or self.settings, a_branding().from_address).signer(
                session, key_id
            )

    def selectors(self, now=NOW):
        signer = self.signer(self.current(now))
        return [key.selector for key in signer.keys] if signer else []


def test_a_key_signs_from_its_activation_until_its_successor_does(keys):
    keys.create("one", RSA)
    assert keys.selectors() == []
    keys.activate("one")
    keys.create("two", RSA)
    assert keys.selectors() == ["one"]
    keys.activate("two", at=LATER)
    assert keys.selectors() == ["one"]
    assert keys.selectors(LATER - timedelta(microseconds=1)) == ["one"]
    assert keys.selectors(LATER) == ["two"]
    keys.retire("two")
    assert keys.selectors(LATER) == ["one"]


def test_one_key_of_each_algorithm_signs_rsa_first(keys):
    keys.create("e", ED25519)
    keys.create("r", RSA)
    keys.activate("e", "r")
    assert keys.selectors() == ["r", "e"]
    keys.rotate("next")
    keys.activate("next-ed25519")
    assert keys.selectors() == ["r", "next-ed25519"]


def test_a_second_try_is_signed_like_the_first_after_rotation_and_retirement(keys):
    keys.create("old", RSA, ED25519)
    keys.activate("old-rsa", "old-ed25519")
    key_id = keys.current()
    first = keys.signer(key_id).sign(MESSAGE, NOW)
    keys.rotate("new")
    keys.activate("new-rsa", "new-ed25519")
    keys.retire("old-rsa")
    keys.retire("old-ed25519")
    assert keys.selectors() == ["new-rsa", "new-ed25519"]
    assert keys.signer(key_id).sign(MESSAGE, NOW) == first
    assert keys.signer(keys.current()).sign(MESSAGE, NOW) != first


def test_a_key_that_joins_or_leaves_does_not_change_the_second_try(keys):
    keys.create("r", RSA)
    keys.create("e", ED25519)
    keys.activate("r")
    alone = keys.current()
    keys.activate("e")
    both = keys.current()
    keys.retire("e")
    assert keys.current() == alone != both
    assert [key.selector for key in keys.signer(alone).keys] == ["r"]
    assert [key.selector for key in keys.signer(both).keys] == ["r", "e"]


def test_a_first_try_without_keys_stays_unsigned(keys):
    assert keys.current() is None
    assert keys.signer(None) is None


def test_another_domains_keys_do_not_sign(keys, db, settings):
    told = {**keys.told, "domain": "mail.news.example"}
    create_keys(db, settings, algorithms=[RSA], selector="x", **told)
    activate_keys(db, selectors=["x"], at=None, **told)
    assert keys.current() is None


def test_a_change_is_seen_within_seconds_and_the_database_is_not_asked_each_time(
    keys, db, settings, monkeypatch
):
    clock = {"now": 100.0}
    monkeypatch.setattr(keyring_module, "monotonic", lambda: clock["now"])
    ring = Keyring(settings, a_branding().from_address)
    with db.read() as session:
        assert ring.current(session, NOW) is None
    keys.create("r", RSA)
    keys.activate("r")
    with db.read() as session:
        assert ring.current(session, NOW) is None
        clock["now"] += keyring_module.LOOK_SECONDS + 0.1
        key_id = ring.current(session, NOW)
        assert key_id is not None
        assert ring.signer(session, key_id) is ring.signer(session, key_id)


def test_a_key_that_is_gone_or_sealed_under_another_secret_says_so(keys):
    keys.create("r", RSA)
    keys.activate("r")
    with pytest.raises(NotFound, match="of an earlier try is gone"):
        keys.signer(uuid7())
    other = load_settings(secret_key="another secret altogether, and long enough")
    with pytest.raises(Illegal, match=r"signing key r of news\.example can.t be read"):
        keys.signer(keys.current(), settings=other)
