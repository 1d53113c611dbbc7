"""How lines are shared among relays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.domain.relay import share_lines


@pytest.mark.parametrize(
    ("weights", "shares"),
    [
        ([1], [4]),
        ([1, 1], [4, 4]),
        ([3, 1], [6, 2]),
        ([2, 1], [5, 3]),
        ([100, 1], [7, 1]),
        ([], []),
    ],
)
def test_lines_are_shared_by_weight(weights, shares):
    assert share_lines(weights, 4) == shares


def test_spare_relays_share_alike():
    assert share_lines([0, 0], 4) == [4, 4]


@given(st.lists(st.integers(1, 50), min_size=1, max_size=8), st.integers(1, 9))
def test_each_relay_gets_a_line_and_none_much_more_than_its_share(weights, each):
    shares = share_lines(weights, each)
    total = each * len(weights)
    assert min(shares) >= 1
    for weight, share in zip(weights, shares, strict=True):
        assert share <= max(1, total * weight / sum(weights) + 1)
