"""What editors decide about an edition: a brief by its address, an embargo, sending back, one
outside the cadence, a correction, and test mails; on both databases."""

import email
from email import policy
from uuid import UUID

import pytest
from sqlalchemy import select

from digest.actions.approve_edition import approve_edition
from digest.actions.build_edition import build_edition
from digest.actions.correct_edition import draft_correction
from digest.actions.embargo_brief import embargo_brief
from digest.actions.plan_one_off import plan_one_off
from digest.actions.preview_message import MOST_TESTS, send_test
from digest.actions.put_in_brief import find_brief_at, put_in_brief
from digest.actions.reject_edition import reject_edition
from digest.actions.relays import seed_relay
from digest.actions.start_campaign import start_campaign
from digest.actions.tend_campaigns import tend_campaigns
from digest.domain.errors import Illegal
from digest.domain.states import EditionState, RunState
from digest.store.campaigns import campaign_of_edition
from digest.store.deliveries import Delivery
from digest.store.editions import Edition, find_edition
from digest.store.engine import Database
from digest.store.lists import find_list, get_list
from digest.store.runs import Run
from tests.builders import NOW, a_sending_campaign, a_subscriber
from tests.integration.collect.newsroom import BULLETS, article
from tests.integration.editions.newsroom import HOUR, a_newsroom, publish
from tests.integration.editions.test_approval import a_draft
from tests.integration.fetch.server import Site, make_fetcher, serving
from tests.integration.operate.sending import FAILED, SENT, send
from tests.integration.runs.test_runs import MINUTE, RUN_AT, newsroom, rows, step

__all__ = ["newsroom"]  # a fixture
WHO = {"now": NOW, "actor": "mira"}


def edition(db: Database, edition_id: UUID) -> Edition:
    with db.read() as session:
        return find_edition(session, edition_id)


def titles(db: Database, edition_id: UUID) -> list[str]:
    return [brief.title for brief in edition(db, edition_id).content.briefs]


@pytest.fixture
def site():
    with serving() as found:
        yield found


def test_a_brief_is_put_in_by_the_address_of_its_page(db: Database, site: Site):
    a_newsroom(db)
    draft = a_draft(db)
    site.serve("/quay", article().encode(), Content_Type="text/html; charset=utf-8")
    brief = find_brief_at(db, make_fetcher(), site.url("/quay?utm_source=mail"), **WHO)
    put_in_brief(db, draft, brief, seen_version=1, **WHO)
    item = edition(db, draft).content.briefs[-1]
    assert (item.title, item.bullets) == ("Lindmouth Opens a Quay", BULLETS)
    assert item.why == "put in by mira"
    assert find_brief_at(db, make_fetcher(), site.url("/quay"), **WHO) == brief
    assert site.paths().count("/quay") == 1, "what is stored is not read again"


def test_a_page_without_a_brief_and_an_address_that_is_none_are_refused(db: Database, site: Site):
    site.serve("/empty", b"<html><body></body></html>", Content_Type="text/html")
    with pytest.raises(Illegal, match="can't be used"):
        find_brief_at(db, make_fetcher(), site.url("/empty"), **WHO)
    with pytest.raises(Illegal, match="is not an http or https address"):
        find_brief_at(db, make_fetcher(), "file:///etc/passwd", **WHO)


def test_an_embargoed_brief_leaves_the_draft_and_comes_when_its_time_is_over(db, settings):
    a_newsroom(db)
    held, other = publish(db, 1), publish(db, 2)
    draft = a_draft(db, 3)
    until = NOW + 3 * HOUR
    assert embargo_brief(db, held, until, **WHO) == [draft]
    row = edition(db, draft)
    assert held not in [brief.id for brief in row.content.briefs]
    assert other in [brief.id for brief in row.content.briefs]
    assert {out.id: out.why for out in row.excluded}[held].endswith("UTC by mira")
    approve_edition(db, settings, draft, now=NOW, actor="mira")
    early = build_edition(db, "daily", now=until - MINUTE, actor="mira")
    assert early.edition_id is None
    late = build_edition(db, "daily", now=until + MINUTE, actor="mira")
    assert [brief.id for brief in late.content.briefs] == [held]


def test_an_embargo_that_is_lifted_lets_the_brief_go_at_once(db: Database):
    a_newsroom(db)
    brief = publish(db, 1)
    embargo_brief(db, brief, NOW + 3 * HOUR, **WHO)
    assert build_edition(db, "daily", now=NOW, actor="mira").edition_id is None
    embargo_brief(db, brief, None, **WHO)
    built = build_edition(db, "daily", now=NOW, actor="mira")
    assert [one.id for one in built.content.briefs] == [brief]


def test_what_was_sent_back_goes_only_once_a_person_has_approved_it(db, settings, newsroom):
    newsroom(1, NOW)
    step(db, settings, RUN_AT - HOUR)
    (draft,) = rows(db, Edition)
    reject_edition(db, draft.id, note="The figures are of last year.", **WHO)
    newsroom(2, RUN_AT - MINUTE)
    step(db, settings, RUN_AT)
    (run,) = rows(db, Run)
    assert run.state is RunState.AWAITING_APPROVAL, "though the list approves by itself"
    (kept,) = rows(db, Edition)
    assert (kept.state, kept.rejected_by) == (EditionState.DRAFT, "mira")
    assert kept.rejected_because == "The figures are of last year."
    assert len(kept.content.briefs) == 1, "it is no longer refreshed under an editor's hands"
    approve_edition(db, settings, kept.id, now=RUN_AT + MINUTE, actor="ina")
    step(db, settings, RUN_AT + MINUTE)
    assert rows(db, Run)[0].state is RunState.IN_CAMPAIGN


