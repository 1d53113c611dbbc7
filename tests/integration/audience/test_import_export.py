"""People come and go as files: nobody twice, nobody back who left, nothing half-done."""

import csv
import io
import json
from functools import partial

import pytest

from digest.actions import import_subscribers as module
from digest.actions.export_subscribers import export_subscribers
from digest.actions.import_subscribers import Fate, import_subscribers
from digest.actions.subscribe import add_subscriber
from digest.actions.suppress_address import suppress_address
from digest.actions.unsubscribe_address import unsubscribe_address
from digest.cli.app import app
from digest.domain.errors import Illegal
from digest.domain.states import SuppressionReason
from digest.store.audit import AuditEntry
from digest.store.subscribers import Subscriber
from tests.builders import NOW, a_list
from tests.commands import called_here

WHO = {"now": NOW, "actor": "test"}


@pytest.fixture
def daily(db):
    with db.begin() as session:
        a_list(session, sections=("World", "Trade"))
    return {"list_slug": "daily", **WHO}


@pytest.fixture
def table(tmp_path):
    def write(*rows, header="email,name"):
        path = tmp_path / "people.csv"
        path.write_text("\n".join((header, *rows)) + "\n")
        return path

    return write


def standing(db):
    people = export_subscribers(db, list_slug="daily", states=(), now=NOW)
    return {one.email: one.status for one in people}


def test_people_are_added_once_and_the_same_file_again_changes_nothing(db, settings, daily, table):
    path = table(
        "ana@post.example,Ana", "ben@POST.example,Ben", "ben@post.example,Benny", "nobody,"
    )
    rejects = []
    first = import_subscribers(db, settings, path, on_reject=rejects.append, **daily)
    assert (first.counts, first.duplicates, first.rejected) == ({Fate.ADDED: 2}, 1, 1)
    assert [reject.line for reject in rejects] == [5]
    assert standing(db) == {"ana@post.example": "confirmed", "ben@post.example": "confirmed"}
    again = import_subscribers(db, settings, path, **daily)
    assert again.counts == {Fate.UNCHANGED: 2}


def test_nobody_comes_back_who_left_or_is_suppressed(db, settings, daily, table):
    for name in ("gone", "blocked", "waiting"):
        add_subscriber(db, settings, f"{name}@post.example", confirmed=name != "waiting", **daily)
    unsubscribe_address(db, "gone@post.example", **daily)
    complaint = SuppressionReason.COMPLAINT
    suppress_address(db, settings, "blocked@post.example", reason=complaint, **WHO)
    suppress_address(db, settings, "stranger@post.example", reason=complaint, **WHO)
    names = ("gone", "blocked", "waiting", "stranger", "new")
    path = table(*(f"{name}@post.example," for name in names))
    found = import_subscribers(db, settings, path, **daily)
    assert found.counts == {
        Fate.LEFT: 1,
        Fate.SUPPRESSED: 2,
        Fate.CONFIRMED: 1,
        Fate.ADDED: 1,
    }
    after = standing(db)
    assert after["gone@post.example"] == "unsubscribed"
    assert after["waiting@post.example"] == after["new@post.example"] == "confirmed"
    assert "stranger@post.example" not in after


def test_an_import_changes_nobodys_choices(db, settings, daily, table):
    add_subscriber(db, settings, "ana@post.example", topics=["World"], local_hour=9, **daily)
    path = table("ana@post.example,Trade,6", header="email,topics,hour")
    assert import_subscribers(db, settings, path, **daily).counts == {Fate.UNCHANGED: 1}
    (ana,) = export_subscribers(db, list_slug="daily", states=(), now=NOW)
    assert (ana.topics, ana.hour) == ("World", "9")


def test_a_dry_run_says_the_same_and_changes_nothing(db, settings, daily, table):
    path = table("ana@post.example,Ana", "nobody,")
    found = import_subscribers(db, settings, path, dry_run=True, **daily)
    assert (found.counts, found.rejected) == ({Fate.ADDED: 1}, 1)
    assert [one.name for one in found.preview] == ["Ana"]
    assert standing(db) == {}
    with db.read() as session:
        assert not session.query(AuditEntry).filter_by(action="imported").count()


def test_a_killed_import_is_taken_up_by_running_it_again(db, settings, daily, table, monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 10)
    path = table(*(f"r{n}@post.example,R" for n in range(35)))
    real, calls = module.carry_out, []

    def dies(*rows):
        calls.append(rows)
        if len(calls) == 3:
            raise KeyboardInterrupt
        real(*rows)

    monkeypatch.setattr(module, "carry_out", dies)
    with pytest.raises(KeyboardInterrupt):
        import_subscribers(db, settings, path, **daily)
    there = len(standing(db))
    assert 0 < there < 35
    monkeypatch.setattr(module, "carry_out", real)
    found = import_subscribers(db, settings, path, **daily)
    assert found.counts == {Fate.UNCHANGED: there, Fate.ADDED: 35 - there}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer
