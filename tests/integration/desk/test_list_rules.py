"""A list's rules at the desk, and the one that wants a second person."""

from datetime import timedelta

import pytest

from digest.actions.approve_edition import approve_edition
from digest.domain.actor import by_token
from digest.domain.counting import Counting
from digest.domain.errors import Forbidden
from digest.domain.role import Role
from digest.domain.states import Approval, DoubtPolicy, EditionState
from digest.store.editions import find_edition
from digest.store.lists import find_list
from tests.builders import NOW, a_list, an_edition, some_content
from tests.desk import logged_in, post

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

RULES = {
    "approval": "required",
    "approved_by_other": "yes",
    "doubt_policy": "hold",
    "counting": "clicks",
    "lead_time": "30",
    "max_lateness": "90",
    "expires_after": "720",
    "min_items": "2",
    "max_items": "9",
    "max_related": "5",
    "dedupe_group": "morning",
    "test_recipients": "desk@news.example, @lab.example",
    "faults_block": "yes",
}
PATH = "/desk/lists/daily/rules"


def test_an_operator_changes_the_rules_of_a_list_and_the_history_says_so(client, db, lists):
    logged_in(client, "operator")
    assert post(client, PATH, RULES).status_code == 303
    with db.read() as session:
        daily = find_list(session, "daily")
    assert daily.approval is Approval.REQUIRED
    assert daily.doubt_policy is DoubtPolicy.HOLD
    assert (daily.lead_time, daily.max_lateness) == (timedelta(minutes=30), timedelta(minutes=90))
    assert daily.counting is Counting.CLICKS
    assert daily.max_related == 5
    assert (daily.approved_by_other, daily.is_indexed, daily.faults_block) == (True, False, True)
    assert daily.test_recipients == ("desk@news.example", "@lab.example")
    page = client.get("/desk/history?noun=mailing_list").text
    assert "automatic → required" in page
    assert "60 minutes → 30 minutes" in page
    assert 'value="desk@news.example @lab.example"' in client.get(PATH).text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("approval", "sometimes"),
        ("counting", "people"),
        ("min_items", "12"),
        ("max_items", "0"),
        ("max_items", "9999"),
        ("max_related", "11"),
        ("lead_time", "-5"),
        ("lead_time", "٣"),
        ("expires_after", "999999"),
        ("dedupe_group", "No Slug!"),
        ("test_recipients", "nonsense"),
    ],
)
def test_a_rule_that_cannot_be_is_said_and_changes_nothing(client, db, lists, name, text):
    logged_in(client, "operator")
    answer = post(client, PATH, RULES | {name: text})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    with db.read() as session:
        assert find_list(session, "daily").approval is Approval.AUTOMATIC


def test_a_form_changes_no_column_that_it_does_not_offer(client, db, lists):
    logged_in(client, None, lists={lists["daily"]: Role.OPERATOR})
    more = {"slug": "mine", "from_address": "me@evil.example", "id": "1", "paused_at": "x"}
    assert post(client, PATH, RULES | more).status_code == 303
    assert post(client, "/desk/lists/night/rules", RULES).status_code == 404
    with db.read() as session:
        daily = find_list(session, "daily")
        assert (daily.from_address, daily.paused_at) == ("brief@news.example", None)
        assert find_list(session, "night").approval is Approval.AUTOMATIC


@pytest.mark.parametrize("approver", ["edda@news.example", by_token("Edda@news.example", "x")])
def test_who_changed_an_edition_last_may_not_approve_it_where_the_list_says_so(
    db, settings, approver
):
    with db.begin() as session:
        daily = a_list(session, approved_by_other=True, faults_block=False)
        edition = an_edition(
            session,
            daily,
            state=EditionState.DRAFT,
            branding=None,
            edited_by="edda@news.example",
            content=some_content(sections=()),
        ).id
    with pytest.raises(Forbidden, match="somebody else than who changed an edition last"):
        approve_edition(db, settings, edition, now=NOW, actor=approver)
    approve_edition(db, settings, edition, now=NOW, actor="olaf@news.example")
    with db.read() as session:
        assert find_edition(session, edition).approved_by == "olaf@news.example"
