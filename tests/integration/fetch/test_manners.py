"""What we say of ourselves, how often we come, and what we leave alone."""

import gzip
import itertools
import threading
import time
import zlib

import brotli
import pytest

from digest.domain.errors import Permanent, Transient


def test_a_request_says_who_we_are(site, fetcher):
    site.serve("/feed", b"x")
    fetcher.get(site.url("/feed"), accept="text/html")
    headers = site.requests[0][1]
    assert headers["user-agent"].startswith("bluf-digest/")
    assert "(+https://digest.example)" in headers["user-agent"]
    assert headers["accept"] == "text/html"
    assert headers["accept-encoding"] == "gzip, br, deflate"


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("br", brotli.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda body: zlib.compress(body)[2:-4]),
        ("identity", bytes),
        ("gzip", lambda body: gzip.compress(body[:9]) + gzip.compress(body[9:]) + b"\0\0"),
    ],
)
def test_each_encoding_is_decoded(site, fetcher, encoding, pack):
    body = bytes(range(256)) * 2000
    site.serve("/feed", pack(body), Content_Encoding=encoding)
    assert fetcher.get(site.url("/feed")).body == body


def test_an_empty_packed_body_is_empty(site, fetcher):
    site.serve("/feed", b"", Content_Encoding="gzip")
    assert fetcher.get(site.url("/feed")).body == b""


def test_an_answer_is_read_with_its_headers(site, fetcher):
    site.serve(
        "/feed",
        b"x",
        Content_Type='Text/HTML; Charset="ISO-8859-1"',
        ETag='W/"1"',
        Last_Modified="Sun, 22 Nov 2026 10:00:00 GMT",
    )
    response = fetcher.get(site.url("/feed"))
    assert (response.content_type, response.charset) == ("text/html", "iso-8859-1")
    assert (response.etag, response.last_modified) == ('W/"1"', "Sun, 22 Nov 2026 10:00:00 GMT")
    assert (response.status, response.not_modified) == (200, False)


def test_what_did_not_change_is_not_sent_again(site, fetcher):
    def answer(handler):
        handler.send_response(304 if handler.headers["If-None-Match"] == '"1"' else 200)
        handler.send_header("ETag", '"1"')
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    site.routes["/feed"] = answer
    response = fetcher.get(site.url("/feed"), etag='"1"', last_modified="yesterday")
    assert response.not_modified
    assert site.requests[0][1]["if-modified-since"] == "yesterday"
    assert not fetcher.get(site.url("/feed"), etag='"2"').not_modified


def test_one_host_gets_one_request_at_a_time_with_a_pause_between(site, fetcher_with):
    fetcher = fetcher_with(delay=0.15)
    running, most = [0], [0]

    def answer(handler):
        running[0] += 1
        most[0] = max(most[0], running[0])
        time.sleep(0.02)
        running[0] -= 1
        handler.send_response(200)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    site.routes["/feed"] = answer
    threads = [threading.Thread(target=fetcher.get, args=(site.url("/feed"),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times = sorted(at for _, _, at in site.requests)
    assert most == [1]
    assert len(times) == 4
    assert all(later - earlier >= 0.15 for earlier, later in itertools.pairwise(times))


def test_a_queue_that_is_too_long_is_not_waited_for(site, fetcher_with):
    fetcher = fetcher_with(queue=0.2)
    is_over = threading.Event()
    site.routes["/slow"] = lambda handler: is_over.wait(30)

    def get_slowly() -> None:
        with pytest.raises(Transient):
            fetcher.get(site.url("/slow"))

    thread = threading.Thread(target=get_slowly)
    thread.start()
    while not site.requests:
        time.sleep(0.005)
    with pytest.raises(Transient, match="busy with other requests"):
        fetcher.get(site.url("/feed"))
    is_over.set()
    thread.join()


def test_robots_txt_is_asked_once_and_obeyed(site, fetcher):
    site.serve("/robots.txt", b"User-agent: *\nDisallow: /private\n")
    site.serve("/page", b"x")
    site.serve("/private/page", b"x")
    assert fetcher.get(site.url("/page"), robots=True).body == b"x"
    with pytest.raises(Permanent, match=r"forbids /private/page in its robots\.txt"):
        fetcher.get(site.url("/private/page"), robots=True)
    assert fetcher.get(site.url("/private/page")).body == b"x"
    assert site.paths() == ["/robots.txt", "/page", "/private/page"]


def test_a_redirect_into_what_robots_txt_forbids_is_not_followed(site, fetcher):
    site.serve("/robots.txt", b"User-agent: bluf-digest\nDisallow: /private\n")
    site.serve("/page", status=302, Location="/private/page")
    with pytest.raises(Permanent, match=r"robots\.txt"):
        fetcher.get(site.url("/page"), robots=True)
    assert site.paths() == ["/robots.txt", "/page"]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_without_a_robots_txt_all_is_allowed(site, fetcher, status):
    site.serve("/robots.txt", b"User-agent: *\nDisallow: /", status)
    site.serve("/page", b"x")
    assert fetcher.get(site.url("/page"), robots=True).body == b"x"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_while_robots_txt_fails_pages_wait(site, fetcher, status):
    site.serve("/robots.txt", b"", status)
    site.serve("/page", b"x")
    for _ in range(2):
        with pytest.raises(Transient, match=r"did not give its robots\.txt"):
            fetcher.get(site.url("/page"), robots=True)
    assert site.paths() == ["/robots.txt"]


def test_what_goes_wrong_after_a_redirect_names_both_hosts(site, fetcher_with):
    fetcher = fetcher_with(allow="127.0.0.0/8", resolve=lambda *_: ["127.0.0.1"])
    site.serve("/feed", b"", 301, Location=site.url("/new", "new.example"))
    site.serve("/new", b"", 503, Retry_After="90")
    url = site.url("/feed", "old.example")
    with pytest.raises(Transient, match=r"^new\.example answered 503"):
        fetcher.get(url)
    with pytest.raises(Transient, match=r"^Redirected by old\.example, new\.example") as caught:
        fetcher.get(url)
    assert caught.value.retry_after == pytest.approx(90, abs=2)
