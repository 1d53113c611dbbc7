"""Role and disposable addresses are known by short tables."""

import pytest

from digest.domain.address_flags import Flag, flags_of


@pytest.mark.parametrize(
    ("address", "flags"),
    [
        ("info@quay.example", (Flag.ROLE,)),
        ("Info+list@quay.example", (Flag.ROLE,)),
        ("informatics@quay.example", ()),
        ("ana@mailinator.com", (Flag.DISPOSABLE,)),
        ("ana@in.mailinator.com", (Flag.DISPOSABLE,)),
        ("ana@notmailinator.com", ()),
        ("admin@yopmail.com", (Flag.ROLE, Flag.DISPOSABLE)),
        ("", ()),
    ],
)
def test_an_address_is_flagged_for_what_it_is(address, flags):
    assert flags_of(address) == flags
