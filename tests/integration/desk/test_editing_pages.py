"""An edition at the desk, form by form, with and without the page's script."""

import re
from html import unescape
from uuid import UUID

import pytest

from digest.actions.advance_run import advance_run
from digest.actions.build_edition import build_edition
from digest.actions.edit_edition import edit_edition
from digest.actions.run_now import run_now
from digest.clock import utc_now
from digest.domain.changes import SetWords
from digest.domain.states import Approval, EditionState, Stream
from digest.settings import Settings
from digest.store.editions import Edition, find_edition
from digest.store.engine import Database
from digest.store.lists import find_list
from tests.desk import form_token, logged_in, post
from tests.integration.editions.newsroom import HOUR, a_newsroom, publish

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def draft(db: Database) -> UUID:
    a_newsroom(db, sections=("World",))
    now = utc_now()
    publish(db, 1, arrived_at=now - HOUR, title="Ferries halt", categories=("World",))
    publish(db, 2, arrived_at=now - HOUR, title="Rail runs", categories=("World",))
    result = build_edition(db, "daily", now=now, actor="service")
    assert result.edition_id is not None
    return result.edition_id


def edition(db: Database, edition_id: UUID) -> Edition:
    with db.read() as session:
        return find_edition(session, edition_id)


def ids(db: Database, edition_id: UUID) -> list[UUID]:
    return [brief.id for brief in edition(db, edition_id).content.briefs]


def test_each_form_works_without_a_script(client, db: Database, draft: UUID):
    logged_in(client, "editor")
    here = f"/desk/editions/{draft}"
    first, second = ids(db, draft)
    forms = [
        ("words", {"version": 1, "subject": "By hand", "preheader": "p", "intro": "Hello"}),
        (f"briefs/{first}", {"version": 2, "title": "Mine", "bullets": "One.\r\n\r\nTwo."}),
        (f"briefs/{second}/place", {"version": 3, "step": "top"}),
        (f"briefs/{first}/take-out", {"version": 4}),
        ("briefs", {"version": 5, "brief": str(first)}),
        ("briefs", {"version": 6, "title": "New", "url": "https://x.example/1", "bullets": "A"}),
        ("sections", {"version": 7, "act": "add", "name": "Late"}),
        ("undo", {}),
        ("redo", {}),
    ]
    for path, fields in forms:
        answer = post(client, f"{here}/{path}", fields)
        assert answer.status_code == 303, (path, re.findall(r'role="alert">([^<]*)', answer.text))
        assert client.get(answer.headers["location"]).status_code == 200
    content = edition(db, draft).content
    assert (content.subject, content.intro) == ("By hand", "Hello")
    assert "New" in [brief.title for brief in content.briefs]
    assert len(content.briefs) == 3
    assert "Late" in [section.name for section in content.sections]


def test_the_script_gets_the_version_and_the_words_as_they_are(client, db: Database, draft: UUID):
    logged_in(client, "editor")
    token = form_token(client)
    edit_edition(
        db, draft, SetWords(preheader="By Joss"), seen_version=1, now=utc_now(), actor="joss"
    )
    old = edition(db, draft).content
    answer = client.post(
        f"/desk/editions/{draft}/words",
        data={"version": 1, "subject": "By Edda", "intro": old.intro},
        headers={
            "Accept": "application/json",
            "X-Form-Token": token,
            "Origin": "https://news.example",
        },
    )
    assert answer.json()["version"] == 3
    assert answer.json()["words"]["words"] == {
        "subject": "By Edda",
        "preheader": "By Joss",
        "intro": old.intro,
    }


def test_a_collision_shows_both_wordings_and_either_can_be_kept(
    client, db: Database, settings: Settings, draft: UUID
):
    logged_in(client, "editor")
    here = f"/desk/editions/{draft}"
    edit_edition(
        db, draft, SetWords(subject="By <Joss>"), seen_version=1, now=utc_now(), actor="joss"
    )
    answer = post(client, f"{here}/words", {"version": 1, "subject": "By Edda"})
    assert answer.status_code == 409
    assert "By &lt;Joss&gt;" in answer.text
    assert "By Edda" in answer.text
    assert edition(db, draft).content.subject == "By <Joss>"
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.text))
    mine = {name: unescape(value) for name, value in fields.items() if name != "form_token"}
    assert post(client, f"{here}/words", mine).status_code == 303
    assert edition(db, draft).content.subject == "By Edda"


