"""`digest collect` among broken sources: one clear sentence each, the good ones stored, the state
intact, also when it is killed (R-24)."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.actions.sources import create_source
from digest.domain.states import SourceKind
from digest.settings import load_settings
from digest.store import schema
from digest.store.briefs import latest_briefs
from digest.store.engine import Database
from digest.store.sources import Source, all_sources
from tests.integration.collect.newsroom import article, content, rss, rss_item
from tests.integration.fetch.bombs import announced, endless_chunks, gzip_bomb
from tests.integration.fetch.server import Site, serving
from tests.servers import wait_until

DIGEST = [sys.executable, "-m", "digest"]
ITEMS = 5  # of the good feed and of each mended one


def feed(name: str, items: int = ITEMS) -> bytes:
    """A feed of whole briefs."""
    whole = f"<content:encoded><![CDATA[{content()}]]></content:encoded>"
    return rss(*(rss_item(f"/{name}/{n}", f"{name} story {n}", whole) for n in range(items)))


LAUGHS = (
    '<!DOCTYPE rss [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]><rss><channel><item><title>&a9;</title></item></channel></rss>"
).encode()


def hang(handler) -> None:
    """Never answers: the client's limit of silence ends it."""
    threading.Event().wait(60)


def die_in_a_chunk(handler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"1000\r\n<rss version='2.0'><chan")


BROKEN = {  # what each is said to have done
    "missing": r"127\.0\.0\.1 answered 404 \(Not Found\) for /feed; check the address\.",
    "failing": r"127\.0\.0\.1 answered 500 \(Internal Server Error\); it is tried again later\.",
    "hanging": r"127\.0\.0\.1 did not finish its answer in time \(30 s in all, 15 s of silence",
    "dying": r"127\.0\.0\.1 broke off or did not speak HTTP\.",
    "malformed": r"The feed of 127\.0\.0\.1 is not a feed: its XML is malformed beyond repair\.",
    "huge": r"127\.0\.0\.1 sent more than 10 MB; it is not read further\.",
    "announced": r"127\.0\.0\.1 sent more than 10 MB; it is not read further\.",
    "private": r"Redirected by 127\.0\.0\.1, 10\.0\.0\.1 is refused: its address 10\.",
    "packed": r"127\.0\.0\.1 sent more than 10 MB; it is not read further\.",
    "laughing": r"The feed of 127\.0\.0\.1 declares entities in a DOCTYPE; it is refused\.",
}


def break_all(sites: dict[str, Site]) -> None:
    sites["missing"].serve("/feed", b"no such thing", 404)
    sites["failing"].serve("/feed", b"<h1>Traceback</h1>", 500)
    sites["hanging"].routes["/feed"] = hang
    sites["dying"].routes["/feed"] = die_in_a_chunk
    sites["malformed"].serve("/feed", b"<rss><channel><title>a</channel><<>>")
    sites["huge"].routes["/feed"] = endless_chunks
    sites["announced"].routes["/feed"] = announced
    sites["private"].serve("/feed", b"", 302, Location="http://10.0.0.1/feed")
    sites["packed"].routes["/feed"] = gzip_bomb
    sites["laughing"].serve("/feed", LAUGHS)


