"""Tables of people, as they come out of spreadsheets and other systems, damaged ones among them."""

import io
from dataclasses import dataclass
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.audience.table import Person, PersonReader, Reject, open_table
from digest.audience.table.cells import quoted, unquoted
from digest.audience.table.columns import guess_columns
from digest.audience.table.lines import LONGEST_LINE, Unreadable, read_rows
from digest.audience.table.people import roster_key
from digest.domain.address import parse_address
from digest.domain.errors import Illegal
from digest.domain.states import Stream


@dataclass
class List:
    """What reading needs of a mailing list."""

    name: str = "The Daily Brief"
    language: str = "en"
    sections: tuple[str, ...] = ("World", "Trade", "Climate")


def people(tmp_path, data, **of_list):
    path = tmp_path / "people.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    with open_table(path) as table:
        reader = PersonReader(table.columns, List(**of_list))
        return [reader.read(row) for row in table.rows]


def addresses(found):
    return [one.address for one in found if isinstance(one, Person)]


def test_a_header_says_which_column_is_what(tmp_path):
    (ana,) = people(
        tmp_path,
        "E-Mail;Vorname;Nachname;Themen;Stunde;Zeitzone;Sprache;Frequency;Text only;Firma\n"
        "ana@post.example;Ana;Serra;trade, WORLD;7:00;Europe/Lisbon;pt;weekly;yes;Quay Ltd\n",
    )
    assert ana.address == "ana@post.example"
    assert (ana.line, ana.name, ana.local_hour, ana.timezone) == (
        2,
        "Ana Serra",
        7,
        "Europe/Lisbon",
    )
    assert (ana.stream, ana.language) == (Stream.WEEKLY, "pt")
    assert ana.variant == '["pt", true, "Trade", "World"]'
    assert ana.attributes == {"firma": "Quay Ltd"}


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_and_delimiters_are_found(tmp_path, mark, encoding):
    text = f"name{mark}email\nJosé Ñandú{mark}jose@post.example\n"
    (jose,) = people(tmp_path, text.encode(encoding))
    assert (jose.name, jose.address) == ("José Ñandú", "jose@post.example")


def test_a_column_of_addresses_needs_no_header(tmp_path):
    found = people(tmp_path, "ana@post.example\nben@post.example\n")
    assert addresses(found) == ["ana@post.example", "ben@post.example"]
    assert [one.line for one in found] == [1, 2]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"PK\x03\x04....", "save it as CSV"),
        (b"\xd0\xcf\x11\xe0....", "save it as CSV"),
        (b"\x1f\x8b....", "save it as CSV"),
        (b"\x89PNG\r\n\x1a\n....", "is a picture"),
        (b"\xff\xd8\xff\xe0....", "is a picture"),
        (b"GIF89a....", "is a picture"),
        (b"<svg xmlns='x'><text>ana@post.example</text></svg>", "a drawing"),
        (b"\xef\xbb\xbf\n <!DOCTYPE html><p>ana@post.example", "a web page"),
        (b"", "holds no rows"),
        (b"\n\n , \n"[:2], "holds no rows"),
        (b"name,town\nAna,Port Amsel\n", "name one of them 'email'"),
    ],
)
def test_what_is_no_table_gets_one_sentence(tmp_path, data, says):
    with pytest.raises(Illegal, match=says):
        people(tmp_path, data)


def test_bad_rows_say_why_and_the_rest_goes_on(tmp_path):
    rows = [
        b"email,name",
        *("käthe@post.example,Käthe".encode() for _ in range(3)),
        b"ana@post.example,Ana",
        b"no address,Ben",
        b"c\x00d@post.example,Cid",
        b"d\xffe@post.example,Dee",
        b"eve@post.example,E\xffe",
        b'"fay@post.example,Fay',
        b"gus@post.example,Gus",
        b"hal@post.example,x" + b"y" * 300,
        b"ivy@post.example,Ivy," + b"z" * (LONGEST_LINE + 10),
        b"jon@post.example,Jon",
    ]
    found = people(tmp_path, b"\r\n".join(rows))
    assert addresses(found) == [
        *["käthe@post.example"] * 3,
        "ana@post.example",
        "gus@post.example",
        "jon@post.example",
    ]
    rejects = {one.line: one.reason for one in found if isinstance(one, Reject)}
    assert sorted(rejects) == [6, 7, 8, 9, 10, 12, 13]
    assert "needs one @" in rejects[6]
    assert "control character" in rejects[7]
    assert "encoding" in rejects[8]
    assert "encoding" in rejects[9]
    assert "never closed" in rejects[10]
    assert "too long" in rejects[12]
    assert "longer than" in rejects[13]