def test_who_comes_another_way_between_the_look_and_the_write_keeps_their_choices(
    db, settings, daily, table, monkeypatch
):
    path = table("ana@post.example,7", "ben@post.example,7", header="email,hour")
    real, calls = module.carry_out, []

    def too_late(*given):
        calls.append(given)
        if len(calls) == 1:
            add_subscriber(db, settings, "ben@post.example", local_hour=9, **daily)
        real(*given)

    monkeypatch.setattr(module, "carry_out", too_late)
    found = import_subscribers(db, settings, path, **daily)
    assert found.counts == {Fate.ADDED: 1, Fate.UNCHANGED: 1}
    people = export_subscribers(db, list_slug="daily", states=(), now=NOW)
    assert {one.email: one.hour for one in people} == {
        "ana@post.example": "7",
        "ben@post.example": "9",
    }


def test_what_stands_in_cells_comes_back_as_it_is(db, settings, daily, table):
    odd = 'a"b\\c\\n\té\u2028{}'
    cell = odd.replace('"', '""')
    path = table(f'ana@post.example,"A\\B","{cell}"', header="email,name,note")
    import_subscribers(db, settings, path, **daily)
    with db.read() as session:
        ana = session.query(Subscriber).one()
    assert (ana.name, ana.attributes) == ("A\\B", {"note": odd})


def test_an_import_leaves_one_entry_in_the_audit(db, settings, daily, table):
    import_subscribers(db, settings, table("ana@post.example,Ana", "x,"), **daily)
    with db.read() as session:
        (entry,) = session.query(AuditEntry).filter_by(action="imported")
    assert entry.after == {"file": "people.csv", "rows": 2, "rejected": 1, "added": 1}


HOSTILE = [
    "=cmd()@post.example,x",
    '"a@post.example","=HYPERLINK(""http://x.example"")"',
    'b@post.example,"B\r\nBcc: all@post.example"',
    "c@post.example,\u202eC\u200f",
    "d@post.example," + "D" * 100_000,
    "e@post.example,E\0E",
    "<script>@post.example,<script>alert(1)</script>",
    " ".join(f"many{n}@post.example" for n in range(1_000)) + ",M",
    '"f@post.example',
    "g@post.example,\udcff",
]


def test_ten_thousand_hostile_rows_break_nothing(db, settings, daily, tmp_path):
    path = tmp_path / "hostile.csv"
    rows = [row.replace("@", f"{n}@", 1) for n in range(1_000) for row in HOSTILE]
    text = "\r\n".join(("email,name", *rows, "last@post.example,Last"))
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    found = import_subscribers(db, settings, path, **daily)
    assert found.rows >= 10_000
    people = list(export_subscribers(db, list_slug="daily", states=(), now=NOW))
    assert "last@post.example" in {one.email for one in people}
    for one in people:
        assert one.name.isprintable()
        assert len(one.name) <= 200
        assert not set(one.email) & set(" <>\r\n\0")


@pytest.fixture
def digest(db, database_url, monkeypatch):
    key = "another secret for tests, also long"
    with called_here(monkeypatch, database_url=database_url, suppression_key=key) as call:
        yield partial(call, app, "--actor", "test", "subscriber")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_exported_can_be_imported(db, settings, daily, digest, tmp_path):
    for address, name in {"+ana@post.example": "=Ana", "ben@post.example": "Ben"}.items():
        add_subscriber(db, settings, address, name=name, topics=["Trade"], local_hour=7, **daily)
    out = tmp_path / "out.csv"
    digest("export", "--list", "daily", "-o", out)
    rows = list(csv.reader(io.StringIO(out.read_text())))
    assert [row[:2] for row in rows[1:]] == [
        ["'+ana@post.example", "'=Ana"],
        ["ben@post.example", "Ben"],
    ]
    with db.begin() as session:
        a_list(session, "second", sections=("World", "Trade"))
    assert json.loads(digest("import", out, "--list", "second", "--json"))["added"] == 2
    before, after = (
        [
            (p.email, p.name, p.topics, p.hour)
            for p in export_subscribers(db, list_slug=slug, states=(), now=NOW)
        ]
        for slug in ("daily", "second")
    )
    assert before == after


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_command_says_what_it_did_and_where_the_rejects_are(daily, digest, table):
    path = table("ana@post.example,Ana", "=nobody,Ben")
    said = digest("import", path, "--list", "daily")
    assert "1 on the list now" in said
    assert "1 rejected" in said
    written = path.with_name("people.csv.rejects.csv").read_text()
    (header, reject) = csv.reader(io.StringIO(written))
    assert header == ["line", "reason", "row"]
    assert reject[0] == "3"
    assert reject[2:] == ["'=nobody", "Ben"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_json_lines_hold_attributes_too(daily, digest, table):
    path = table("ana@post.example,Quay", header="email,company")
    digest("import", path, "--list", "daily")
    (line,) = digest("export", "--json").splitlines()
    assert json.loads(line)["attributes"] == {"company": "Quay"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_that_is_not_there_is_said_so(digest, daily, tmp_path):
    with pytest.raises(Illegal, match="No such file"):
        digest("import", tmp_path / "none.csv", "--list", "daily")
