"""Whatever a server does, a fetch ends in time and in bounds, with one clear sentence."""

import gzip
import socket
import subprocess
import sys
import threading
import time
import zlib

import brotli
import pytest

from digest.domain.errors import DigestError, Permanent, Transient
from tests.integration.fetch.bombs import (
    announced,
    brotli_bomb,
    deflate_bomb,
    empty_blocks,
    endless_chunks,
    endless_identity,
    gzip_bomb,
    tiny_chunks,
)

LONG = 30  # seconds that a hanging server takes, and no fetch waits for
SOON = 6  # seconds within which a fetch has ended that may take half a second: machines are busy


def failure(fetcher, url: str, kind: type[DigestError], **options) -> str:
    """The sentence that the fetch failed with."""
    with pytest.raises(kind) as caught:
        fetcher.get(url, **options)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "127.0.0.1" in sentence
    return sentence


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Permanent),
        (401, Permanent),
        (403, Permanent),
        (404, Permanent),
        (410, Permanent),
        (408, Transient),
        (425, Transient),
        (429, Transient),
        (500, Transient),
        (502, Transient),
        (503, Transient),
        (599, Transient),
    ],
)
def test_a_refusing_status_says_whether_to_try_again(site, fetcher, status, kind):
    site.serve("/feed", b"no", status)
    assert f"answered {status}" in failure(fetcher, site.url("/feed"), kind)


@pytest.mark.parametrize("value", ["120", "Sun, 22 Nov 2026 10:02:00 GMT"])
def test_the_time_that_a_server_names_is_passed_on_and_kept(site, fetcher, value):
    def busy(handler):
        handler.send_response_only(429)
        handler.send_header("Date", "Sun, 22 Nov 2026 10:00:00 GMT")
        handler.send_header("Retry-After", value)
        handler.end_headers()

    site.routes["/feed"] = busy
    with pytest.raises(Transient) as caught:
        fetcher.get(site.url("/feed"))
    assert caught.value.retry_after == 120
    with pytest.raises(Transient, match=r"left alone for 1[12][0-9] s more") as again:
        fetcher.get(site.url("/other"))
    assert again.value.retry_after == pytest.approx(120, abs=2)
    assert site.paths() == ["/feed"]


def test_a_server_that_never_answers_is_given_up(site, fetcher_with):
    site.routes["/feed"] = lambda handler: time.sleep(LONG)
    started = time.monotonic()
    assert "in time" in failure(fetcher_with(read=0.3), site.url("/feed"), Transient)
    assert time.monotonic() - started < SOON


def test_a_body_that_drips_is_cut_at_the_total_time(site, fetcher_with):
    def drip(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(LONG * 10):
            handler.wfile.write(b"x")
            time.sleep(0.1)

    site.routes["/feed"] = drip
    started = time.monotonic()
    assert "in time" in failure(fetcher_with(total=0.6), site.url("/feed"), Transient)
    assert time.monotonic() - started < SOON


def test_headers_that_drip_are_cut_at_the_total_time(site, fetcher_with):
    def drip(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(LONG * 10):
            handler.wfile.write(b"X: y\r\n")
            handler.wfile.flush()
            time.sleep(0.1)

    site.routes["/feed"] = drip
    started = time.monotonic()
    assert "in time" in failure(fetcher_with(total=0.6), site.url("/feed"), Transient)
    assert time.monotonic() - started < SOON


def test_a_look_up_that_hangs_is_cut_at_the_total_time(fetcher_with):
    def hang(host, port):
        time.sleep(LONG)
        return ["127.0.0.1"]

    started = time.monotonic()
    with pytest.raises(Transient, match=r"slow\.example was not looked up"):
        fetcher_with(resolve=hang, total=0.3).get("http://slow.example/")
    assert time.monotonic() - started < SOON


def test_an_unknown_name_is_said_to_be_unknown(fetcher_with):
    def nothing(host, port):
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(Transient, match=r"nowhere\.example was not found"):
        fetcher_with(resolve=nothing).get("http://nowhere.example/")


def test_a_closed_port_is_said_to_be_unreachable(fetcher):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    assert "refused" in failure(fetcher, f"http://127.0.0.1:{port}/", Transient)


def test_a_server_without_tls_is_said_to_have_none(site, fetcher):
    url = site.url("/").replace("http:", "https:")
    assert "no secure connection" in failure(fetcher, url, Transient)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\x00\x01\x02\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"SSH-2.0-OpenSSH_9\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000 + b"\r\n",
    ],
)
def test_what_is_no_whole_answer_is_not_taken(site, fetcher, said):
    site.routes["/feed"] = lambda handler: handler.wfile.write(said)
    assert "broke off" in failure(fetcher, site.url("/feed"), Transient)