def test_a_quote_that_is_never_closed_costs_its_own_row_alone(tmp_path):
    rows = ["email,name", '"ana@post.example,Ana'] + [f"r{n}@post.example,R" for n in range(9_000)]
    found = people(tmp_path, "\n".join(rows))
    assert len(addresses(found)) == 9_000
    assert [one.line for one in found if isinstance(one, Reject)] == [2]


def test_line_breaks_in_cells_are_counted(tmp_path):
    found = people(tmp_path, 'email,name\n"ana@post.example","Ana\nSerra"\nben@post.example,Ben\n')
    assert [(one.line, one.name) for one in found] == [(2, "Ana Serra"), (4, "Ben")]


def test_names_cannot_break_a_header_line(tmp_path):
    hostile = (
        'email,name\na@post.example,"Ana\r\nBcc: x@y.example"\nb@post.example,B\u202een\u2028x\n'
    )
    found = people(tmp_path, hostile)
    assert [one.name for one in found] == ["Ana Bcc: x@y.example", "B en x"]


@pytest.mark.parametrize("status", ["unsubscribed", "Blocklisted", "cleaned", "bounced", "what"])
def test_a_status_that_is_no_yes_keeps_people_out(tmp_path, status):
    (reject,) = people(tmp_path, f"email,status\nana@post.example,{status}\n")
    assert isinstance(reject, Reject)
    assert status in reject.reason


def test_pending_people_stay_pending(tmp_path):
    (ana,) = people(tmp_path, "email,status\nana@post.example,Unconfirmed\n")
    assert not ana.is_confirmed


USUAL = st.from_regex(r"[A-Za-z0-9_+.-]{1,70}@[a-z0-9.-]{1,80}(\.[a-z0-9-]{1,70})?", fullmatch=True)


@given(USUAL)
def test_the_quick_check_of_an_address_says_what_the_full_one_does(text):
    try:
        expected = str(parse_address(text))
    except Illegal:
        with pytest.raises(Illegal):
            roster_key(text)
    else:
        assert roster_key(text) == expected


@given(st.binary(max_size=400))
def test_no_octets_raise_but_illegal(data):
    try:
        text = io.StringIO(data.decode("utf-8", "surrogateescape"), newline="")
        rows = list(read_rows(text, ","))
        columns = guess_columns(["email", "name", "topics", "hour", "note"])
        reader = PersonReader(columns, List())
        for row in rows:
            one = reader.read(row)
            assert isinstance(one, Person | Reject)
            if isinstance(one, Person):
                assert str(parse_address(one.address)) == one.address
    except UnicodeDecodeError:
        raise AssertionError("undecodable octets are the row's own fault") from None


@pytest.mark.parametrize(
    "line", ["a" * 900_000, "@" * 900_000, "a." * 450_000 + "@x.example", "a@" + "b." * 450_000]
)
def test_a_hostile_line_takes_no_time(line):
    reader = PersonReader(guess_columns(["email"]), List())
    began = process_time()
    reads = [reader.read((1, [line])), reader.read(Unreadable(2, "why"))]
    assert process_time() - began < 2
    assert all(isinstance(one, Reject) for one in reads)


@given(st.text())
def test_a_cell_in_a_file_starts_no_formula_and_comes_back(cell):
    assert quoted(cell)[:1] not in {"=", "+", "-", "@", "\t", "\r"}
    if not (cell[:1] == "'" and cell[1:2] in set("=+-@\t\r")):
        assert unquoted(quoted(cell)) == cell
