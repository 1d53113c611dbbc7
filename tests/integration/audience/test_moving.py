"""A list moves here from another service: its readers come along, and who left there stays away."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime

import pytest

from digest.actions.export_subscribers import export_subscribers
from digest.actions.gone_elsewhere import Parting
from digest.actions.import_subscribers import Fate, import_subscribers
from digest.actions.subscribe import add_subscriber
from digest.actions.suppress_address import suppress_address
from digest.audience.table import Origin, Service, Standing, parts_of
from digest.cli.app import app
from digest.domain.errors import Illegal
from digest.domain.states import ConsentHow, SuppressionReason
from digest.store.consents import Consent
from digest.store.subscribers import Subscriber, Subscription
from digest.store.suppressions import Suppression
from tests.builders import NOW, a_list
from tests.commands import called_here

WHO = {"now": NOW, "actor": "test"}
LISTMONK = ("uuid", "email", "name", "attributes", "status", "created_at", "updated_at")
MERGED = ("Email Address", "First Name", "Last Name", "Address", "State")
ADDED = (
    "MEMBER_RATING", "OPTIN_TIME", "OPTIN_IP", "CONFIRM_TIME", "CONFIRM_IP", "LATITUDE",
    "LONGITUDE", "GMTOFF", "DSTOFF", "TIMEZONE", "CC", "REGION",
)  # fmt: skip
LAST = ("LEID", "EUID", "NOTES", "TAGS")
SUBSCRIBED = (*MERGED, *ADDED, "LAST_CHANGED", *LAST)
UNSUBSCRIBED = (
    *MERGED, *ADDED, "UNSUB_TIME", "UNSUB_CAMPAIGN_TITLE", "UNSUB_CAMPAIGN_ID", "UNSUB_REASON",
    "UNSUB_REASON_OTHER", *LAST,
)  # fmt: skip
CLEANED = (*MERGED, *ADDED, "CLEAN_TIME", "CLEAN_CAMPAIGN_TITLE", "CLEAN_CAMPAIGN_ID", *LAST)


@pytest.fixture
def daily(db):
    with db.begin() as session:
        a_list(session, sections=("World", "Trade"))
    return {"list_slug": "daily", **WHO}


@pytest.fixture
def moves(db, settings, daily):
    """Imports an export; gives what became of its people, by table."""

    def run(path, service, standing=None, **more):
        with parts_of(path, Origin(service, standing)) as parts:
            return [
                import_subscribers(db, settings, part.path, form=part.form, **daily, **more)
                for part in parts
            ]

    return run


def written(heads, *rows):
    text = io.StringIO()
    csv.DictWriter(text, heads, restval="").writeheader()
    csv.DictWriter(text, heads, restval="").writerows(rows)
    return text.getvalue()


def member(name, **more):
    """A row of an audience, with what Mailchimp adds of its own."""
    first = name.title()
    return {
        "Email Address": f"{name}@post.example",
        "First Name": first,
        "Last Name": "Serra",
        "MEMBER_RATING": "3",
        "OPTIN_TIME": "2024-01-02 09:00:00",
        "OPTIN_IP": "192.0.2.77",
        "CONFIRM_TIME": "2024-01-02 09:05:00",
        "CONFIRM_IP": "198.51.100.9",
        "LATITUDE": "38.7",
        "TIMEZONE": "Europe/Lisbon",
        "LEID": "1",
        "EUID": "a1",
        "NOTES": "called twice",
    } | more


def audience(folder, **files):
    """A ZIP as Mailchimp makes it; a word of each file's name gives its text."""
    path = folder / "audience_export_0a1b2c.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for kind, text in files.items():
            archive.writestr(f"{kind}_email_audience_export_0a1b2c.csv", text)
    return path


@pytest.fixture
def whole_audience(tmp_path):
    tags = '"Friends","Press, local"'
    return audience(
        tmp_path,
        subscribed=written(SUBSCRIBED, member("ana", TAGS=tags, State="Sul", Address="Quay 1")),
        unsubscribed=written(UNSUBSCRIBED, member("ben", UNSUB_TIME="2024-02-03 10:00:00")),
        cleaned=written(CLEANED, member("carl", CLEAN_TIME="2024-03-04 11:00:00")),
        nonsubscribed=written(SUBSCRIBED, member("dora")),
    )


