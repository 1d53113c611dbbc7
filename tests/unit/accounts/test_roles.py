"""What roles allow, how long sessions live, how many tries there are: as pure decisions."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from digest.accounts.roles import Access, Grants, decide_access, highest
from digest.accounts.tries import MOST_PER_ACCOUNT, MOST_PER_CLIENT, Tries, seconds_to_wait
from digest.domain.actor import by_token, is_same_person
from digest.domain.role import Role

NOW = datetime(2026, 3, 10, 7, tzinfo=UTC)
DAILY, NIGHT = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize("held", [None, *Role])
@pytest.mark.parametrize("needed", Role)
def test_each_role_may_do_what_the_ones_below_it_may(held, needed):
    allowed = held is not None and held.rank >= needed.rank
    wanted = Access.ALLOWED if allowed else Access.FORBIDDEN
    assert decide_access(Grants(held), needed) is wanted
    assert decide_access(Grants(held), needed, whole=True) is wanted


def test_a_role_on_one_list_counts_there_and_shows_no_other():
    grants = Grants(None, {DAILY: Role.EDITOR})
    assert decide_access(grants, Role.EDITOR, lists=(DAILY,)) is Access.ALLOWED
    assert decide_access(grants, Role.OPERATOR, lists=(DAILY,)) is Access.FORBIDDEN
    assert decide_access(grants, Role.READER, lists=(NIGHT,)) is Access.HIDDEN
    assert decide_access(grants, Role.READER, lists=(NIGHT, DAILY)) is Access.ALLOWED
    assert decide_access(grants, Role.READER, whole=True) is Access.FORBIDDEN
    assert decide_access(grants, Role.EDITOR) is Access.ALLOWED


def test_what_belongs_to_no_list_is_for_those_of_all_lists():
    assert decide_access(Grants(Role.OPERATOR), Role.OPERATOR, lists=()) is Access.ALLOWED
    assert decide_access(Grants(None, {DAILY: Role.ADMIN}), Role.READER, lists=()) is Access.HIDDEN


def test_a_token_lowers_roles_and_never_raises_them():
    grants = Grants(Role.READER, {DAILY: Role.ADMIN}).capped(Role.EDITOR)
    assert (grants.everywhere, grants.on(DAILY), grants.on(NIGHT)) == (
        Role.READER,
        Role.EDITOR,
        Role.READER,
    )
    assert Grants().capped(Role.ADMIN).anywhere is None
    assert highest(()) is None


def test_one_waits_until_the_oldest_of_ten_tries_is_a_quarter_of_an_hour_old():
    tries = [NOW - timedelta(minutes=n) for n in range(MOST_PER_ACCOUNT, 0, -1)]
    assert seconds_to_wait(Tries(tries[1:], ()), NOW) == 0
    assert seconds_to_wait(Tries(tries, ()), NOW) == 5 * 60 + 1
    many = [NOW - timedelta(minutes=1)] * MOST_PER_CLIENT
    assert seconds_to_wait(Tries((), many[1:]), NOW) == 0
    assert seconds_to_wait(Tries(tries, many), NOW) == 14 * 60 + 1


def test_somebodys_program_is_somebody():
    assert is_same_person("Edda@news.example", by_token("edda@news.example", "nightly (token x)"))
    assert not is_same_person(
        "edda@news.example", by_token("olaf@news.example", "edda@news.example")
    )
    assert not is_same_person(None, None)
    assert not is_same_person("edda@news.example", None)
