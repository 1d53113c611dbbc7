"""A website's sign-ups and the suppression list, for programs."""

import pytest

from digest.actions.suppress_address import suppress_address
from digest.clock import utc_now
from digest.domain.states import ConsentHow, GreetingKind
from digest.store.consents import Consent
from digest.store.greetings import Greeting
from digest.web.api.route import API
from tests.integration.api.conftest import as_role

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ANA = "ana@post.example"


def asked(db):
    with db.read() as session:
        return session.query(Greeting).all(), session.query(Consent).all()


def test_a_website_passes_a_sign_up_on_and_the_person_is_asked(client, db, world):
    as_role(client, "operator")
    body = {"address": ANA, "name": "Ana", "origin": "ledger.example", "client": "192.0.2.7"}
    answer = client.post(f"{API}/lists/{world.ids['list_slug']}/sign-ups", json=body)
    assert (answer.status_code, answer.content) == (202, b"")
    ((mail,), (consent,)) = asked(db)
    assert mail.kind is GreetingKind.CONFIRM
    assert (consent.how, consent.origin) == (ConsentHow.API, "ledger.example")
    assert consent.network == "192.0.2.0/24"


def test_the_answer_is_the_same_for_a_suppressed_address_and_nothing_is_sent(
    client, db, settings, world
):
    suppress_address(db, settings, ANA, now=utc_now(), actor="test")
    as_role(client, "operator")
    answer = client.post(f"{API}/lists/{world.ids['list_slug']}/sign-ups", json={"address": ANA})
    assert (answer.status_code, answer.content) == (202, b"")
    assert asked(db) == ([], [])


@pytest.mark.parametrize("body", [{"address": "nobody"}, {"address": ANA, "topics": ["None"]}])
def test_what_can_not_be_signed_up_is_refused_with_a_sentence(client, db, world, body):
    as_role(client, "operator")
    answer = client.post(f"{API}/lists/{world.ids['list_slug']}/sign-ups", json=body)
    assert answer.status_code == 400
    assert answer.json()["detail"]
    assert asked(db) == ([], [])


def test_a_suppression_is_found_and_lifted_with_a_reason(client, db, settings, world):
    suppress_address(db, settings, ANA, note="rang", now=utc_now(), actor="test")
    as_role(client, "operator")
    found = client.post(f"{API}/suppressions/find", json={"address": ANA})
    assert found.json()["note"] == "rang"
    lifted = client.post(f"{API}/suppressions/lift", json={"address": ANA, "why": "wrote again"})
    assert lifted.status_code == 204
    assert client.post(f"{API}/suppressions/find", json={"address": ANA}).status_code == 404