def subscriber(uuid, name, status="enabled", **attributes):
    return {
        "uuid": f"00000000-0000-4000-8000-00000000000{uuid}",
        "email": f"{name}@post.example",
        "name": name.title(),
        "attributes": json.dumps(attributes),
        "status": status,
        "created_at": "2024-03-01 09:05:00.123456 +0000 UTC",
    }


@pytest.fixture
def listmonk(tmp_path):
    def write(*rows):
        path = tmp_path / "subscribers.csv"
        path.write_text(written(LISTMONK, *rows))
        return path

    return write


def standing(db):
    people = export_subscribers(db, list_slug="daily", states=(), now=NOW)
    return {one.email: one.status for one in people}


def attributes_of(db, address):
    with db.read() as session:
        return session.query(Subscriber).filter_by(address=address).one().attributes


def test_an_audience_comes_with_its_readers_and_nobody_is_subscribed_who_was_not(
    db, moves, whole_audience
):
    cleaned, unsubscribed, subscribed = moves(whole_audience, Service.MAILCHIMP)
    assert cleaned.partings == {Parting.BARRED: 1}
    assert unsubscribed.partings == {Parting.KEPT_AWAY: 1}
    assert subscribed.counts == {Fate.ADDED: 1}
    assert standing(db) == {"ana@post.example": "confirmed", "ben@post.example": "unsubscribed"}
    with db.read() as session:
        (barred,) = session.query(Suppression)
        (left,) = session.query(Subscription).filter_by(ended_how="elsewhere")
    assert (barred.address, barred.reason) == ("carl@post.example", SuppressionReason.HARD_BOUNCE)
    assert (barred.note, barred.since) == (
        "cleaned in Mailchimp",
        datetime(2024, 3, 4, 11, tzinfo=UTC),
    )
    assert left.ended_at == datetime(2024, 2, 3, 10, tzinfo=UTC)


def test_merge_fields_and_tags_come_along_and_mailchimps_own_columns_dont(
    db, moves, whole_audience
):
    moves(whole_audience, Service.MAILCHIMP)
    assert attributes_of(db, "ana@post.example") == {
        "address": "Quay 1",
        "state": "Sul",
        "tags": "Friends; Press, local",
    }


def test_when_and_from_where_somebody_asked_is_kept_as_their_consent(db, moves, whole_audience):
    moves(whole_audience, Service.MAILCHIMP)
    moves(whole_audience, Service.MAILCHIMP)
    with db.read() as session:
        (consent,) = session.query(Consent)
    assert (consent.how, consent.origin) == (ConsentHow.IMPORT, "Mailchimp")
    assert consent.asked_at == datetime(2024, 1, 2, 9, tzinfo=UTC)
    assert consent.confirmed_at == datetime(2024, 1, 2, 9, 5, tzinfo=UTC)
    assert (consent.network, consent.confirmed_from) == ("192.0.2.0/24", "198.51.100.0/24")


def test_the_same_export_again_changes_nothing(db, moves, whole_audience):
    moves(whole_audience, Service.MAILCHIMP)
    before = standing(db)
    cleaned, unsubscribed, subscribed = moves(whole_audience, Service.MAILCHIMP)
    assert cleaned.partings == unsubscribed.partings == {Parting.KNOWN: 1}
    assert subscribed.counts == {Fate.UNCHANGED: 1}
    assert standing(db) == before


def test_a_dry_run_of_a_move_says_the_same_and_changes_nothing(db, moves, whole_audience):
    cleaned, unsubscribed, subscribed = moves(whole_audience, Service.MAILCHIMP, dry_run=True)
    assert cleaned.partings == {Parting.BARRED: 1}
    assert unsubscribed.partings == {Parting.KEPT_AWAY: 1}
    assert subscribed.counts == {Fate.ADDED: 1}
    with db.read() as session:
        assert not session.query(Subscriber).count() + session.query(Suppression).count()


