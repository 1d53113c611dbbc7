"""Segments meet the people: who is meant is who is counted, and who gets the mail."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select

from digest.actions.renditions import edition_values
from digest.actions.run_now import run_now
from digest.actions.schedule_campaign import schedule_campaign
from digest.actions.segments import (
    SegmentCount,
    count_segment,
    drop_segment,
    list_segments,
    save_segment,
)
from digest.actions.start_campaign import start_campaign
from digest.domain.address_flags import DISPOSABLE, Flag, flags_of
from digest.domain.edition import Variant
from digest.domain.errors import Illegal, NotFound
from digest.domain.segment import AllOf, AnyOf, Not, Question, Segment, parse_segment
from digest.domain.states import Stream
from digest.render import builtin_templates
from digest.store.campaigns import find_campaign
from digest.store.deliveries import list_deliveries
from digest.store.editions import keep_templates
from digest.store.lists import MailingList
from digest.store.runs import find_run
from digest.store.segments import condition
from digest.store.subscribers import Subscriber, Subscription
from tests.builders import NOW, a_branding, a_list, a_subscriber, an_edition

PEOPLE = {
    "ana@quay.example": {
        "topics": ("Trade",),
        "hour": 7,
        "company": "Quay & Sons",
        "language": "pt",
    },
    "ben@post.example": {"topics": ("Trade", "Water"), "text_only": True, "name": "Ben 100%"},
    "cleo@post.example": {"topics": (), "timezone": "Asia/Tokyo", "company": "", "days": 9},
    "dai@mail.example": {"topics": ("Water",), "hour": 22, "name": "", "company": "x' OR '1'='1"},
}


@pytest.fixture
def daily(db, settings):
    with db.begin() as session:
        found = a_list(session, sections=("Trade", "Water", "World"))
        for address, choices in PEOPLE.items():
            variant = Variant(choices["topics"], "en", choices.get("text_only", False))
            one = a_subscriber(
                session, settings, address, found, variant=variant,
                local_hour=choices.get("hour"), timezone=choices.get("timezone"),
            )  # fmt: skip
            one.name, one.language = choices.get("name"), choices.get("language", "en")
            if "company" in choices:
                one.attributes = {"company": choices["company"]}
            one.subscriptions[0].confirmed_at = NOW - timedelta(days=choices.get("days", 0))
        return found.id


def meant(db, segment: str | Segment) -> set[str]:
    tree = parse_segment(segment) if isinstance(segment, str) else segment
    with db.read() as session:
        found = select(Subscriber.address).join(
            Subscription, Subscription.subscriber_id == Subscriber.id
        )
        return {str(one).partition("@")[0] for one in session.scalars(found.where(condition(tree)))}


@pytest.mark.parametrize(
    ("segment", "names"),
    [
        ("topic = Trade", "ana ben cleo"),
        ("topic = Tra", "cleo"),
        ("not topic = Trade", "dai"),
        ("topic is not set", "cleo"),
        ("language = pt", "ana"),
        ("flag = role", ""),
        ("flag is not set", "ana ben cleo dai"),
        ("language != pt", "ben cleo dai"),
        ("domain in (post.example, quay.example)", "ana ben cleo"),
        ("address contains POST", "ben cleo"),
        ("name contains %", "ben"),
        ("name contains _", ""),
        ("name is not set", "ana cleo"),
        ("hour < 9", "ana"),
        ("not hour < 9", "ben cleo dai"),
        ("hour is set", "ana dai"),
        ("text_only = yes", "ben"),
        ("text_only = no", "ana cleo dai"),
        ("timezone = Asia/Tokyo", "cleo"),
        ("stream = each", "ana ben cleo dai"),
        ("attribute.company contains quay", "ana"),
        ("attribute.company is not set", "ben"),
        ("attribute.company != Quay", "ana ben cleo dai"),
        ("attribute.company = \"x' OR '1'='1\"", "dai"),
        ("attribute.other = x", ""),
        ("since < 2026-03-10", "cleo"),
        ("since = 2026-03-10", "ana ben dai"),
        ("since > 2026-03-10", ""),
        ("since <= 2026-03-01 or hour = 22", "cleo dai"),
        ("since < 9999-12-31", "ana ben cleo dai"),
    ],
)
def test_each_question_means_whom_it_says(db, daily, segment, names):
    assert meant(db, segment) == set(names.split())


TEXTS = st.sampled_from(["quay", "%", "_", "'", '"', "\\", "de", "", "x' OR '1'='1", "ä"])
HOURS = st.integers(0, 99)
QUESTIONS = st.one_of(
    st.builds(
        Question,
        st.sampled_from(["name", "language", "domain", "attribute.company", 'attribute.a"b.c']),
        st.sampled_from(["=", "!=", "contains"]),
        st.tuples(TEXTS),
    ),
    st.builds(Question, st.just("hour"), st.sampled_from(["=", "<", ">="]), st.tuples(HOURS)),
    st.builds(Question, st.just("since"), st.sampled_from(["=", "<", ">"]), st.tuples(st.dates())),
    st.builds(Question, st.just("topic"), st.just("="), st.tuples(TEXTS)),
    st.builds(Question, st.sampled_from(["name", "hour"]), st.just("="), st.just(())),
)  # fmt: skip
TREES = st.recursive(
    QUESTIONS,
    lambda part: st.one_of(
        part.map(Not),
        st.lists(part, min_size=1, max_size=3).map(lambda parts: AllOf(tuple(parts))),
        st.lists(part, min_size=1, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
    ),
    max_leaves=6,
)


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(tree=TREES, other=TREES)
def test_not_and_or_are_those_of_sets_whatever_is_asked(db, daily, tree, other):
    everybody = {address.partition("@")[0] for address in PEOPLE}
    mine, theirs = meant(db, tree), meant(db, other)
    assert meant(db, Not(tree)) == everybody - mine
    assert meant(db, AllOf((tree, other))) == mine & theirs
    assert meant(db, AnyOf((tree, other))) == mine | theirs


def test_a_count_is_of_those_who_would_get_it(db, daily):
    found = count_segment(db, "daily", "topic = Trade", now=NOW)
    assert (found.meant, found.of) == (3, 4)
    with pytest.raises(Illegal):
        count_segment(db, "daily", "topic is", now=NOW)


MARKED = [
    "info@quay.example",
    "Info+daily@quay.example",
    "information@quay.example",
    "ana+info@quay.example",
    "a.press@quay.example",
    "eve@mailinator.com",
    "eve@fresh.MAILINATOR.com".lower(),
    "eve@mailinator.com.example",
    "eve@notmailinator.com",
    "sales+x@a.b.yopmail.com",
    "eve@localhost",
]


def test_a_flag_means_those_whom_it_is_shown_for(db, settings, daily):
    with db.begin() as session:
        for address in MARKED:
            a_subscriber(session, settings, address, session.get_one(MailingList, daily))
    for flag in Flag:
        with db.read() as session:
            found = set(session.scalars(select(Subscriber.address).where(asks_for(flag))))
        assert found == {address for address in MARKED if flag in flags_of(address)}
    assert {len(name.split(".")) for name in DISPOSABLE} == {2}  # as owner_part has it


def asks_for(flag: Flag):
    return condition(parse_segment(f"flag = {flag}"))


def test_a_name_stands_for_the_words_that_it_had_when_it_was_used(db, daily):
    save_segment(db, "daily", "early", "hour < 9", now=NOW, actor="test")
    assert count_segment(db, "daily", "early", now=NOW) == SegmentCount(1, 4)
    run = run_now(db, "daily", stream=Stream.EACH, segment="early", now=NOW, actor="test")
    save_segment(db, "daily", "early", "hour > 20", now=NOW, actor="test")
    with db.read() as session:
        assert find_run(session, run).segment == "hour < 9"
    (view,) = list_segments(db, "daily", now=NOW)
    assert (view.words, view.count) == ("hour > 20", SegmentCount(1, 4))
    drop_segment(db, "daily", "early", now=NOW, actor="test")
    assert list_segments(db, "daily", now=NOW) == []
    for use in (count_segment, drop_segment):
        with pytest.raises(NotFound):
            use(db, "daily", "early", now=NOW, **({} if use is count_segment else {"actor": "x"}))


def test_what_cannot_be_read_is_not_saved_and_no_name_is_words(db, daily):
    for name, words in (("early", "hour < noon"), ("two words", "hour < 9"), ("", "hour < 9")):
        with pytest.raises(Illegal):
            save_segment(db, "daily", name, words, now=NOW, actor="test")
    assert list_segments(db, "daily", now=NOW) == []


def test_a_campaign_goes_to_its_segment_alone(db, settings, daily):
    with db.begin() as session:
        edition = an_edition(
            session,
            session.get_one(MailingList, daily),
            templates=keep_templates(session, builtin_templates()),
        )
        edition.branding, edition.frozen_hash = a_branding(), None
        edition.frozen_hash = edition_values(session, settings, edition).digest
        edition_id = edition.id
    with pytest.raises(Illegal, match="can't ask"):
        schedule_campaign(db, edition_id, due_at=NOW, segment="x = 1", now=NOW, actor="test")
    segment = "topic = Trade and not text_only = yes"
    campaign = schedule_campaign(db, edition_id, due_at=NOW, segment=segment, now=NOW, actor="test")
    assert start_campaign(db, settings, campaign, NOW) == 2
    with db.read() as session:
        assert find_campaign(session, campaign).segment == segment
        served = {one.address.partition("@")[0] for one in list_deliveries(session, campaign, None)}
    assert served == {"ana", "cleo"}


def test_a_run_by_hand_keeps_its_segment_and_a_wrong_one_starts_none(db, daily):
    with pytest.raises(Illegal):
        run_now(db, "daily", stream=Stream.EACH, segment="hour = noon", now=NOW, actor="test")
    run = run_now(db, "daily", stream=Stream.EACH, segment="hour = 7", now=NOW, actor="test")
    with db.read() as session:
        assert find_run(session, run).segment == "hour = 7"
