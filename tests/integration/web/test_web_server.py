"""The pages behind the real server: what it logs, and what it says of itself."""

import gc
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from digest.domain.counting import link_key
from digest.domain.states import EditionState, SubscriptionState
from digest.log import configure_logging
from digest.store.base import adapter_of, make_adapters
from digest.store.links import keep_links, sums_of
from digest.web.serve import web_server
from tests.servers import free_port, wait_until

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@contextmanager
def serving(db, settings) -> Iterator[str]:
    port = free_port()
    server = web_server(db, settings, "127.0.0.1", port)
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_until(lambda: server.started, "the web server starts")
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def address(db, settings) -> Iterator[str]:
    with serving(db, settings) as address:
        yield address


def test_no_log_line_contains_a_token(world, address, capsys):
    root = logging.getLogger()
    kept = root.handlers[:], root.level
    try:
        configure_logging("json", "INFO")
        logging.getLogger("httpx").setLevel(logging.WARNING)
        path = f"{address}/u/{world.token}"
        with httpx.Client() as client:
            pages = [client.get(path), client.get(path + "/"), client.get(path + "?a=b")]
            pages.append(client.post(path, data={"List-Unsubscribe": "One-Click"}))
            pages.append(client.post(path, content=b"x" * 100_000))
    finally:
        root.handlers[:] = kept[0]
        root.setLevel(kept[1])
    said = capsys.readouterr()
    assert [page.status_code for page in pages] == [200, 404, 200, 200, 413]
    assert world.token not in said.out + said.err
    assert world.place().state is SubscriptionState.UNSUBSCRIBED


def test_the_server_does_not_say_what_it_is_nor_whom_to_trust(world, address):
    answer = httpx.get(f"{address}/healthz", headers={"X-Forwarded-For": "6.6.6.6"})
    assert answer.text == "ok\n"
    assert "server" not in answer.headers
    assert "set-cookie" not in answer.headers


def test_who_stops_the_server_loses_no_click(db, settings, world):
    edition_id, target = world.editions[EditionState.SENT], "https://ledger.example/ferries"
    with db.begin() as session:
        keep_links(session, edition_id, [target])
    with serving(db, settings) as address:
        path = f"/l/{world.tokens.link(edition_id, link_key(target))}"
        answer = httpx.get(address + path, headers={"User-Agent": "Mozilla/5.0 (X11)"})
        assert answer.headers["location"] == target
    with db.read() as session:
        assert sums_of(session, [edition_id]) == {edition_id: (1, 0)}


def test_no_request_waits_for_what_all_need(db, settings):
    """Nor for the garbage collector, which would look through it again and again."""
    gc.unfreeze()
    adapter_of.cache_clear()
    web_server(db, settings, "127.0.0.1", 0)
    made = adapter_of.cache_info().misses
    assert made > 10
    make_adapters()
    assert adapter_of.cache_info().misses == made
    assert len(gc.get_objects()) < gc.get_freeze_count() / 100