@pytest.mark.parametrize(
    "name", ["unsubscribed_email_audience_export_1.csv", "subscribed_x.csv", "people.csv"]
)
def test_who_left_is_known_by_the_columns_whatever_the_file_is_called(db, moves, tmp_path, name):
    path = tmp_path / name
    path.write_text(written(UNSUBSCRIBED, member("ben", UNSUB_TIME="2024-02-03 10:00:00")))
    (found,) = moves(path, Service.MAILCHIMP, Standing.CONFIRMED)
    assert found.partings == {Parting.KEPT_AWAY: 1}


def test_contacts_who_never_subscribed_are_refused(moves, tmp_path):
    path = tmp_path / "nonsubscribed_email_audience_export_1.csv"
    path.write_text(written(SUBSCRIBED, member("dora")))
    with pytest.raises(Illegal, match="never subscribed"):
        moves(path, Service.MAILCHIMP)
    renamed = path.rename(tmp_path / "people.csv")
    with pytest.raises(Illegal, match="--as confirmed"):
        moves(renamed, Service.MAILCHIMP)


def test_a_zip_of_something_else_and_a_broken_one_are_refused(moves, tmp_path):
    with pytest.raises(Illegal, match="no export of a Mailchimp audience"):
        moves(audience(tmp_path, holiday="x"), Service.MAILCHIMP)
    path = audience(tmp_path, subscribed=written(SUBSCRIBED, member("ana")))
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"ana@post.example", b"eva@post.example"))
    with pytest.raises(Illegal, match="can't be unpacked"):
        moves(path, Service.MAILCHIMP)


def test_listmonks_readers_come_with_their_attributes(db, moves, listmonk):
    path = listmonk(
        subscriber(1, "ana", City="Port Ellery", orders=3, vip=True, likes=["tea", "maps"], no=None)
    )
    (found,) = moves(path, Service.LISTMONK, Standing.CONFIRMED)
    assert found.counts == {Fate.ADDED: 1}
    assert attributes_of(db, "ana@post.example") == {
        "city": "Port Ellery",
        "orders": "3",
        "vip": "true",
        "likes": "tea; maps",
    }


def test_who_is_blocklisted_in_listmonk_is_suppressed_and_who_is_disabled_is_not_taken(
    db, moves, listmonk
):
    path = listmonk(
        subscriber(1, "ana", "blocklisted"),
        subscriber(2, "ben", "disabled"),
        subscriber(3, "carl") | {"attributes": "{broken"},
        subscriber(4, "dora") | {"email": "nobody"},
    )
    rejects = []
    (found,) = moves(path, Service.LISTMONK, Standing.CONFIRMED, on_reject=rejects.append)
    assert (found.partings, found.counts) == ({Parting.BARRED: 1}, {})
    assert [(one.line, one.cells[2]) for one in rejects] == [(3, "Ben"), (4, "Carl"), (5, "Dora")]
    with db.read() as session:
        (barred,) = session.query(Suppression)
    assert (barred.reason, barred.note) == (SuppressionReason.MANUAL, "blocklisted in listmonk")


def test_what_no_encoding_has_is_rejected_and_the_rest_is_taken(moves, listmonk, tmp_path):
    path = listmonk(
        subscriber(1, "ana") | {"attributes": '{"city": "\\ud800"}'},
        subscriber(2, "ben") | {"attributes": "[" * 2_000 + "]" * 2_000},
        subscriber(3, "carl"),
    )
    (found,) = moves(path, Service.LISTMONK, Standing.CONFIRMED)
    assert (found.rejected, found.counts) == (2, {Fate.ADDED: 1})
    odd = member("eva", TAGS='"Friends"\r,"Press"', CONFIRM_TIME="0001-01-01T00:00:00+23:59")
    zipped = audience(tmp_path, subscribed=written(SUBSCRIBED, odd))
    (found,) = moves(zipped, Service.MAILCHIMP)
    assert [(one.attributes["tags"], one.asked) for one in found.preview] == [
        ("Friends; Press", None)
    ]