def test_only_the_version_that_was_seen_is_approved(client, db: Database, draft: UUID):
    logged_in(client, "editor")
    here = f"/desk/editions/{draft}"
    edit_edition(
        db, draft, SetWords(subject="Sneaked in"), seen_version=1, now=utc_now(), actor="joss"
    )
    refused = post(client, f"{here}/approve", {"version": 1})
    assert refused.status_code == 400
    assert "has changed since it was looked at" in refused.text
    assert post(client, f"{here}/approve", {"version": 2}).status_code == 303
    assert edition(db, draft).state is EditionState.APPROVED


def test_what_was_sent_back_names_who_and_why(client, db: Database, draft: UUID):
    logged_in(client, "editor")
    here = f"/desk/editions/{draft}"
    assert post(client, f"{here}/reject", {"note": " "}).status_code == 400
    assert post(client, f"{here}/reject", {"note": "The lead is old."}).status_code == 303
    page = client.get(here).text
    assert "Sent back by editor@news.example" in page
    assert "The lead is old." in page


def test_the_frame_holds_the_bytes_of_the_rendition_and_can_do_nothing(
    client, db: Database, settings: Settings, draft: UUID
):
    from digest.actions.preview_edition import preview_edition
    from digest.actions.renditions import with_inert_fields

    logged_in(client, "reader")
    frame = client.get(f"/desk/editions/{draft}/preview/frame")
    expected = with_inert_fields(preview_edition(db, settings, draft), settings).html
    assert frame.text == expected
    policy = frame.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "img-src 'none'" in policy
    assert policy.endswith("sandbox")
    shown = client.get(f"/desk/editions/{draft}/preview").text
    assert re.search(r'<iframe[^>]* sandbox src="', shown), "no permission is given"


def test_the_preview_shows_text_source_personas_and_findings(client, draft: UUID):
    logged_in(client, "reader")
    here = f"/desk/editions/{draft}/preview"
    page = client.get(here).text
    for said in ("Topic World", "Text only", "Before it goes", "bytes, where Gmail clips"):
        assert said in page
    assert "Ferries halt" in client.get(f"{here}?part=text").text
    source = client.get(f"{here}?part=source").text
    assert "Content-Type: multipart/alternative" in unescape(source)
    assert "reader@example.invalid" in source
    nothing = client.get(f"{here}?reader=topic:Sport")
    assert "Nothing in this edition is in the topics" in unescape(nothing.text)


def test_real_subscribers_are_for_operators_and_never_in_a_link(
    client, db: Database, settings: Settings, draft: UUID
):
    from digest.store.lists import find_list
    from tests.builders import a_subscriber

    with db.begin() as session:
        a_subscriber(session, settings, "ana@example.org", find_list(session, "daily"))
    here = f"/desk/editions/{draft}/preview"
    logged_in(client, "editor")
    assert post(client, here, {"address": "ana@example.org"}).status_code == 403
    logged_in(client, "operator")
    led = post(client, here, {"address": "ana@example.org"}).headers["location"]
    assert "ana" not in led
    assert client.get(led).status_code == 200
    logged_in(client, "editor")
    assert client.get(led).status_code == 403
    assert client.get(led.replace("/preview?", "/preview/frame?")).status_code == 403


def test_today_says_what_goes_what_does_not_and_why(client, db: Database, draft: UUID):
    logged_in(client, "reader")
    publish(db, 3, arrived_at=utc_now() - HOUR, title="No words on it yet")
    page = client.get("/desk").text
    assert "Ferries halt" in page
    assert "in No. 1 of daily" in page
    assert "not weighed yet" in page
    assert "Start an edition" not in page


def test_history_tells_each_change_with_its_words(client, db: Database, draft: UUID):
    edit_edition(
        db, draft, SetWords(subject="A new subject"), seen_version=1, now=utc_now(), actor="joss"
    )
    logged_in(client, "reader")
    page = client.get(f"/desk/editions/{draft}/history").text
    assert "joss" in page
    assert re.search(r"<del>.*</del><ins>.*</ins>", page)


def test_today_says_what_waits_for_an_editor_until_it_is_put_away(client, db: Database, settings):
    a_newsroom(db)
    now = utc_now()
    publish(db, 1, arrived_at=now - HOUR)
    with db.begin() as session:
        find_list(session, "daily").approval = Approval.REQUIRED
    logged_in(client, "editor")
    run = run_now(db, "daily", stream=Stream.EACH, now=now, actor="test")
    advance_run(db, settings, run, now)
    says = "its time has come, and nobody has approved it"
    page = client.get("/desk").text
    assert says in page
    assert post(client, f"/desk/runs/{run}/notices/put-away").status_code == 303
    assert says not in client.get("/desk").text
    logged_in(client, "reader")
    assert says not in client.get("/desk").text
