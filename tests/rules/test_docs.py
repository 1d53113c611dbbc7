"""The documents say what the code is: settings, states, tables, paths, links, tests."""

import re
import tomllib
from enum import StrEnum

import pytest

from digest.domain import states
from digest.domain.alarm import AlarmKind
from digest.settings import PREFIX, Settings
from digest.store import schema
from digest.web.api.route import API
from digest.web.api.routes import API_ROUTES
from tests.rules.documents import NAMES, ROOT, read, rows, section, ticked

ARCHITECTURE = "docs/architecture.md"
PATH = re.compile(r"(?:digest|workers|templates|tests|docs|bench)/[\w./-]*|\w+\.(?:yaml|toml|md)")
PICTURES = sorted((ROOT / "docs/images").glob("*.png"))
each_document = pytest.mark.parametrize("name", NAMES)


def plain(cell: str) -> str:
    return cell.strip("`* ")


def anchors(text: str) -> set[str]:
    """Where links into a document may point, as web pages of repositories make them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_document
def test_every_relative_link_leads_somewhere(name):
    folder = (ROOT / name).parent
    for target in re.findall(r"\]\(([^)\s]+)\)", read(name)):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        file = folder / path if path else ROOT / name
        assert file.exists(), target
        assert not anchor or anchor in anchors(file.read_text("utf-8")), target


@each_document
def test_every_path_that_is_named_exists(name):
    """As seen from the root, or from the document's own folder."""
    for word in ticked(read(name)):
        path, _, test = word.partition("::")
        if PATH.fullmatch(path) and not path.startswith("digest-demo"):
            assert (ROOT / path).exists(), word
        if test:
            assert f"\ndef {test}(" in read(path), f"there is no test {word}"


def test_every_setting_is_documented_and_no_other():
    documented = {plain(row[0]) for row in rows(read("docs/settings.md"))}
    assert documented == {PREFIX + name.upper() for name in Settings.model_fields}


def test_documented_defaults_are_the_real_ones():
    told = {plain(row[0]): row[1] for row in rows(read("docs/settings.md"))}
    for name, field in Settings.model_fields.items():
        if field.default not in (None, ""):
            assert plain(told[PREFIX + name.upper()]) == str(field.default), name


def test_every_setting_that_a_document_names_exists():
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in NAMES:
        for word in set(re.findall(rf"\b{PREFIX}[A-Z_]*[A-Z]\b", read(name))):
            assert word.removesuffix("_FILE") in known, f"{name}: {word}"


@pytest.mark.parametrize(
    ("noun", "moves"),
    [
        ("run", states.RUN_MOVES),
        ("edition", states.EDITION_MOVES),
        ("campaign", states.CAMPAIGN_MOVES),
    ],
)
def test_the_state_tables_are_those_of_the_code(noun, moves):
    told = {row[0]: set(row[1].split(", ")) - {"–"} for row in rows(_states_of(noun))}
    assert told == {old.value: {new.value for new in moves[old]} for old in moves}


def test_the_states_of_deliveries_are_those_of_the_code():
    told = {row[0]: row[1] for row in rows(_states_of("delivery"))}
    assert told == {
        state.value: "open" if state in states.OPEN_DELIVERY_STATES else "final"
        for state in states.DeliveryState
    }


def _states_of(noun: str) -> str:
    return section(read(ARCHITECTURE), "## States").split(f"**{noun}**")[1].split("\n**")[0]


def test_every_table_is_documented_with_its_writers():
    told = rows(section(read(ARCHITECTURE), "## Tables, and who writes them"))
    assert {plain(row[0]) for row in told} == set(schema.metadata.tables)
    for name, _, writers in told:
        for writer in ticked(writers):
            path = writer if "/" in writer else f"digest/actions/{writer}.py"
            assert (ROOT / path).is_file(), f"{name}: {writer}"


