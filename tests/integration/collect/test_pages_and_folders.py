"""Single pages, pages of links, and captured pages on this machine."""

import os
from datetime import UTC, datetime

import pytest

from digest.domain.errors import Permanent
from digest.domain.states import SourceKind
from tests.integration.collect.newsroom import BULLETS, PARAGRAPHS, article


def test_a_page_is_a_brief(site, collect):
    site.serve("/a", article(head="<link rel=canonical href='http://thief.example/'>").encode())
    found = collect(SourceKind.PAGE, site.url("/a"))
    (brief,) = found.briefs
    assert (brief.guid, brief.url) == (site.url("/a"), site.url("/a"))
    assert (brief.bluf, brief.body) == (BULLETS, PARAGRAPHS)
    assert collect(SourceKind.PAGE, site.url("/a"), last=found).not_modified


def test_an_empty_page_is_skipped_with_its_reason(site, collect):
    site.serve("/a", b"<html><head><title>Nothing</title></head><body></body></html>")
    found = collect(SourceKind.PAGE, site.url("/a"))
    assert found.briefs == ()
    assert len(found.skipped) == 1


INDEX = """
<html><body><nav><a href="/menu">All of our many topics</a></nav>
<main><a href="/1?utm_source=x">Lindmouth opens its quay</a> <a href="/2#c">A second long link</a>
<a href="/1">Lindmouth opens its quay</a> <a href="/short">Read more</a>
<a href="http://other.example/3">Another site has this story</a>
<a href="mailto:a@orrin.example">Write to the whole newsroom</a></main>
<footer><a href="/terms">Terms and conditions of use</a></footer></body></html>
"""


def test_an_index_leads_to_its_briefs_once(site, collect):
    site.serve("/", INDEX.encode())
    site.serve("/1", article("Lindmouth Opens a Quay at Last").encode())
    found = collect(SourceKind.INDEX, site.url("/"))
    assert [(brief.url, brief.title) for brief in found.briefs] == [
        (site.url("/1"), "Lindmouth Opens a Quay at Last")
    ]
    assert [remark.what for remark in found.skipped] == [site.url("/2")]
    assert site.paths() == ["/robots.txt", "/", "/1", "/2"]


def test_an_index_does_not_read_known_pages_again(site, collect):
    site.serve("/", INDEX.encode())
    collect(SourceKind.INDEX, site.url("/"), known={site.url("/1"), site.url("/2")})
    assert site.paths() == ["/robots.txt", "/"]


@pytest.mark.parametrize(
    "menu",
    [
        "<header><a href='/desk'>Every desk of ours</a></header>",
        "<div role=banner><a href='/desk'>Every desk of ours</a></div>",
        "<div class=top><a href='/'>The Orrin Coast Courier</a></div>",
        "<div class=top><a href='/?utm_source=logo#top'>The Orrin Coast Courier</a></div>",
        "<main><p><a href='/'>The Orrin Coast Courier</a> of today</p></main>",
    ],
)
def test_a_sites_name_and_menus_are_no_briefs(site, collect, menu):
    site.serve("/news/", f"<html><body>{menu}<p>No story today</p></body></html>".encode())
    site.serve("/", article("The Orrin Coast Courier").encode())
    site.serve("/desk", article("Every desk of ours").encode())
    assert collect(SourceKind.INDEX, site.url("/news/")).briefs == ()
    assert site.paths() == ["/robots.txt", "/news/"]


def test_a_header_inside_a_story_holds_its_headline(site, collect):
    story = "<article><header><h2><a href='/1'>Lindmouth opens its quay</a></h2></header></article>"
    site.serve("/news/", f"<html><body>{story}</body></html>".encode())
    site.serve("/1", article().encode())
    (brief,) = collect(SourceKind.INDEX, site.url("/news/")).briefs
    assert brief.url == site.url("/1")


SECTION = "<meta property='article:section' content='Ports &amp; Trade'>"


def test_a_pages_section_is_its_category(site, collect, tmp_path):
    site.serve("/", INDEX.encode())
    site.serve("/1", article(head=SECTION).encode())
    (tmp_path / "a.html").write_text(article(head=SECTION))
    for kind, url in (
        (SourceKind.INDEX, site.url("/")),
        (SourceKind.PAGE, site.url("/1")),
        (SourceKind.FOLDER, str(tmp_path / "a.html")),
    ):
        (brief,) = collect(kind, url).briefs
        assert brief.categories == ("Ports & Trade",)


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "captured"
    root.mkdir()
    (root / "a.html").write_text(article("First page"))
    (root / "b.md").write_text("# Second page\n\n" + "\n\n".join(PARAGRAPHS))
    (root / "c.txt").write_text("Third page\n\n" + "\n\n".join(PARAGRAPHS))
    (root / "d.pdf").write_text("not read")
    (root / ".hidden.html").write_text(article("Hidden"))
    for number, name in enumerate(["c.txt", "b.md", "a.html"]):
        os.utime(root / name, (1_700_000_000 + number,) * 2)
    return root


def test_a_folder_gives_its_pages_newest_first(folder, collect):
    found = collect(SourceKind.FOLDER, str(folder))
    assert [brief.title for brief in found.briefs] == ["First page", "Second page", "Third page"]
    assert [brief.guid for brief in found.briefs] == ["file:a.html", "file:b.md", "file:c.txt"]
    assert found.briefs[0].bluf == BULLETS
    assert found.briefs[2].published == datetime.fromtimestamp(1_700_000_000, UTC)
    assert collect(SourceKind.FOLDER, str(folder), last=found).not_modified
    (folder / "e.txt").write_text("Fourth page\n\n" + "\n\n".join(PARAGRAPHS))
    assert not collect(SourceKind.FOLDER, folder.as_uri(), last=found).not_modified


def test_one_file_is_a_source_too(folder, collect):
    (brief,) = collect(
        SourceKind.FOLDER, str(folder / "a.html"), base_url="https://orrin.example/briefs/"
    ).briefs
    assert brief.url == "https://orrin.example/briefs/a.html"


def test_links_out_of_a_folder_are_not_followed(folder, tmp_path, collect):
    (tmp_path / "secret.txt").write_text("Secret\n\n" + "\n\n".join(PARAGRAPHS))
    (folder / "x.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "y.txt").symlink_to(folder / "y.txt")
    (folder / "deep").symlink_to(tmp_path, target_is_directory=True)
    os.mkfifo(folder / "z.txt")
    found = collect(SourceKind.FOLDER, str(folder))
    assert {remark.what: remark.reason for remark in found.skipped} == {
        "x.txt": "It is a link that leads out of the folder.",
        "y.txt": "The file can't be read.",
        "z.txt": "It is not a file.",
    }
    assert len(found.briefs) == 3


def test_a_folder_that_is_not_there_is_said_to_be_missing(collect):
    with pytest.raises(Permanent, match="There is no file or folder"):
        collect(SourceKind.FOLDER, "/nowhere/at/all")