@pytest.fixture
def sites() -> Iterator[dict[str, Site]]:
    """A server for each source: those on one host wait for each other."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(serving()) for name in ("good", *BROKEN)}


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DIGEST_HOME": str(tmp_path / "home"),
        "DIGEST_FETCH_ALLOW": "127.0.0.0/8",
        "DIGEST_FETCH_DELAY": "0",
        "COLUMNS": "400",  # so that the report's lines are not folded
    }


@pytest.fixture
def db(env: dict[str, str]) -> Iterator[Database]:
    """The database that the command uses, for looking into it."""
    found = Database(load_settings(home=Path(env["DIGEST_HOME"])).database)
    schema.upgrade(found)
    yield found
    found.close()


def add_sources(db: Database, sites: dict[str, Site]) -> None:
    for name, site in sites.items():
        create_source(
            db,
            load_settings(),
            slug=name,
            url=site.url("/feed"),
            kind=SourceKind.FEED,
            now=datetime.now(UTC),
            actor="test",
        )


def digest(env: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*DIGEST, *words], env=env, capture_output=True, text=True, check=False)


def said(done: subprocess.CompletedProcess[str]) -> list[str]:
    """The lines on standard error."""
    return [line for line in done.stderr.splitlines() if line.strip()]


def sources(db: Database) -> dict[str, Source]:
    with db.read() as session:
        return {source.slug: source for source in all_sources(session)}


def briefs_by_source(db: Database) -> dict[str, int]:
    """How many briefs there are of each source; each address must be there once."""
    with db.read() as session:
        briefs = latest_briefs(session, 1000)
    assert len({brief.url for brief in briefs}) == len(briefs)
    names = [brief.source.slug for brief in briefs]
    return {name: names.count(name) for name in set(names)}


def test_each_broken_source_says_why_and_stops_no_other(env, db, sites):
    add_sources(db, sites)
    sites["good"].serve("/feed", feed("good"))
    break_all(sites)
    done = digest(env, "collect")
    assert done.returncode == 1
    assert said(done) == ["digest: 10 of 11 sources failed; the others were stored."]
    assert "Traceback" not in done.stdout
    assert briefs_by_source(db) == {"good": ITEMS}
    rows = sources(db)
    assert (rows["good"].error, rows["good"].failures) == (None, 0)
    for name, sentence in BROKEN.items():
        check_failed(rows[name], sentence)
        assert rows[name].error in done.stdout, "the report gives the reason, too"

    for name in BROKEN:
        sites[name].serve("/feed", feed(name))
    done = digest(env, "collect")
    assert (done.returncode, said(done)) == (0, [])
    assert briefs_by_source(db) == dict.fromkeys(("good", *BROKEN), ITEMS)
    for row in sources(db).values():
        assert (row.error, row.failures) == (None, 0)
        assert row.last_success_at is not None


def check_failed(row: Source, sentence: str) -> None:
    assert row.error is not None
    assert row.error.endswith(".")
    assert "\n" not in row.error
    assert re.match(sentence, row.error), row.error
    assert row.failures == 1
    assert row.last_success_at is None
    assert row.next_try_at > datetime.now(UTC)


SLOW_SOURCES = 12
PAGES = 6  # of each slow source


def slowly(body: bytes):
    def answer(handler) -> None:
        time.sleep(0.04)
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@pytest.fixture
def slow_sites() -> Iterator[dict[str, Site]]:
    """Feeds of summaries, each of whose pages takes a while."""
    with ExitStack() as stack:
        sites = {f"slow{n}": stack.enter_context(serving()) for n in range(SLOW_SOURCES)}
        for name, site in sites.items():
            site.serve("/robots.txt", b"")
            site.serve("/feed", rss(*(rss_item(f"/{name}/{n}") for n in range(PAGES))))
            for n in range(PAGES):
                site.routes[f"/{name}/{n}"] = slowly(article(f"{name} story {n}").encode())
        yield sites


# Requests answered before each kill. The first is more than eight threads need for a source each,
# so that some are stored by then, and fewer than all sources need.
KILLS = (70, 15, 5)


def test_collecting_that_is_killed_leaves_whole_sources_and_is_finished_later(
    env, db, slow_sites, tmp_path
):
    add_sources(db, slow_sites)
    for requests in KILLS:
        kill_after(requests, slow_sites, env, tmp_path / "log")
        assert set(briefs_by_source(db).values()) == {PAGES}, "half of a source was stored"

    done = digest(env, "collect")
    assert (done.returncode, said(done)) == (0, [])
    assert briefs_by_source(db) == dict.fromkeys(slow_sites, PAGES)
    again = json.loads(digest(env, "collect", "--json").stdout)
    assert [report["new"] + report["updated"] for report in again] == [0] * SLOW_SOURCES


def kill_after(requests: int, sites: dict[str, Site], env: dict[str, str], log: Path) -> None:
    """Collect, and kill -9 when the sites were asked so many times."""

    def asked() -> int:
        return sum(len(site.requests) for site in sites.values())

    goal = asked() + requests
    with log.open("ab") as file:
        process = subprocess.Popen([*DIGEST, "collect"], env=env, stdout=file, stderr=file)
    wait_until(lambda: asked() >= goal or process.poll() is not None, "collecting goes on")
    process.send_signal(signal.SIGKILL)
    process.wait()
