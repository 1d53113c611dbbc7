from zoneinfo import ZoneInfo

from digest.demo.newsroom.articles import load_articles
from digest.demo.people import LATER, OTHERS, PEOPLE, Standing
from digest.domain.address import parse_address


def test_there_are_fifty_people_with_fifty_addresses():
    assert len({str(parse_address(p.address)) for p in PEOPLE}) == len(PEOPLE) == 50


def test_every_address_is_under_example():
    assert all(str(parse_address(p.address)).endswith(".example") for p in PEOPLE)


def test_zones_exist_and_hours_are_hours():
    for person in PEOPLE:
        ZoneInfo(person.timezone)
        assert person.local_hour is None or 0 <= person.local_hour <= 23
    assert len({p.timezone for p in PEOPLE}) > 20


def test_topics_are_sections_of_the_newsroom(now):
    sections = {a.section for a in load_articles("fresh", now)}
    assert {topic for p in PEOPLE for topic in p.topics} <= sections


def test_the_special_cases_are_there():
    assert sum(not p.address.isascii() for p in PEOPLE) == 1
    assert any("+digest@" in p.address for p in PEOPLE)
    assert all(p.standing is Standing.CONFIRMED for p in PEOPLE)
    assert [p.standing for p in OTHERS].count(Standing.UNSUBSCRIBED) == 1
    assert [p.standing for p in OTHERS].count(Standing.SUPPRESSED) == 1
    assert sum(p.address.startswith("gone+") for p in OTHERS) == 1
    assert LATER.address.startswith("later+")
    assert sum(p.text_only for p in PEOPLE) >= 3
    assert {p.language for p in PEOPLE} == {"en", "de"}