def test_endless_continues_are_cut_at_the_total_time(site, fetcher_with):
    def go_on(handler):
        while True:
            handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)

    site.routes["/feed"] = go_on
    started = time.monotonic()
    assert "in time" in failure(fetcher_with(total=0.5), site.url("/feed"), Transient)
    assert time.monotonic() - started < SOON


@pytest.mark.parametrize(
    "bomb",
    [
        endless_chunks,
        endless_identity,
        announced,
        gzip_bomb,
        deflate_bomb,
        brotli_bomb,
        empty_blocks,
    ],
)
def test_a_body_beyond_the_limit_is_not_read_further(site, fetcher, bomb):
    site.routes["/feed"] = bomb
    started = time.thread_time()  # ours alone: the server is busy in threads of its own
    assert "more than 10 MB" in failure(fetcher, site.url("/feed"), Permanent)
    assert time.thread_time() - started < 1


# In a process of its own, because the peak of this one has long been higher; and by VmHWM, because
# ru_maxrss starts at the peak of the parent.
MEASURED_FETCH = """
import re, sys
from pathlib import Path
from digest.domain.errors import Permanent
from tests.integration.fetch.server import make_fetcher
fetcher = make_fetcher()
status = Path("/proc/self/status")
peak = lambda: int(re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text())[1]) * 1024
before = peak()
try:
    print(len(fetcher.get(sys.argv[1]).body), peak() - before)
except Permanent:
    print(-1, peak() - before)
"""


@pytest.mark.parametrize(
    ("answer", "length"),
    [(gzip_bomb, -1), (brotli_bomb, -1), (endless_chunks, -1), (tiny_chunks, 200_000)],
)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_bomb_costs_less_than_fifty_megabytes(site, answer, length):
    site.routes["/feed"] = answer
    command = [sys.executable, "-c", MEASURED_FETCH, site.url("/feed")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    got, growth = map(int, said.split())
    assert got == length
    assert growth < 50 * 1024 * 1024, growth


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip, br", "deflate,gzip"])
def test_nested_encodings_are_refused(site, fetcher, encoding):
    site.serve("/feed", gzip.compress(gzip.compress(b"x")), Content_Encoding=encoding)
    assert "more than once" in failure(fetcher, site.url("/feed"), Permanent)


def test_an_encoding_that_nobody_asked_for_is_refused(site, fetcher):
    site.serve("/feed", b"x", Content_Encoding="zstd")
    assert "'zstd'" in failure(fetcher, site.url("/feed"), Permanent)


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate"])
def test_what_can_not_be_unpacked_is_refused(site, fetcher, encoding):
    site.serve("/feed", b"\xff\xffplain text, not packed", Content_Encoding=encoding)
    assert "can't be unpacked" in failure(fetcher, site.url("/feed"), Permanent)


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("gzip", gzip.compress), ("br", brotli.compress), ("deflate", zlib.compress)],
)
def test_a_packed_body_that_breaks_off_is_not_taken(site, fetcher, encoding, pack):
    whole = pack(bytes(range(256)) * 100)
    site.serve("/feed", whole[: len(whole) // 2], Content_Encoding=encoding)
    assert "broke off" in failure(fetcher, site.url("/feed"), Transient)


def test_a_gzip_body_of_countless_members_is_refused(site, fetcher):
    site.serve("/feed", gzip.compress(b"") * 20_000, Content_Encoding="gzip")
    started = time.thread_time()
    assert "can't be unpacked" in failure(fetcher, site.url("/feed"), Permanent)
    assert time.thread_time() - started < 0.2


def test_a_server_that_dies_does_not_hold_up_others(site, fetcher_with):
    """Two hosts, one hanging: the other one's turn comes at once."""
    fetcher = fetcher_with(allow="127.0.0.0/8", read=LONG, resolve=lambda *_: ["127.0.0.1"])
    is_over = threading.Event()
    site.routes["/hang"] = lambda handler: is_over.wait(LONG)
    site.serve("/feed", b"x")
    outcome: list[str] = []

    def hang() -> None:
        try:
            fetcher.get(site.url("/hang", "slow.example"))
        except Transient as error:
            outcome.append(str(error))

    thread = threading.Thread(target=hang)
    thread.start()
    while not site.requests:
        time.sleep(0.005)
    assert fetcher.get(site.url("/feed", "quick.example")).body == b"x"
    assert not outcome
    is_over.set()
    thread.join()
    assert outcome
