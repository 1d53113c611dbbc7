"""Counted links: they lead where the edition says and nowhere else, and only sums are kept."""

import pytest
from lxml.html import document_fromstring

from digest.actions.follow_link import write_hits
from digest.actions.preview_edition import preview_edition
from digest.actions.schedule_campaign import schedule_campaign
from digest.actions.start_campaign import start_campaign
from digest.actions.view_edition import how_counted
from digest.clock import utc_now
from digest.domain.counting import Counting, link_key
from digest.domain.ids import uuid7
from digest.domain.states import EditionState
from digest.render.counted import count_in
from digest.render.inline import inline
from digest.render.links import safe_url
from digest.store.editions import find_edition
from digest.store.engine import StoreUnavailable
from digest.store.links import OPENS, hits_of, keep_links, links_of, sums_of
from digest.tokens import Tokens
from tests.integration.web.conftest import freeze

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
OURS = "https://news.example"
PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Mobile Safari"}
TARGET = "https://ledger.example/ferries"


@pytest.fixture
def edition_id(world, settings):
    """An approved edition of a list that counts clicks and opens."""
    with world.db.begin() as session:
        edition = find_edition(session, world.editions[EditionState.APPROVED])
        freeze(session, settings, edition, counting=Counting.OPENS)
        return edition.id


@pytest.fixture
def begun(world, settings, edition_id):
    """The same, once its campaign has begun."""
    now = utc_now()
    campaign = schedule_campaign(world.db, edition_id, due_at=now, now=now, actor="test")
    start_campaign(world.db, settings, campaign, now)
    return edition_id


def click_path(world, edition_id, target: str = TARGET) -> str:
    return f"/l/{world.tokens.link(edition_id, link_key(target))}"


def counts(web, world, edition_id) -> dict[int, int]:
    web.portal.call(web.app.state.site.clicks.write_all)
    with world.db.read() as session:
        return {key: n for (key, _), n in hits_of(session, edition_id).items()}


def test_a_click_leads_on_and_is_counted(web, world, begun):
    answer = web.get(click_path(world, begun), headers=PHONE)
    assert (answer.status_code, answer.headers["location"]) == (302, TARGET)
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    assert counts(web, world, begun) == {link_key(TARGET): 1}


def test_what_is_kept_is_sums_and_nothing_of_whoever_clicked(web, world, begun):
    before = world.everything()
    for n in range(3):
        headers = PHONE | {"X-Forwarded-For": f"192.0.2.{n}", "User-Agent": f"Mozilla/5.0 ({n})"}
        web.get(click_path(world, begun), headers=headers)
    assert counts(web, world, begun) == {link_key(TARGET): 3}
    after = world.everything()
    assert {name for name in after if after[name] != before[name]} == {"link_day"}
    assert len(after["link_day"]) == 1


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", PHONE),
        ("GET", {"User-Agent": "Mozilla/5.0 (compatible; GatewayBot/1.0)"}),
        ("GET", PHONE | {"Sec-GPC": "1"}),
    ],
)
def test_machines_and_who_does_not_want_it_get_there_uncounted(web, world, begun, method, headers):
    answer = web.request(method, click_path(world, begun), headers=headers)
    assert answer.headers["location"] == TARGET
    assert counts(web, world, begun) == {}


def test_opens_are_counted_by_a_picture_once_the_edition_is_out(web, world, begun):
    path = f"/o/{world.tokens.picture(begun)}"
    answer = web.get(path, headers=PHONE)
    assert answer.headers["content-type"] == "image/gif"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.content.startswith(b"GIF89a")
    assert web.head(path, headers=PHONE).status_code == 200
    assert counts(web, world, begun) == {OPENS: 1}
    with world.db.read() as session:
        assert sums_of(session, [begun]) == {begun: (0, 1)}


def test_links_of_what_is_not_out_lead_on_and_count_nothing(web, world, edition_id):
    path = click_path(world, edition_id)
    assert web.get(path, headers=PHONE).headers["location"] == TARGET
    web.get(f"/o/{world.tokens.picture(edition_id)}", headers=PHONE)
    assert counts(web, world, edition_id) == {}


def test_forged_and_swapped_addresses_lead_nowhere(web, world, begun):
    token = world.tokens.link(begun, link_key(TARGET))
    others = [
        "x" + token[1:],
        token[:-1],
        token + "A",
        world.tokens.edition(begun),
        world.tokens.picture(begun),
        world.token,
        Tokens(b"another secret" * 4).link(begun, link_key(TARGET)),
        "//evil.example",
        "%5C%5Cevil.example",
        "https:%2F%2Fevil.example",
        "javascript:alert(1)",
        f"{token}%0d%0aLocation:%20https://evil.example",
        f"{token}?to=https://evil.example&url=//evil.example",
    ]
    for forged in others[:-1]:
        answer = web.get(f"/l/{forged}", headers=PHONE)
        assert (answer.status_code, answer.headers.get("location")) == (404, None), forged
    assert web.get(f"/l/{others[-1]}", headers=PHONE).headers["location"] == TARGET
    assert web.get(f"/o/{token}", headers=PHONE).status_code == 404
    assert web.get(f"/u/{token}").status_code == 404


