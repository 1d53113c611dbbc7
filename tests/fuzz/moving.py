"""Targets for the exports of other services, which hold what anybody wrote into a form there."""

import io
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_network
from itertools import pairwise
from pathlib import Path
from typing import cast

from digest.audience.table import (
    Gone,
    Origin,
    Part,
    Person,
    Reject,
    Service,
    Standing,
    open_table,
    parts_of,
)
from digest.domain.errors import Illegal
from digest.store.lists import MailingList
from tests.fuzz import sound
from tests.fuzz.inputs import bent, mixed
from tests.fuzz.target import Target

MOST = 1 << 20  # bytes that a ZIP may hold
STANDINGS = (None, *Standing)

Read = Person | Reject | Gone


@dataclass
class List:
    """What reading needs of a mailing list."""

    name: str = "The Daily Brief"
    language: str = "en"
    sections: tuple[str, ...] = ("World", "Trade")


def check_export(data: bytes, service: Service) -> None:
    """Each row is somebody to subscribe, somebody who is gone, or a reject; who is said to be gone
    is never subscribed."""
    standing = STANDINGS[len(data) % len(STANDINGS)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "audience.csv"
        path.write_bytes(data)
        try:
            with parts_of(path, Origin(service, standing), most=MOST) as parts:
                found = [_read(part) for part in parts]
        except Illegal as error:
            sound.sentence(error)
            return
    for rows in found:
        assert all(one.line <= other.line for one, other in pairwise(rows)), "lines go back"
        for one in rows:
            _check(one, standing)


def _read(part: Part) -> list[Read]:
    with open_table(part.path, part.form.find_columns) as table:
        reader = part.form.reader(table.columns, cast(MailingList, List()))
        return [reader.read(row) for row in table.rows]


def _check(one: Read, standing: Standing | None) -> None:
    if isinstance(one, Reject):
        assert one.reason
        return
    sound.address(one.address)
    if isinstance(one, Gone):
        sound.moment(one.since)
        return
    assert standing is None or not standing.is_gone, "who is gone is subscribed"
    assert one.is_confirmed is (standing in (None, Standing.CONFIRMED))
    sound.line(one.name, 300)
    assert len(one.attributes) <= 51, "fifty columns, and tags"
    for name, value in one.attributes.items():
        assert name
        assert value
        assert "\0" not in name + value
        f"{name}{value}".encode()
    if one.asked is not None:
        for moment in (one.asked.at, one.asked.confirmed_at):
            sound.moment(moment)
        for network in (one.asked.network, one.asked.confirmed_from):
            assert network is None or ip_network(network)


LISTMONK = (
    b"uuid,email,name,attributes,status,created_at,updated_at\n"
    b'1,ana@post.example,Ana,"{""city"": ""Port Ellery"", ""orders"": 3, ""likes"": [""tea""]}",'
    b"enabled,2024-03-01 09:05:00.123456 +0000 UTC,\n"
    b'2,"=ben@post.example","Ben ""B""",{},blocklisted,,\n'
    b'3,carl@post.example,,"{""a"": {""b"": [1, null, ""x""]}}",disabled,,\n'
)
SUBSCRIBED = (
    b"Email Address,First Name,Phone,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,"
    b"LEID,NOTES,TAGS\n"
    b"ana@post.example,Ana,12,3,2024-01-02 09:00:00,192.0.2.77,2024-01-02 09:05:00,2001:db8::9,1,"
    b'x,"""Friends"",""Press, local"""\n'
    b"ben@post.example,Ben,,,,,2024-01-02 09:05:00+02:00,,2,,\n"
)
UNSUBSCRIBED = (
    b"Email Address,LEID,UNSUB_TIME,UNSUB_REASON\nben@post.example,1,2024-02-03 10:00:00,never\n"
)
CLEANED = b"Email Address,LEID,CLEAN_TIME\ncarl@post.example,1,2024-03-04 11:00:00\n"


def _zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for kind, text in (("subscribed", SUBSCRIBED), ("cleaned", CLEANED)):
            archive.writestr(f"{kind}_email_audience_export_0a.csv", text)
        archive.writestr("../../nonsubscribed_x.csv", SUBSCRIBED)
    return file.getvalue()


MOMENTS = (
    b"0001-01-01T00:00:00+23:59",
    b"9999-12-31 23:59:59-23:59",
    b"2024-02-30",
    b"2024-01-02T03",
)
LISTMONK_WORDS = (
    *(b'""', b'"{', b'}"', b'{""a"": 1e999}', b'{""\\ud800"": ""\\u0000""}', b"[", b"null", b"1"),
    *(b"blocklisted", b"enabled", b"disabled", b"email", b"attributes", b"="),
)
MAILCHIMP_WORDS = (
    *MOMENTS,
    *(b"UNSUB_TIME", b"CLEAN_TIME", b"TAGS", b"Email Address", b'""', b'"', b",", b"\r"),
    *(b"::1%eth0", b"1.2.3", b"subscribed_", b"PK\x01\x02", b"\x08\0", b"\xff\xff\xff\xff"),
)


def _of(service: Service) -> Callable[[bytes], None]:
    return partial(check_export, service=service)


TARGETS = {
    "listmonk": Target(mixed(bent([LISTMONK], LISTMONK_WORDS)), _of(Service.LISTMONK)),
    "mailchimp": Target(
        mixed(bent([SUBSCRIBED, UNSUBSCRIBED, CLEANED, _zip()], MAILCHIMP_WORDS)),
        _of(Service.MAILCHIMP),
    ),
}
