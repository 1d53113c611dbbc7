"""No kind of row grows for ever unless somebody meant it to: each has a rule, and the documents
tell it."""

from datetime import timedelta

from digest.actions.forget_old import DELIVERIES
from digest.settings import PREFIX
from digest.store.base import Row
from digest.store.old_rows import KINDS
from tests.rules.documents import read, rows, section

# Gone with what it belongs to.
GOES_WITH = {
    "delivery": ("batch_breakdown", "campaign_sample", "extra_copy", "rendition"),
    "alarm": ("alarm_notice",),
    "notice": ("notice_recipient",),
    "feedback_event": ("bounce", "complaint"),
    "brief": ("related_story",),
}
# Gone by itself, soon: at sign-in, at the next request, with its process, with its campaign.
SHORT_LIVED = {
    *("account_session", "api_answer", "connection_lease", "heartbeat", "throttle"),
}
# As many as people, staff, lists, relays and sources are.
OF_THOSE_THERE_ARE = {
    *("account", "role", "api_token", "mailing_list", "list_source", "cadence", "segment"),
    *("source", "relay", "mailbox", "signing_key", "domain_check", "send_epoch", "code_gate"),
    *("subscriber", "subscription", "consent", "suppression"),
}
# Kept: some rows for an edition, a brief or a list's day.
KEPT = {
    *("edition", "edition_link", "template_set", "brief_use", "brief_name", "list_day"),
    *("campaign", "batch", "campaign_aftermath", "campaign_domain", "campaign_reply"),
    *("campaign_replies",),
}
FORGOTTEN = {kind.row.__tablename__ for kind in KINDS} | {"delivery", "link_day"}


def test_each_table_is_forgotten_or_meant_to_stay():
    with_others = {name for names in GOES_WITH.values() for name in names}
    known = FORGOTTEN | with_others | SHORT_LIVED | OF_THOSE_THERE_ARE | KEPT
    assert known == set(Row.metadata.tables)


def test_the_document_tells_each_kind_and_how_long_it_is_kept():
    document = section(read("docs/operations.md"), "## What is forgotten")
    told = {row[0]: row[1] for row in rows(document)}
    assert list(told) == [DELIVERIES, *(kind.name for kind in KINDS)]
    for kind in KINDS:
        if isinstance(kind.kept, str):
            assert f"`{PREFIX}{kind.kept.upper()}`" in told[kind.name], kind.name
        else:
            days = kind.kept // timedelta(days=1)
            assert ("a day" if days == 1 else f"{days} days") in told[kind.name], kind.name
