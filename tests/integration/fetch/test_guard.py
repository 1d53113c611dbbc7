"""No request reaches a private address, by whatever way the URL, DNS or a redirect points there."""

import socket
import threading

import pytest

from digest.domain.errors import DigestError, Permanent, Transient

PUBLIC = "93.184.215.14"
PRIVATE = [
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254",
    "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.168.1.1", "198.18.0.1", "224.0.0.1",
    "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "fc00::1", "fd12:3456::1",
    "fe80::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "2002:7f00:1::", "2002:808:808::1",
    "2001::1", "2001:db8::1", "fec0::1", "100::1",
]  # fmt: skip


@pytest.fixture
def no_connection(monkeypatch):
    """Notes every attempt to connect, and lets none succeed."""
    attempts: list[object] = []

    def refuse(address, *args, **kwargs):
        attempts.append(address)
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(socket, "create_connection", refuse)
    return attempts


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_refused_as_a_host(fetcher_with, no_connection, address):
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(Permanent, match="not on the public internet"):
        fetcher_with(allow="").get(f"http://{host}/")
    assert no_connection == []


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_refused_behind_a_name(fetcher_with, no_connection, address):
    fetcher = fetcher_with(allow="", resolve=lambda host, port: [PUBLIC, address])
    with pytest.raises(Permanent, match=r"news\.example is refused"):
        fetcher.get("https://news.example/")
    assert no_connection == []


@pytest.mark.parametrize(
    "host",
    [
        "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "127.1", "127.0.1",
        "0x7f.0x0.0x0.0x1", "127.0.0.1.", "127.0.0.01", "0", "0x", "1.2.3.4.5", "999.1.1.1",
        "①②⑦.⓪.⓪.①", "127。0。0。1", "news.example.1",
    ],
)  # fmt: skip
def test_a_host_in_an_odd_notation_is_refused(fetcher_with, no_connection, host):
    with pytest.raises(Permanent):
        fetcher_with(allow="").get(f"http://{host}/")
    assert no_connection == []


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/hostname", "ftp://news.example/", "gopher://news.example/", "unix:/run/x.sock",
        "http+unix://%2Frun%2Fx.sock/", "data:text/html,x", "javascript:alert(1)",
        "//news.example/", "news.example", "", "http://", "http:///path", "http://[::1",
        "http://[fe80::1%25eth0]/", "http://user@news.example/", "http://user:pass@news.example/",
        "http://news.example@127.0.0.1/", "http://news.example\\@127.0.0.1/",
        "http://news.example\t/", "http://news.example/\r\nHost: x", "http://news.example/a b",
        "http://news.example:0/", "http://news.example:x/", "http://news.example:99999/",
        "http://-news-.example/", "http://new_s..example/", "http://" + "a" * 64 + ".example/",
        "http://news.example/" + "a" * 5000, "http://%31%32%37.0.0.1/", "http://news.example%00/",
    ],
)  # fmt: skip
def test_a_url_that_is_not_plain_is_refused(fetcher_with, no_connection, url):
    fetcher = fetcher_with(allow="", resolve=lambda host, port: [PUBLIC])
    with pytest.raises(Permanent) as caught:
        fetcher.get(url)
    assert "pass" not in str(caught.value)
    assert str(caught.value).endswith(".")
    assert no_connection == []


@pytest.mark.parametrize("port", [22, 25, 6379, 8080])
def test_other_ports_than_those_of_the_web_are_refused(fetcher_with, no_connection, port):
    fetcher = fetcher_with(allow="", resolve=lambda host, port: [PUBLIC])
    with pytest.raises(Permanent, match=f"on port {port}"):
        fetcher.get(f"http://news.example:{port}/")
    assert no_connection == []


def test_the_connection_goes_to_the_address_that_was_checked(fetcher_with, no_connection):
    """DNS that answers differently the second time is never asked a second time."""
    answers = iter([[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]])
    fetcher = fetcher_with(allow="", resolve=lambda host, port: next(answers))
    with pytest.raises(Transient):
        fetcher.get("http://rebind.example/")
    assert no_connection == [(PUBLIC, 80)]


def test_each_hop_is_looked_up_and_checked_again(site, fetcher_with):
    """The name leads to the allowed server first, and elsewhere at the redirect."""
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    fetcher = fetcher_with(resolve=lambda host, port: next(answers))
    site.serve("/feed", status=302, Location="/other")
    with pytest.raises(Permanent, match=r"127\.0\.0\.2 is not on the public internet"):
        fetcher.get(site.url("/feed", "rebind.example"))
    assert site.paths() == ["/feed"]


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.2/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/",
        "http://[::ffff:127.0.0.1]/", "http://2130706434/", "http://0x7f000002/", "//10.0.0.1/",
        "file:///etc/hostname", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "http://u:p@127.0.0.1/",
        "http://[::1",
    ],
)  # fmt: skip
def test_a_redirect_to_what_is_refused_is_refused(site, fetcher, location):
    site.serve("/feed", status=302, Location=location)
    with pytest.raises(Permanent) as caught:
        fetcher.get(site.url("/feed"))
    assert str(caught.value).endswith(".")
    assert site.paths() == ["/feed"]


def test_a_redirect_loop_ends_after_five(site, fetcher):
    site.serve("/feed", status=301, Location="/feed")
    with pytest.raises(Permanent, match="redirects more than 5 times"):
        fetcher.get(site.url("/feed"))
    assert len(site.requests) == 6


def test_five_redirects_are_followed(site, fetcher):
    for number, status in enumerate((301, 302, 303, 307, 308)):
        site.serve(f"/{number}", status=status, Location=f"{number + 1}")
    site.serve("/5", b"here")
    response = fetcher.get(site.url("/0"))
    assert (response.body, response.url) == (b"here", site.url("/5"))


def test_a_proxy_of_the_environment_is_ignored(site, fetcher, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.2:9")
    site.serve("/feed", b"x")
    assert fetcher.get(site.url("/feed")).body == b"x"


def test_cookies_are_not_kept(site, fetcher):
    site.serve("/feed", b"x", Set_Cookie="id=1; Path=/")
    fetcher.get(site.url("/feed"))
    fetcher.get(site.url("/feed"))
    assert all("cookie" not in headers for _, headers, _ in site.requests)


def test_the_name_is_sent_although_the_address_is_pinned(site, fetcher_with):
    fetcher = fetcher_with(resolve=lambda host, port: ["127.0.0.1"])
    site.serve("/feed", b"x")
    fetcher.get(site.url("/feed", "Bücher.example"))
    assert site.requests[0][1]["host"] == f"xn--bcher-kva.example:{site.port}"


def test_the_second_address_is_tried_when_the_first_is_dead(site, fetcher_with):
    fetcher = fetcher_with(
        allow="127.0.0.0/8", resolve=lambda host, port: ["127.0.0.9", "127.0.0.1"]
    )
    site.serve("/feed", b"x")
    assert fetcher.get(site.url("/feed", "news.example")).body == b"x"


def test_every_refusal_is_an_error_of_ours_in_threads_too(fetcher_with):
    fetcher = fetcher_with(allow="", resolve=lambda host, port: ["10.0.0.1"])
    caught: list[DigestError] = []

    def fetch() -> None:
        try:
            fetcher.get("http://news.example/")
        except DigestError as error:
            caught.append(error)

    threads = [threading.Thread(target=fetch) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(caught) == 8