def test_every_import_contract_is_documented():
    project = tomllib.loads(read("pyproject.toml"))
    contracts = [contract["name"] for contract in project["tool"]["importlinter"]["contracts"]]
    told = [row[0] for row in rows(section(read(ARCHITECTURE), "## Imports"))]
    assert sorted(told) == sorted(contracts)


def test_where_to_put_a_new_thing_names_real_places():
    """Each row names a path, and each name in it stands in one of the row's files."""
    told = rows(section(read(ARCHITECTURE), "## Where to put a new thing"))
    assert len(told) >= 15
    for thing, place in told:
        words = ticked(place)
        paths = [word for word in words if PATH.fullmatch(word)]
        assert paths, thing
        assert all((ROOT / path).exists() for path in paths), place
        texts = [read(path) for path in paths if (ROOT / path).is_file()]
        for word in words:
            if word.isidentifier():
                assert any(re.search(rf"\b{word}\b", text) for text in texts), f"{thing}: {word}"


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("leaving", "digest/web/templates/leave.html"),
        ("teasers", "digest/store/lists.py"),
        ("retry", "digest/deliver/replies.py"),
        ("key points", "digest/collect/extract/label_words.py"),
        ("webhook", "digest/feedback/webhooks/providers.py"),
    ],
)
def test_what_newcomers_change_first_is_found_by_its_own_words(words, place):
    told = rows(section(read(ARCHITECTURE), "## Where to put a new thing"))
    found = [path for thing, where in told if words in thing + where for path in ticked(where)]
    assert place in found


def test_the_words_of_the_glossary_are_those_of_the_code():
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "digest").rglob("*.py"))
    glossary = section(read("README.md"), "## The words")
    words = re.findall(r"\*\*(\w+)\*\*", glossary)
    assert len(words) == len(set(words)) >= 15
    missing = [word for word in words if not re.search(rf"^class {word}\b", code, re.MULTILINE)]
    assert not missing


def test_the_streams_of_the_glossary_are_those_of_the_code():
    assert _told(section(read("README.md"), "## The words"), "Stream") == _values(states.Stream)


def _told(glossary: str, word: str) -> list[str]:
    return next(ticked(meaning) for name, meaning in rows(glossary) if plain(name) == word)


def _values(kind: type[StrEnum]) -> list[str]:
    return [member.value for member in kind]


def test_every_promise_names_a_test():
    promises = rows(section(read("README.md"), "## What it promises"))
    threats = rows(read("docs/threats.md"))
    assert len(promises) >= 10
    assert len(threats) >= 10
    assert all("::test_" in row[-1] for row in (*promises, *threats))


def test_decisions_are_numbered_and_say_what_was_given_up():
    names = sorted(path.name for path in (ROOT / "docs/adr").glob("*.md"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    for number, name in enumerate(names, 1):
        text = read(f"docs/adr/{name}")
        assert text.startswith(f"# {number}. ")
        assert all(f"**{part}.**" in text for part in ("Decided", "Why", "Given up")), name


def test_every_kind_of_alarm_has_a_runbook_and_there_is_no_other():
    told = re.findall(r"^### (.+)$", section(read("docs/operations.md"), "## Alarms"), re.MULTILINE)
    assert sorted(told) == sorted(kind.value for kind in AlarmKind)


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.name)
def test_each_picture_is_small_enough_to_look_at(path):
    picture = path.read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 400_000


def test_the_changelog_says_what_is_unreleased():
    assert section(read("CHANGELOG.md"), "## Unreleased").strip()


def test_every_route_of_the_api_is_documented_with_its_role():
    told = {plain(row[0]): row[1:] for row in rows(section(read("docs/api.md"), "## Routes"))}
    listed = {f"{one.method} {one.path.removeprefix(API)}": one for one in API_ROUTES}
    assert told.keys() == listed.keys()
    for name, route in listed.items():
        role, what = told[name]
        assert role == route.guard.value + (", on all lists" if route.whole else ""), name
        assert what.endswith("needs a key") == (route.answer is not None), name
