"""Makes the documents a site: hooks of mkdocs.yml.

The README and its neighbours become pages, decisions and documents that mkdocs.yml does not name
are put into the menu, and links lead to pages where there are any.
"""

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
OUTSIDE = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s#]+)(#[^)\s]*)?\)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put into the menu what nobody has to list by hand."""
    menu: list[Any] = config.nav or []
    named = set(re.findall(r"[\w/-]+\.md", str(menu)))
    others = sorted(path.name for path in (ROOT / "docs").glob("*.md") if path.name not in named)
    decisions = sorted(f"adr/{path.name}" for path in (ROOT / "docs/adr").glob("*.md"))
    (last,) = menu[-1].values()
    last += [*others, {"Decisions": ["adr/index.md", *decisions]}]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are no files in docs/."""
    pages = {name: (ROOT / name).read_text("utf-8") for name in OUTSIDE}
    for uri, text in {**pages, "adr/index.md": _decisions()}.items():
        files.append(File.generated(config, uri, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Let links lead to where their files are on the site."""
    return _LINK.sub(lambda link: _led(link, page.file.src_uri), markdown)


def _decisions() -> str:
    titles = {
        path.name: path.read_text("utf-8").splitlines()[0].removeprefix("# ")
        for path in sorted((ROOT / "docs/adr").glob("*.md"))
    }
    lines = [f"- [{title}]({name})" for name, title in titles.items()]
    return "\n".join(["# Decisions", "", *lines, ""])


def _led(link: re.Match[str], uri: str) -> str:
    """The link as it has to be on the page ``uri``; its words alone where it leaves the site."""
    mark, words, target, anchor = link[1], link[2], link[3], link[4] or ""
    if re.match(r"\w+:", target):
        return link[0]
    home = uri if uri in OUTSIDE else f"docs/{uri}"
    file = posixpath.normpath(posixpath.join(posixpath.dirname(home), target))
    if file == "docs/adr":
        file = "docs/adr/index.md"
    if not file.startswith("docs/") and file not in OUTSIDE:
        return words
    there = posixpath.relpath(file.removeprefix("docs/"), posixpath.dirname(uri) or ".")
    return f"{mark}[{words}]({there}{anchor})"
