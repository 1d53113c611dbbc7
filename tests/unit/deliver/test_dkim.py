"""Signatures: canonical forms, the field itself, and what breaks it; dkimpy is the judge."""

import re
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from uuid import UUID

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from dkim.canonicalization import Relaxed
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.deliver.canonical import BodyHash, body_segment, relaxed_field
from digest.deliver.dkim import SIGNED, DomainKey, Signer
from digest.deliver.dkim_keys import (
    PrivateKey,
    new_private_key,
    private_text,
    public_text,
    read_private_key,
)
from digest.domain.errors import Illegal
from digest.domain.signing_key import KeyAlgorithm, key_set_id, parse_selector, txt_record

DOMAIN = "news.example"
AT = datetime(2026, 3, 10, 7, 0, tzinfo=UTC)
RSA = new_private_key(KeyAlgorithm.RSA)
ED25519 = new_private_key(KeyAlgorithm.ED25519)
KEYS = (DomainKey(DOMAIN, "spring-rsa", RSA), DomainKey(DOMAIN, "spring-ed25519", ED25519))
SIGNER = Signer(KEYS)

MESSAGE = (
    b'From: "The Daily Brief" <brief@news.example>\r\n'
    b"To: ana@reader.example\r\n"
    b"Date: Tue, 10 Mar 2026 07:00:00 +0000\r\n"
    b"Message-ID: <1@news.example>\r\n"
    b"List-Unsubscribe: <https://news.example/u/token>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    b"Subject: =?utf-8?q?F=C3=A4hren?=\r\n =?utf-8?q?_stehen?=\r\n"
    b"Reply-To: desk@news.example\r\n"
    b"List-Id: The Daily Brief\r\n <daily.news.example>\r\n"
    b"Feedback-ID: 1:daily:each:blufdigest\r\n"
    b"Precedence: bulk\r\n"
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n"
    b"\r\n"
    b"All lines  halted at noon.\r\n\r\n..Freight goes by rail.\r\n.\r\nF=C3=A4hren\r\n\r\n"
)


def answer(name, timeout=5):
    """DNS, as far as these tests go."""
    for key in KEYS:
        algorithm = key.private.algorithm
        record = txt_record(key.domain, key.selector, algorithm, public_text(key.private))
        if name.decode().rstrip(".") == record.name:
            return record.value.encode()
    return None


def verdicts(message, signatures=2):
    """What dkimpy says to each signature."""
    return [holds(message, index) for index in range(signatures)]


def holds(message, index):
    try:
        return dkim.DKIM(message).verify(idx=index, dnsfunc=answer)
    except dkim.DKIMException:
        return False


def signed(message=MESSAGE, signer=SIGNER, at=AT):
    return signer.sign(message, at) + message


# Canonical forms.

blank_and_text = st.lists(
    st.sampled_from([b" ", b"\t", b"\r\n", b"=", b".", b"a", b"\xc3\xa4", b"\r", b"\n", b"word"]),
    max_size=40,
).map(b"".join)


def cut(octets, places):
    ends = sorted({0, len(octets), *(place % (len(octets) + 1) for place in places)})
    return [octets[start:end] for start, end in pairwise(ends)]


@settings(max_examples=500, deadline=None)
@given(octets=blank_and_text, places=st.lists(st.integers(0, 200), max_size=6), known=st.integers())
@example(octets=b"", places=[], known=0)
@example(octets=b" \t\r\n\r\n", places=[1, 3], known=1)
@example(octets=b"a \r\n \r\n b", places=[2, 3, 5], known=2)
def test_a_body_in_any_segments_is_hashed_as_dkimpy_hashes_it_in_one(octets, places, known):
    body = octets + b"\r\n"
    segments = [body_segment(piece) for piece in cut(body, places)]
    known %= len(segments) + 1
    ours = BodyHash(segments[:known]).digest(segments[known:])
    assert ours == sha256(Relaxed.canonicalize_body(body)).digest()


def test_the_hash_of_a_beginning_serves_many_bodies():
    beginning = BodyHash([body_segment(b"Dear \r\n")])
    for name in (b"Ana", b"Bo", b"Ana"):
        ours = beginning.digest([body_segment(name + b"\r\n")])
        assert ours == sha256(b"Dear\r\n" + name + b"\r\n").digest()