@pytest.mark.parametrize("which", ["gone", "changed"])
def test_a_link_that_nobody_knows_any_more_says_so(web, world, begun, which):
    edition = uuid7() if which == "gone" else begun
    answer = web.get(click_path(world, edition, "https://ledger.example/no-more"), headers=PHONE)
    assert answer.status_code == 410
    assert "location" not in answer.headers
    assert "no longer known" in answer.text


def test_what_is_sent_is_what_was_previewed_and_the_page_in_the_browser_counts_nothing(
    db, settings, web, world, begun
):
    rendition = preview_edition(db, settings, begun)
    path = click_path(world, begun)
    assert rendition.html.count(f'href="{OURS}{path}"') >= 1
    assert TARGET not in rendition.html
    assert TARGET in rendition.text
    assert "/l/" not in rendition.text
    with db.read() as session:
        assert [one.url for one in links_of(session, begun)] == list(rendition.targets)
    page = web.get(f"/e/{world.tokens.edition(begun)}").text
    assert "/l/" not in page
    assert "/o/" not in page
    assert TARGET in page


def test_a_list_that_counts_nothing_has_plain_links_and_no_rows(db, settings, web, world):
    edition_id = world.editions[EditionState.APPROVED]
    now = utc_now()
    campaign = schedule_campaign(db, edition_id, due_at=now, now=now, actor="test")
    start_campaign(db, settings, campaign, now)
    rendition = preview_edition(db, settings, edition_id)
    assert (rendition.targets, "/l/" in rendition.html) == ((), False)
    assert world.everything()["edition_link"] == []


def test_counts_add_up_and_those_of_an_edition_that_is_gone_are_dropped(db, world, begun):
    day = utc_now().date()
    hits = {(begun, 5, day): 2, (begun, OPENS, day): 3, (uuid7(), 5, day): 9}
    for _ in range(2):
        assert len(list(write_hits(db, hits))) == 3
    with db.read() as session:
        assert hits_of(session, begun) == {(5, day): 4, (OPENS, day): 6}
        assert sums_of(session, [begun]) == {begun: (4, 6)}


def test_counts_wait_while_the_database_is_away(web, world, begun, monkeypatch):
    web.get(click_path(world, begun), headers=PHONE)

    def refuse(*_):
        raise StoreUnavailable("away")

    with monkeypatch.context() as away:
        away.setattr("digest.actions.follow_link.add_hits", refuse)
        assert counts(web, world, begun) == {}
    assert counts(web, world, begun) == {link_key(TARGET): 1}


def addresses() -> list[str]:
    """500 addresses that a careless redirect would change."""
    hosts = [
        "ledger.example",
        "bücher.example",
        "日本.example",
        "a.b-c.example:8443",
        "[2001:db8::1]",
    ]
    paths = [
        "",
        "/",
        "/a%2Fb",
        "/a b",
        "/ü/ß",
        "/~x;v=1",
        "/(a)'!*,",
        "/%E2%82%AC",
        "/a//b",
        "/a/../b",
    ]
    rests = [
        "",
        "?a=1&b=2&copy=3",
        "?q=%26%3D+x&r=a%20b",
        "?u=https://other.example/?x=1",
        "#part",
        "?a#b?c#d",
        "#:~:text=a%2Cb",
        "?a[]=1&a[]=2",
        "?=",
        "?utm_source=brief&é=ü",
    ]
    return [f"https://{h}{p}{r}" for h in hosts for p in paths for r in rests]


def test_five_hundred_addresses_come_back_from_their_round_trip_unchanged(
    db, settings, web, world, begun
):
    wanted = [safe_url(url) for url in addresses()]
    assert len(set(wanted)) == 500
    rows = "".join(f'<p><a href="{url.replace("&", "&amp;")}">On</a></p>' for url in wanted)
    counted = how_counted(settings, begun, Counting.CLICKS)
    html, targets = count_in(inline(f"<html><body>{rows}</body></html>"), counted)
    assert list(targets) == wanted
    with db.begin() as session:
        keep_links(session, begun, targets)
    hrefs = document_fromstring(html).xpath("//a/@href")
    assert len(hrefs) == 500
    for href, url in zip(hrefs, wanted, strict=True):
        assert web.get(href.removeprefix(OURS), headers=PHONE).headers["location"] == url
