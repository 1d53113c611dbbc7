"""Counts by domain and by answer, and the differences that keep sums right."""

from hypothesis import given
from hypothesis import strategies as st

from digest.domain.breakdown import MOST_REPLIES, OTHER_REPLIES, answer_of, break_down, changes
from digest.domain.states import DeliveryState


def test_answers_that_differ_only_in_ids_are_one_answer():
    first = answer_of("250 2.0.0 Ok: queued as 4XkT2c1zYz")
    assert first == answer_of("250 2.0.0 Ok: queued as 9QrB7d0aAb") == "250 2.0.0 Ok: queued as …"
    gmail = "550-5.1.1 The account does not exist. 550 5.1.1 a92af1059eb24-11a gsmtp"
    assert "a92af1059eb24" not in answer_of(gmail)
    assert answer_of("450 4.2.0 Greylisted, wait 300 seconds") == (
        "450 4.2.0 Greylisted, wait 300 seconds"
    )
    assert answer_of("554 5.7.1 [192.0.2.17] is listed") == "554 5.7.1 […] is listed"


def test_rows_are_counted_by_state_domain_and_answer():
    sent, failed = DeliveryState.SENT, DeliveryState.FAILED
    counts = break_down(
        [
            ("ana@norholm.example", sent, "250 ok", None),
            ("ben@norholm.example", sent, "250 ok", None),
            ("cem@amsel.example", failed, "550 no", "refused"),
            ("dua@amsel.example", DeliveryState.SKIPPED, None, "nothing in their topics"),
        ]
    )
    assert counts.domains == {
        "sent norholm.example": 2,
        "failed amsel.example": 1,
        "skipped amsel.example": 1,
    }
    assert counts.replies["failed 550 no"] == 1
    assert counts.replies["skipped nothing in their topics"] == 1


def test_a_relay_that_never_says_the_same_twice_fills_no_table():
    words = [f"250 thanks {'x' * n}" for n in range(1, 3 * MOST_REPLIES // 2)]
    rows = [("a@b.example", DeliveryState.SENT, word, None) for word in words]
    replies = break_down(rows).replies
    assert len(replies) <= MOST_REPLIES + 1
    assert sum(replies.values()) == len(rows)
    assert f"sent {OTHER_REPLIES}" in replies


counts = st.dictionaries(
    st.sampled_from(["sent a.example", "sent b.example", "failed a.example"]), st.integers(1, 9)
)


@given(old=counts, new=counts)
def test_sums_that_follow_the_difference_are_the_new_ones(old, new):
    sums = {tuple(key.split(" ")): n for key, n in old.items()}
    for key, n in changes(old, new).items():
        sums[key] = sums.get(key, 0) + n
    assert {f"{a} {b}": n for (a, b), n in sums.items() if n} == new