@settings(max_examples=300, deadline=None)
@given(words=st.lists(st.sampled_from([b" ", b"\t", b"\r\n ", b"\r\n\t", b"x", b"\xc3\xa4", b":"])))
def test_a_field_is_canonical_as_dkimpy_has_it(words):
    value = b"".join(words)
    [(name, canonical)] = Relaxed.canonicalize_headers([(b"SubJect ", value + b"\r\n")])
    assert relaxed_field(b"SubJect ", value) == name + b":" + canonical


# The published example (RFC 8463, appendix A).

FOOTBALL = (
    b"From: Joe SixPack <joe@football.example.com>\r\n"
    b"To: Suzie Q <suzie@shopping.example.net>\r\n"
    b"Subject: Is dinner ready?\r\n"
    b"Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
    b"Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"
)
FOOTBALL_BODY = b"Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n"
FOOTBALL_SIGNATURE = (
    b" v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
    b" d=football.example.com; i=@football.example.com;\r\n"
    b" q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
    b" subject : date : message-id : from : subject : date;\r\n"
    b" bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b="
)


def test_the_example_of_rfc_8463_comes_out_as_printed():
    secret = b64decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
    key = PrivateKey(KeyAlgorithm.ED25519, Ed25519PrivateKey.from_private_bytes(secret))
    assert public_text(key) == "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
    body_hash = BodyHash([body_segment(FOOTBALL_BODY)]).digest()
    assert b64encode(body_hash) == b"2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8="
    fields = [line.split(b":", 1) for line in FOOTBALL.splitlines(keepends=True)]
    head = b"".join(relaxed_field(name, value) for name, value in fields)
    own = relaxed_field(b"DKIM-Signature", FOOTBALL_SIGNATURE).removesuffix(b"\r\n")
    assert b64encode(key.sign(sha256(head + own).digest())) == (
        b"/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="
    )


# The field.


def test_both_signatures_of_a_message_hold_and_rsa_stands_first():
    message = signed()
    assert verdicts(message) == [True, True]
    assert re.findall(rb"a=([a-z0-9-]+);", message) == [b"rsa-sha256", b"ed25519-sha256"]


def test_the_field_says_what_is_signed_and_when_and_no_more():
    for field in unfolded(SIGNER.sign(MESSAGE, AT)):
        tags = dict(tag.strip().split(b"=", 1) for tag in field.partition(b":")[2].split(b";"))
        assert set(tags) == {b"v", b"a", b"c", b"d", b"s", b"t", b"h", b"bh", b"b"}
        assert tags[b"c"] == b"relaxed/relaxed"
        assert tags[b"d"] == b"news.example"
        assert int(tags[b"t"]) == AT.timestamp()
        names = tags[b"h"].replace(b" ", b"").split(b":")
        assert sorted(names) == sorted([*SIGNED, b"from"])


def unfolded(head):
    return [line for line in head.replace(b"\r\n ", b" ").split(b"\r\n") if line]


@pytest.mark.parametrize(
    ("domain", "selector"),
    [
        ("a.example", "s"),
        (f"{'d' * 63}.{'e' * 40}.example", f"{'s' * 63}.part"),
        ("x.example", "0" * 44),
    ],
)
def test_no_line_that_can_be_folded_is_long(domain, selector):
    keys = [DomainKey(domain, selector, key) for key in (RSA, ED25519)]
    field = Signer(keys).sign(MESSAGE, AT)
    assert field.endswith(b"\r\n")
    for line in field.split(b"\r\n"):
        assert len(line) <= 78 or re.match(rb" [ds]=", line)
    assert len(unfolded(field)) == 2


def test_the_same_row_gives_the_same_octets_and_another_time_gives_others():
    assert signed() == signed()
    assert signed() != signed(at=AT + timedelta(seconds=1))


def test_parts_of_a_second_do_not_count():
    assert signed() == signed(at=AT + timedelta(microseconds=999_999))


def test_a_message_in_parts_is_signed_like_the_same_message_in_one():
    own_names = (b"To", b"List-Unsubscribe")
    own = (b"bo@reader.example", b"<https://news.example/u/" + b"k" * 200 + b">")
    head = b"From: brief@news.example\r\nSubject: One\r\n two\r\nX-Kind: news\r\n"
    body = (b"Hello =\r\n", None, b"=\r\n and \r\n", None, b" \r\n\r\n")
    slots = (b"Bo  Berg", b"  \r\nsome\tmore ")
    prepared = SIGNER.prepare(head, own_names, body)
    whole = (
        head
        + b"".join(b"%b: %b\r\n" % field for field in zip(own_names, own, strict=True))
        + b"\r\n"
        + b"Hello =\r\nBo  Berg=\r\n and \r\n  \r\nsome\tmore  \r\n\r\n"
    )
    for _ in range(2):
        assert verdicts(prepared.sign(AT, own, slots) + whole) == [True, True]


