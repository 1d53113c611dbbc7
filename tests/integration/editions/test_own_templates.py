"""A list's own templates are kept, frozen with what is approved, given up, and watched."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from digest.actions.approve_edition import approve_edition
from digest.actions.build_edition import build_edition
from digest.actions.list_templates import drop_templates, save_templates, template_sources
from digest.actions.preview_edition import preview_edition
from digest.cli.template_folder import read_folder, server, write_folder
from digest.domain.errors import Illegal
from digest.settings import Settings
from digest.store.engine import Database
from tests.builders import NOW
from tests.integration.editions.newsroom import a_newsroom, publish

SUBJECT = {"edition/subject.txt": "Harbour news: {{ subject }}"}


def save(db: Database, files: dict[str, str] = SUBJECT):
    return save_templates(db, "daily", files, now=NOW, actor="ana")


def test_own_templates_are_used_for_drafts_and_frozen_with_what_is_approved(
    db: Database, settings: Settings
) -> None:
    a_newsroom(db)
    publish(db, 1, title="Ferries halt")
    edition_id = build_edition(db, "daily", now=NOW, actor="ana").edition_id
    assert preview_edition(db, settings, edition_id).subject == "Ferries halt"
    assert save(db) == ()
    assert preview_edition(db, settings, edition_id).subject == "Harbour news: Ferries halt"
    approve_edition(db, settings, edition_id, now=NOW, actor="ana")
    drop_templates(db, "daily", now=NOW, actor="ana")
    assert preview_edition(db, settings, edition_id).subject == "Harbour news: Ferries halt"
    assert "Harbour" not in template_sources(db, "daily")["edition/subject.txt"]


def test_what_cannot_be_filled_is_refused_and_the_list_keeps_what_it_had(db: Database) -> None:
    a_newsroom(db)
    save(db)
    with pytest.raises(Illegal, match=r"edition/subject.txt, line 1"):
        save(db, {"edition/subject.txt": "{{ nope }}"})
    assert template_sources(db, "daily")["edition/subject.txt"].startswith("Harbour news")


def test_a_folder_is_written_once_and_read_again(db: Database, tmp_path: Path) -> None:
    a_newsroom(db)
    folder = tmp_path / "mine"
    write_folder(folder, template_sources(db, "daily"))
    assert read_folder(folder) == template_sources(db, "daily")
    with pytest.raises(Illegal, match="there already"):
        write_folder(folder, template_sources(db, "daily"))
    with pytest.raises(Illegal, match="is no folder"):
        read_folder(tmp_path / "nowhere")
    (folder / "broken.txt").write_bytes(b"\xff")
    with pytest.raises(Illegal, match="UTF-8"):
        read_folder(folder)


@contextmanager
def watched(folder: Path, page) -> Iterator[str]:
    with server(folder, page, 0) as serving:
        thread = threading.Thread(target=serving.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_address[1]}"
        serving.shutdown()


def read(url: str) -> str:
    with urlopen(url, timeout=20) as answer:
        return answer.read().decode()


def test_a_watched_folder_shows_each_change_and_what_is_wrong(tmp_path: Path) -> None:
    source = tmp_path / "body.html"
    source.write_text("<p>one</p></body>", "utf-8")

    def page(sources) -> tuple[str, str]:
        if "broken" in sources["body.html"]:
            raise Illegal("body.html, line 1, is <broken>.")
        return sources["body.html"], "slow" if "two" in sources["body.html"] else ""

    with watched(tmp_path, page) as url:
        version = read(f"{url}/version")
        assert "<p>one</p>" in read(url)
        assert read(f"{url}/version") == version
        source.write_text("<p>two</p></body>", "utf-8")
        assert read(f"{url}/version") != version
        assert ">slow</p>" in read(url)
        source.write_text("broken", "utf-8")
        assert "body.html, line 1, is &lt;broken&gt;." in read(url)