def test_a_listmonk_export_needs_a_word_on_how_its_people_stood(moves, listmonk):
    with pytest.raises(Illegal, match="does not say who left"):
        moves(listmonk(subscriber(1, "ana")), Service.LISTMONK)


def test_who_left_in_listmonk_stays_away_when_the_whole_list_is_imported(db, moves, listmonk):
    moves(listmonk(subscriber(1, "ana")), Service.LISTMONK, Standing.UNSUBSCRIBED)
    whole = listmonk(subscriber(1, "ana"), subscriber(2, "ben"))
    (found,) = moves(whole, Service.LISTMONK, Standing.CONFIRMED)
    assert found.counts == {Fate.LEFT: 1, Fate.ADDED: 1}
    assert standing(db) == {"ana@post.example": "unsubscribed", "ben@post.example": "confirmed"}


def test_who_was_imported_in_the_wrong_order_is_taken_off_the_list(db, moves, listmonk):
    path = listmonk(subscriber(1, "ana"))
    moves(path, Service.LISTMONK, Standing.CONFIRMED)
    (found,) = moves(path, Service.LISTMONK, Standing.UNSUBSCRIBED)
    assert found.partings == {Parting.TAKEN_OFF: 1}
    assert standing(db) == {"ana@post.example": "unsubscribed"}


def test_who_asked_here_since_stays_although_they_left_there(db, settings, daily, moves, listmonk):
    add_subscriber(db, settings, "ana@post.example", confirmed=True, **daily)
    with db.begin() as session:
        place = session.query(Subscription).one()
        session.add(
            Consent(
                subscription_id=place.id,
                asked_at=NOW,
                how=ConsentHow.FORM,
                words="Yes",
                confirmed_at=NOW,
            )
        )
    (found,) = moves(listmonk(subscriber(1, "ana")), Service.LISTMONK, Standing.UNSUBSCRIBED)
    assert found.partings == {Parting.KNOWN: 1}
    assert standing(db) == {"ana@post.example": "confirmed"}


def test_who_was_erased_here_leaves_no_trace_by_having_left_there(db, settings, moves, listmonk):
    erased = SuppressionReason.ERASED
    suppress_address(db, settings, "ana@post.example", reason=erased, **WHO)
    (found,) = moves(listmonk(subscriber(1, "ana")), Service.LISTMONK, Standing.UNSUBSCRIBED)
    assert found.partings == {Parting.KNOWN: 1}
    with db.read() as session:
        assert not session.query(Subscriber).count()


def test_pending_people_of_listmonk_are_pending_here(db, moves, listmonk):
    moves(listmonk(subscriber(1, "ana")), Service.LISTMONK, Standing.PENDING)
    assert standing(db) == {"ana@post.example": "pending"}


def test_a_table_of_something_else_is_no_export(moves, tmp_path):
    path = tmp_path / "subscribed_people.csv"
    path.write_text("email,name\nana@post.example,Ana\n")
    with pytest.raises(Illegal, match="no export of listmonk's subscribers"):
        moves(path, Service.LISTMONK, Standing.CONFIRMED)
    with pytest.raises(Illegal, match="no export of a Mailchimp audience"):
        moves(path, Service.MAILCHIMP)


def test_the_command_tells_of_each_file_what_became_of_its_people(
    db, daily, whole_audience, monkeypatch, tmp_path
):
    with called_here(monkeypatch, database_url=db_url(db), home=tmp_path) as call:
        words = ("subscriber", "import", whole_audience, "--from", "mailchimp", "--list", "daily")
        said = call(app, *words, "--dry-run")
        files = json.loads(call(app, *words, "--json"))
    assert "1 bounced or blocklisted there; suppressed now" in said
    assert "1 left there; no import brings them to this list" in said
    assert "1 on the list now" in said
    assert "dora" not in said
    assert [one["file"].partition("_")[0] for one in files] == [
        "cleaned",
        "unsubscribed",
        "subscribed",
    ]
    assert [one["newly_suppressed"] for one in files] == [1, 0, 0]


def db_url(db):
    return db.engine.url.render_as_string(hide_password=False)