def test_a_body_that_begins_with_a_value_can_be_signed():
    prepared = SIGNER.prepare(b"From: brief@news.example\r\n", (), (None, b"!\r\n"))
    for value in (b"Ana", b"", b"\r\n\r\nBo "):
        whole = b"From: brief@news.example\r\n\r\n" + value + b"!\r\n"
        assert verdicts(prepared.sign(AT, (), (value,)) + whole) == [True, True]


def test_an_empty_body_can_be_signed():
    assert verdicts(signed(MESSAGE.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")) == [True, True]


def test_a_message_without_from_is_not_signed():
    with pytest.raises(Illegal, match="without a From field"):
        SIGNER.sign(b"To: ana@reader.example\r\n\r\nHello\r\n", AT)


# What breaks it, and what doesn't.


@pytest.mark.parametrize("name", SIGNED)
def test_changing_a_signed_field_breaks_both_signatures(name):
    top, found, rest = re.split(rb"(?im)^(%b: )" % name, signed(), maxsplit=1)
    assert verdicts(top + found + b"?" + rest[1:]) == [False, False]


@pytest.mark.parametrize("name", SIGNED)
def test_taking_a_signed_field_away_breaks_both_signatures(name):
    without = re.sub(rb"(?im)^%b: .*\r\n(?: .*\r\n)*" % name, b"", signed(), count=1)
    assert len(without) < len(signed())
    assert verdicts(without) == [False, False]


def test_a_second_from_breaks_both_signatures_wherever_it_stands():
    evil = b"From: somebody@else.example\r\n"
    field = SIGNER.sign(MESSAGE, AT)
    assert verdicts(evil + field + MESSAGE) == [False, False]
    assert verdicts(field + MESSAGE.replace(b"Subject:", evil + b"Subject:")) == [False, False]


def test_changing_any_octet_of_the_body_breaks_both_signatures():
    message = signed()
    start = message.index(b"\r\n\r\n") + 4
    end = len(message.rstrip())
    for place in range(start, end):
        if message[place] not in b"\r\n":
            assert verdicts(message[:place] + b"~" + message[place + 1 :]) == [False, False], place
    assert verdicts(message + b"P.S.\r\n") == [False, False]


def test_white_space_and_folds_that_relays_change_do_not_break_it():
    message = signed()
    for old, new in [
        (b"Date: Tue, ", b"DATE:Tue,\r\n\t"),
        (b"\r\n =?utf-8?q?_stehen?=", b" =?utf-8?q?_stehen?= "),
        (b"lines  halted", b"lines \t halted"),
        (b"noon.\r\n", b"noon. \t\r\n"),
        (b"hren\r\n\r\n", b"hren\r\n\r\n\r\n\r\n"),
    ]:
        assert old in message
        assert verdicts(message.replace(old, new)) == [True, True], old


# Keys and their records.


def test_a_key_read_back_signs_the_same():
    digest = sha256(b"something").digest()
    for key in (RSA, ED25519):
        again = read_private_key(private_text(key))
        assert again.algorithm is key.algorithm
        assert again.sign(digest) == key.sign(digest)


def test_a_long_record_is_cut_into_strings_of_255_octets():
    record = txt_record(DOMAIN, "s", KeyAlgorithm.RSA, public_text(RSA))
    assert record.name == "s._domainkey.news.example"
    assert [len(piece) <= 255 for piece in record.strings] == [True, True]
    assert "".join(record.strings) == record.value
    assert "".join(re.findall('"([^"]*)"', record.quoted)) == record.value


def test_keys_that_sign_together_have_one_id_and_one_alone_has_its_own():
    first, second = UUID(int=1), UUID(int=2)
    assert key_set_id([first]) == first
    assert len({key_set_id(ids) for ids in ([first], [second], [first, second])}) == 3
    assert key_set_id([first, second]) == key_set_id([first, second])


@pytest.mark.parametrize(
    "bad", ["", "a b", "-a", "a-", "a..b", "a%b", "ä", "a" * 64, "a;b", 4 * f"{'a' * 60}."]
)
def test_a_selector_that_dns_or_the_field_can_not_hold_is_refused(bad):
    with pytest.raises(Illegal):
        parse_selector(bad, DOMAIN)


def test_a_selector_is_kept_in_lower_case():
    assert parse_selector(" Spring-2026.A ", DOMAIN) == "spring-2026.a"
