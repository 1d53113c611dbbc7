"""Suppressions and feedback at the desk: found, added, removed with a reason, taken along."""

import pytest

from digest.actions.erase_subscriber import erase_subscriber
from digest.actions.ingest_feedback import take_mail
from digest.actions.suppress_address import suppress_address
from digest.clock import utc_now
from digest.domain.feedback import Effect
from digest.store.audit import AuditEntry
from digest.store.suppressions import get_suppression
from digest.tokens import hash_address
from tests.desk import logged_in, post
from tests.integration.feedback.mails import READER, a_bounce, a_readership, a_sent_campaign

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PATH = "/desk/suppressions"


@pytest.fixture
def operator(client):
    return logged_in(client, "operator")


def kept(db, settings, address):
    with db.read() as session:
        return get_suppression(session, hash_address(settings, address))


def test_an_address_is_added_found_and_removed_with_a_reason(operator, db, settings):
    answer = post(operator, PATH, {"address": "Ana@POST.example", "note": "rang us"})
    assert answer.status_code == 303
    assert kept(db, settings, "Ana@post.example").note == "rang us"
    assert "rang us" in post(operator, f"{PATH}/search", {"wanted": "ana@p"}).text
    assert "Nothing like it" in post(operator, f"{PATH}/search", {"wanted": "%"}).text
    why = {"address": "Ana@post.example", "why": "she wrote again"}
    assert post(operator, f"{PATH}/remove", {**why, "why": ""}).status_code == 422
    assert kept(db, settings, "Ana@post.example")
    assert post(operator, f"{PATH}/remove", why).status_code == 303
    assert kept(db, settings, "Ana@post.example") is None
    with db.read() as session:
        (entry,) = session.query(AuditEntry).filter_by(action="unsuppressed")
    assert entry.after == {"why": "she wrote again"}


def test_what_is_no_address_is_said_on_the_page(operator):
    answer = post(operator, PATH, {"address": "nobody"})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_an_erased_address_is_found_when_it_is_given_whole(operator, db, settings):
    suppress_address(db, settings, "ana@post.example", now=utc_now(), actor="test")
    erase_subscriber(db, settings, "ana@post.example", now=utc_now(), actor="test")
    assert "erased, " in post(operator, f"{PATH}/search", {"wanted": "ana@post.example"}).text
    assert "Nothing" in post(operator, f"{PATH}/search", {"wanted": "ana@"}).text


def test_lines_are_added_and_the_whole_list_comes_along_without_formulas(operator, db, settings):
    lines = "address,note\r\n+ben@post.example,=1+1\r\nnobody,\r\ncleo@post.example,"
    assert post(operator, f"{PATH}/import", {"lines": lines}).status_code == 303
    page = operator.get(PATH).text
    assert "2 added, 0 suppressed before, 1 rejected. line 3:" in page
    table = operator.get(f"{PATH}.csv").text.splitlines()
    assert table[0] == "address,address_hash,reason,since,note"
    (ben,) = (row for row in table if "+ben" in row)
    assert ben.startswith("'+ben@post.example,")
    assert ben.endswith(",'=1+1")


def test_what_waits_for_review_is_believed_and_taken_back(operator, db, settings):
    a_sent_campaign(db, a_readership(db, settings), at=utc_now())
    taken = take_mail(db, settings, a_bounce("desk@news.example"), now=utc_now())[0]
    page = operator.get("/desk/feedback").text
    assert READER in page
    assert kept(db, settings, READER) is None
    assert post(operator, f"/desk/feedback/{taken.event}/accept").status_code == 303
    assert kept(db, settings, READER)
    assert READER not in operator.get("/desk/feedback").text
    assert READER in operator.get(f"/desk/feedback?effect={Effect.SUPPRESSED.value}").text
    assert post(operator, f"/desk/feedback/{taken.event}/undo").status_code == 303
    assert kept(db, settings, READER) is None
