"""The documents as a site: whole, without a warning, and with nothing fetched from elsewhere."""

import os
import re
import subprocess
import sys

import pytest

from tests.rules.documents import NAMES, ROOT


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder


def page_of(name: str) -> str:
    return name.removeprefix("docs/").replace("README", "index").replace(".md", ".html")


def test_each_document_is_a_page_and_stands_in_the_menu(site):
    menu = (site / "index.html").read_text("utf-8")
    for name in NAMES:
        assert (site / page_of(name)).is_file(), name
        assert f'href="{page_of(name)}"' in menu, name
    assert not list(site.rglob("*.py"))


def test_no_page_fetches_anything_from_elsewhere(site):
    for page in site.rglob("*.html"):
        fetched = re.findall(
            r'<(?:script|img|link|iframe)[^>]*(?:src|href)="(https?:[^"]+)"',
            page.read_text("utf-8"),
        )
        assert not fetched, page.name