def test_sending_back_needs_a_reason(db: Database):
    a_newsroom(db)
    with pytest.raises(Illegal, match="Say why"):
        reject_edition(db, a_draft(db), note="  ", **WHO)


def test_a_one_off_edition_goes_at_its_own_time_beside_the_cadence(db, settings, newsroom):
    newsroom(1, NOW)
    at = RUN_AT - HOUR - 10 * MINUTE  # before the daily run is drafted
    draft = plan_one_off(db, "daily", at=at, **WHO)
    assert len(edition(db, draft).content.briefs) == 1
    with pytest.raises(Illegal, match="is open; approve or withdraw it first"):
        plan_one_off(db, "daily", at=at, **WHO)
    with pytest.raises(Illegal, match="That time is over"):
        plan_one_off(db, "daily", at=NOW, **WHO)
    step(db, settings, at - MINUTE)
    assert edition(db, draft).state is EditionState.DRAFT
    step(db, settings, at)
    assert edition(db, draft).state is EditionState.APPROVED
    newsroom(2, at + MINUTE)
    step(db, settings, RUN_AT)
    runs = rows(db, Run)
    assert [(run.by_hand, run.state) for run in runs] == [
        (True, RunState.IN_CAMPAIGN),
        (False, RunState.IN_CAMPAIGN),
    ]
    numbers = [(one.number, len(one.content.briefs)) for one in rows(db, Edition)]
    assert numbers == [(1, 1), (2, 1)], "the cadence goes on with what came since"


def test_a_correction_goes_to_exactly_those_who_got_the_first_mail(db, settings):
    people = [f"reader{n}@post.example" for n in range(6)]
    first = a_sending_campaign(db, settings, people)
    send(db, first, 4, SENT)
    send(db, first, 2, FAILED)
    tend_campaigns(db, NOW)
    with db.begin() as session:
        served = set(
            session.scalars(
                select(Delivery.address).where(
                    Delivery.campaign_id == first, Delivery.state == "sent"
                )
            )
        )
        row = session.scalars(select(Edition)).one()
        mailing_list = get_list(session, row.list_id)
        a_subscriber(session, settings, "late@post.example", mailing_list)
        assert row.state is EditionState.SENT
    draft = draft_correction(db, row.id, **WHO)
    assert edition(db, draft).content.subject == "Correction: Ferries to Norholm halt"
    with pytest.raises(Illegal, match="under way already"):
        draft_correction(db, row.id, **WHO)
    approve_edition(db, settings, draft, now=NOW + HOUR, actor="mira")
    with db.read() as session:
        campaign = campaign_of_edition(session, draft)
        assert campaign is not None
    start_campaign(db, settings, campaign.id, NOW + HOUR)
    with db.read() as session:
        again = session.scalars(select(Delivery.address).where(Delivery.campaign_id == campaign.id))
        assert set(again) == served
    assert len(served) == 4


# Test mails


@pytest.fixture
def draft(db: Database, settings) -> UUID:
    seed_relay(db, settings, NOW)
    a_newsroom(db)
    return a_draft(db)


def send_tests(db, settings, draft, *addresses, now=NOW, actor="mira"):
    return send_test(db, settings, draft, addresses, reader="persona:default", now=now, actor=actor)


def mails(settings):
    folder = settings.home_path / "outbox" / "new"
    files = folder.iterdir() if folder.exists() else ()
    return [email.message_from_bytes(one.read_bytes(), policy=policy.default) for one in files]


def test_a_test_mail_is_marked_and_its_links_change_nothing(db, settings, draft):
    replies = send_tests(db, settings, draft, "ina@news.example", "ina@news.example")
    assert [address for address, _ in replies] == ["ina@news.example"]
    (mail,) = mails(settings)
    assert mail["Subject"].startswith("[Test] ")
    assert mail["List-Unsubscribe"] == "<https://news.example/about-links>"
    whole = mail.get_body(("html",)).get_content() + mail.get_body(("plain",)).get_content()
    assert "https://news.example/about-links" in whole
    for living in ("/u/", "/p/"):
        assert f"https://news.example{living}" not in whole


def test_one_person_sends_so_many_tests_an_hour_and_others_are_not_held_up(db, settings, draft):
    crowd = [f"tester{n}@news.example" for n in range(MOST_TESTS)]
    send_tests(db, settings, draft, *crowd[:-1])
    with pytest.raises(Illegal, match="30 are allowed"):
        send_tests(db, settings, draft, *crowd[:2])
    assert len(mails(settings)) == MOST_TESTS - 1
    send_tests(db, settings, draft, crowd[-1])
    send_tests(db, settings, draft, *crowd, actor="ina")
    send_tests(db, settings, draft, *crowd, now=NOW + HOUR + MINUTE)
    assert len(mails(settings)) == 3 * MOST_TESTS


def test_a_list_says_where_its_tests_may_go(db, settings, draft):
    with db.begin() as session:
        find_list(session, "daily").test_recipients = ("ina@news.example", "@lab.example")
    for barred in ("ina@other.example", "mira@news.example", "x@sub.lab.example"):
        with pytest.raises(Illegal, match=r"ina@news\.example, @lab\.example only"):
            send_tests(db, settings, draft, "ina@news.example", barred)
    assert mails(settings) == [], "not even to those who may"
    send_tests(db, settings, draft, "Ina@News.example", "anybody@LAB.example")
    assert len(mails(settings)) == 2


def test_test_mails_stay_among_the_allowed_recipients(db, settings, draft):
    narrow = settings.model_copy(update={"allowed_recipients": "@news.example"})
    with pytest.raises(Illegal, match="DIGEST_ALLOWED_RECIPIENTS"):
        send_tests(db, narrow, draft, "ina@other.example")
    assert mails(settings) == []
