"""What a look at a source leaves behind: each brief once, its names, and how it went."""

from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from uuid import UUID

import pytest
from structlog.testing import CapturingLogger

from digest.actions import collect_source
from digest.actions.collect_source import collect_one, store_briefs
from digest.actions.sources import create_source
from digest.domain.brief import CollectedBrief, RelatedLink
from digest.domain.states import SourceKind
from digest.store.briefs import Brief, find_brief, known_names, latest_briefs
from digest.store.sources import Source, find_source
from tests.integration.collect.conftest import NOW
from tests.integration.collect.newsroom import content, rss, rss_item
from tests.integration.fetch.server import make_fetcher

STORY = CollectedBrief(
    guid="1",
    url="https://orrin.example/1",
    title="Lindmouth opens a quay",
    bluf=("The quay is open.",),
    related=(RelatedLink("A toll"), RelatedLink("A strike", "https://orrin.example/2")),
)


@pytest.fixture
def source_id(db, settings, site) -> UUID:
    create_source(
        db,
        settings,
        slug="orrin",
        url=site.url("/rss"),
        kind=SourceKind.FEED,
        now=NOW,
        actor="test",
    )
    with db.read() as session:
        return find_source(session, "orrin").id


def store(db, source_id: UUID, *found: CollectedBrief, now=NOW) -> tuple[int, int]:
    with db.begin() as session:
        return store_briefs(session, session.get_one(Source, source_id), found, now)


def stored(db) -> list[Brief]:
    with db.read() as session:
        return [find_brief(session, brief.id) for brief in latest_briefs(session, 100)]


def test_a_brief_is_stored_whole_under_each_of_its_names(db, source_id):
    again = replace(STORY, guid="other name")
    assert store(db, source_id, STORY, again) == (1, 0)
    (brief,) = stored(db)
    assert (brief.title, brief.bullets) == (STORY.title, STORY.bluf)
    assert tuple(story.as_link() for story in brief.related) == STORY.related
    with db.read() as session:
        assert known_names(session, source_id) == {"1", "other name", STORY.url}


def test_a_changed_brief_is_updated_and_keeps_when_it_arrived(db, source_id):
    store(db, source_id, STORY)
    later = NOW + timedelta(hours=1)
    changed = replace(STORY, title="Two quays", related=(RelatedLink("A ferry"),))
    assert store(db, source_id, changed, now=later) == (0, 1)
    assert store(db, source_id, changed, now=later) == (0, 0)
    (brief,) = stored(db)
    assert (brief.title, brief.arrived_at, brief.updated_at) == ("Two quays", NOW, later)
    assert [story.title for story in brief.related] == ["A ferry"]


def test_two_wordings_of_one_brief_in_one_look_are_one_brief(db, source_id):
    second = replace(STORY, guid="2", title="Quay opened", related=(RelatedLink("A ferry"),))
    assert store(db, source_id, STORY, second) == (1, 1)
    (brief,) = stored(db)
    assert brief.title == "Quay opened"
    assert [story.title for story in brief.related] == ["A ferry"]


def test_a_brief_that_moves_keeps_its_row(db, source_id):
    store(db, source_id, STORY)
    assert store(db, source_id, replace(STORY, url="https://orrin.example/moved")) == (0, 1)
    assert [brief.url for brief in stored(db)] == ["https://orrin.example/moved"]


def test_a_document_that_breaks_an_adapter_is_an_error_of_its_source(
    db, source_id, site, monkeypatch
):
    def stumble(*args, **given):
        raise IndexError("list index out of range")

    site.serve("/rss", rss(rss_item("/a", more=f"<description>{content()}</description>")))
    with monkeypatch.context() as patch:
        patch.setattr(collect_source, "collect_source", stumble)
        report = collect_one(db, make_fetcher(), source_id, NOW)
    assert report is not None
    assert report.error == (
        "Something unforeseen went wrong in reading it (IndexError); "
        "DIGEST_LOG_LEVEL=DEBUG shows where."
    )
    with db.read() as session:
        source = find_source(session, "orrin")
    assert (source.failures, source.error) == (1, report.error)
    assert source.next_try_at > NOW


def test_a_look_that_was_due_is_logged_and_one_that_was_asked_for_is_reported(
    db, source_id, monkeypatch
):
    log = CapturingLogger()
    monkeypatch.setattr(collect_source, "log", log)
    forced = collect_one(db, make_fetcher(), source_id, NOW, force=True)
    assert forced is not None
    assert "answered 404" in (forced.error or "")
    assert log.calls == []
    collect_one(db, make_fetcher(), source_id, NOW + timedelta(days=1))
    assert [(call.method_name, call.args) for call in log.calls] == [
        ("warning", ("source failed",))
    ]


def test_how_often_a_source_has_something_new_is_kept_from_six_briefs_on(
    db, settings, site, source_id
):
    def look(n, now):
        dates = [format_datetime(NOW - timedelta(hours=6 * i)) for i in range(n)]
        items = [
            rss_item(
                f"https://orrin.example/{i}",
                f"Lindmouth opens quay {i}",
                f"<pubDate>{at}</pubDate><content:encoded><![CDATA[{content()}]]></content:encoded>",
            )
            for i, at in enumerate(dates)
        ]
        site.serve("/rss", rss(*items), **{"content-type": "application/rss+xml"})
        report = collect_one(db, make_fetcher(), source_id, now, force=True)
        assert report is not None
        assert report.error is None
        with db.read() as session:
            source = session.get_one(Source, source_id)
            return source.last_brief_at, source.usual_gap

    assert look(5, NOW) == (NOW, None)
    later = NOW + timedelta(hours=1)
    assert look(6, later) == (later, 6 * 3600)
    assert look(6, later + timedelta(hours=1)) == (later, 6 * 3600), "nothing new"
