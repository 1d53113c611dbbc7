"""Ids that one statement counts out are UUIDv7, in the order of their numbers."""

from uuid import UUID

from digest.domain.ids import id_series, uuid7


def test_a_number_behind_a_series_is_a_uuid7_of_its_time():
    series = id_series()
    ids = [UUID(f"{series}{n:08x}") for n in (1, 2, 255, 256, 2**32 - 1)]
    assert ids == sorted(ids)
    assert {one.version for one in ids} == {7}
    assert abs(ids[0].int - uuid7().int) >> 80 < 60_000, "milliseconds apart"


def test_no_two_series_are_the_same():
    assert len({id_series() for _ in range(10_000)}) == 10_000
