"""Whatever is built, approved, withdrawn and collected late: no brief is lost, none comes twice."""

from collections import Counter
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest

from digest.actions.approve_edition import approve_edition
from digest.actions.build_edition import build_edition
from digest.actions.withdraw_edition import withdraw_edition
from digest.domain.states import EditionState
from digest.settings import Settings
from digest.store.editions import recent_editions
from digest.store.engine import Database
from tests.builders import NOW
from tests.integration.editions.newsroom import a_newsroom, publish

STEPS = 25


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_brief_is_in_one_edition_or_named_as_left_out(
    db: Database, settings: Settings, seed: int
) -> None:
    dice = Random(seed)
    a_newsroom(db, max_items=4, first_lookback=timedelta(days=1))
    published: list[UUID] = []
    approved: list[UUID] = []
    now = NOW
    for _step in range(STEPS):
        now += timedelta(minutes=dice.randrange(1, 50))
        for _ in range(dice.randrange(4)):
            late = timedelta(minutes=dice.choice((0, 0, 5, 55)))  # its collector was slow
            published.append(publish(db, len(published), arrived_at=now - late))
        result = build_edition(db, "daily", now=now, actor="mira")
        if result.edition_id is not None and dice.random() < 0.5:
            approve_edition(db, settings, result.edition_id, now=now, actor="mira")
            approved.append(result.edition_id)
        if approved and dice.random() < 0.2:
            withdraw_edition(db, approved.pop(), now=now, actor="ina")
    _close(db, settings, now)
    with db.read() as session:
        editions = recent_editions(session, None, 10 * STEPS)
    frozen = [it for it in editions if it.state is EditionState.APPROVED]
    carried = Counter(brief.id for it in frozen for brief in it.content.briefs)
    named = {excluded.id for it in frozen for excluded in it.excluded}
    assert frozen
    assert set(carried.values()) == {1}
    assert not named & carried.keys()
    assert carried.keys() | named == set(published)


def _close(db: Database, settings: Settings, now) -> None:
    """Approve until nothing is left to be said."""
    for _ in range(STEPS):
        now += timedelta(minutes=1)
        result = build_edition(db, "daily", now=now, actor="mira")
        if result.edition_id is None:
            return
        approve_edition(db, settings, result.edition_id, now=now, actor="mira")
    raise AssertionError("there was always more")
