"""Weekly and monthly editions: made of what the list's editions carried, best first, once."""

from datetime import timedelta

import pytest

from digest.actions.approve_edition import approve_edition
from digest.actions.build_edition import build_edition
from digest.actions.edition_plan import BuildOutcome
from digest.actions.withdraw_edition import withdraw_edition
from digest.domain.errors import Illegal
from digest.domain.states import Stream
from digest.store.editions import find_edition
from tests.builders import NOW
from tests.integration.editions.newsroom import HOUR, a_newsroom, publish

DAY = timedelta(days=1)


@pytest.fixture
def office(db, settings):
    """One edition a day; gives a function that makes the next."""
    a_newsroom(db, max_items=10, first_lookback=DAY)
    days = iter(range(100))

    def edition(*numbers, **values):
        day = next(days)
        for number in numbers:
            publish(db, number, arrived_at=NOW + day * DAY - number * HOUR / 100, **values)
        made = build(db, Stream.EACH, NOW + day * DAY)
        approve_edition(db, settings, made.edition_id, now=NOW + day * DAY, actor="ed")
        return made

    return edition


def build(db, stream, now):
    return build_edition(db, "daily", stream=stream, now=now, actor="ed")


def titles(made):
    return [brief.title for brief in made.content.briefs]


def test_a_week_is_made_of_what_its_editions_carried_leads_first(db, office):
    days = [office(3 * day + 1, 3 * day + 2, 3 * day + 3) for day in range(3)]
    leads = {titles(day)[0] for day in days}
    week = build(db, Stream.WEEKLY, NOW + 3 * DAY)
    assert week.outcome is BuildOutcome.DRAFTED
    assert set(titles(week)) == {title for day in days for title in titles(day)}
    assert set(titles(week)[:3]) == leads
    assert "place 1 in No. 3" in week.content.briefs[0].why
    assert (week.content.stream, week.content.number) == (Stream.WEEKLY, 1)


def test_each_brief_is_in_one_roll_up_of_a_stream(db, settings, office):
    office(1, 2)
    first = build(db, Stream.WEEKLY, NOW + HOUR)
    approve_edition(db, settings, first.edition_id, now=NOW + HOUR, actor="ed")
    second = office(3)
    week = build(db, Stream.WEEKLY, NOW + 8 * DAY)
    assert titles(week) == titles(second)
    month = build(db, Stream.MONTHLY, NOW + 8 * DAY)
    assert set(titles(month)) == {*titles(first), *titles(second)}


def test_the_words_are_those_that_went_out(db, office):
    made = office(1)
    with db.begin() as session:
        edition = find_edition(session, made.edition_id)
        item = edition.content.briefs[0]
        changed = type(item)(**{**_fields(item), "title": "What the editor made of it"})
        section = edition.content.sections[0]
        edition.content = type(edition.content)(
            **{**_fields(edition.content), "sections": (type(section)(section.name, (changed,)),)}
        )
    week = build(db, Stream.WEEKLY, NOW + DAY)
    assert titles(week) == ["What the editor made of it"]


def _fields(value):
    return {name: getattr(value, name) for name in value.__slots__}


def test_what_was_withdrawn_is_in_no_roll_up(db, office):
    made = office(1)
    withdraw_edition(db, made.edition_id, now=NOW + HOUR, actor="ed", reason="wrong")
    week = build(db, Stream.WEEKLY, NOW + DAY)
    assert week.outcome is BuildOutcome.SKIPPED
    assert "nothing new has arrived" in week.reason


def test_a_monthly_roll_up_takes_what_is_older_than_a_days_edition_may(db, office):
    office(1)
    month = build(db, Stream.MONTHLY, NOW + 30 * DAY)
    assert len(titles(month)) == 1


def test_a_roll_up_of_the_past_is_refused(db, settings, office):
    office(1)
    week = build(db, Stream.WEEKLY, NOW + DAY)
    approve_edition(db, settings, week.edition_id, now=NOW + DAY, actor="ed")
    with pytest.raises(Illegal, match="already has what went out"):
        build(db, Stream.WEEKLY, NOW)
