"""Stints sign: first tries with the keys of the day, second tries with those of the first."""

from datetime import timedelta

import dkim
import pytest

from digest.actions.list_signing_keys import list_signing_keys
from digest.actions.signing_keys import activate_keys, create_keys, retire_key
from digest.domain.signing_key import KeyAlgorithm
from digest.domain.states import DoubtPolicy
from tests.builders import NOW, a_sending_campaign

DOMAIN = "news.example"


@pytest.fixture
def keys(db, settings):
    """Makes and activates a pair of keys at a time."""

    def activate(selector, now=NOW):
        told = {"domain": DOMAIN, "now": now, "actor": "test"}
        create_keys(db, settings, algorithms=list(KeyAlgorithm), selector=selector, **told)
        pair = [f"{selector}-rsa", f"{selector}-ed25519"]
        activate_keys(db, selectors=pair, at=None, **told)

    return activate


def selectors(db, content):
    """The selectors of the signatures of a message, all of which hold."""
    records = [key.record for key, _ in list_signing_keys(db, DOMAIN, NOW)]
    zone = {record.name: record.value for record in records}
    found = []
    for index in range(content.count(b"DKIM-Signature:")):
        judge = dkim.DKIM(content)
        assert judge.verify(
            idx=index, dnsfunc=lambda name, timeout=5: zone[name.decode().rstrip(".")].encode()
        )
        found.append(judge.selector.decode())
    return found


def test_a_second_try_after_a_rotation_is_the_same_to_the_byte(db, settings, office, keys):
    keys("old")
    addresses = ["dropack+1@mail.example", "r450+1@mail.example"]
    campaign_id = a_sending_campaign(db, settings, addresses, policy=DoubtPolicy.RESEND)
    office.relay.manners.lasts = {"dropack": 1, "r450": 1}
    office.deliver(campaign_id)
    office.clock.step(hours=2)
    keys("new", office.clock.now)
    told = {"domain": DOMAIN, "force": False, "now": office.clock.now, "actor": "test"}
    retire_key(db, selector="old-rsa", **told)
    office.finish(campaign_id)
    office.judge(campaign_id)
    kept = [entry.content for entry in office.relay.ledger]
    assert len(kept) == 3
    for content in kept:
        assert selectors(db, content) == ["old-rsa", "old-ed25519"]
        assert f"t={int(NOW.timestamp())};".encode() in content


def test_first_tries_after_a_rotation_are_signed_with_the_new_keys(db, settings, office, keys):
    keys("old")
    keys("new", NOW + timedelta(microseconds=1))
    office.clock.step(minutes=1)
    campaign_id = a_sending_campaign(db, settings, ["reader@mail.example"])
    office.finish(campaign_id)
    assert selectors(db, office.relay.ledger[0].content) == ["new-rsa", "new-ed25519"]


def test_what_went_out_unsigned_is_unsigned_again(db, settings, office, keys):
    addresses = ["dropack@mail.example", "reader@mail.example"]
    campaign_id = a_sending_campaign(db, settings, addresses, policy=DoubtPolicy.RESEND)
    office.relay.manners.lasts = {"dropack": 1}
    office.deliver(campaign_id)
    keys("new")
    office.clock.step(hours=2)
    office.finish(campaign_id)
    office.judge(campaign_id)
    assert [selectors(db, entry.content) for entry in office.relay.ledger] == [[], [], []]
