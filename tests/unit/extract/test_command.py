"""``digest extract`` as programs and people call it."""

import json

import pytest
import typer
from typer.testing import CliRunner

from digest.cli.extract import extract
from digest.domain.errors import Illegal, NotFound

PAGE = (
    "<html lang=en><body><main><h1>Nale Closes Its Quay</h1><h2>Key points</h2><ul>"
    "<li>The council of Nale closed its quay [red] to freight.</li><li>Insurers raise rates now and"
    " again.</li></ul><p>The council of Nale closed its quay to heavy freight on Monday.</p>"
    "<p>Read also: <a href=/2>A Toll on the Strait</a></p></main></body></html>"
)


@pytest.fixture
def run():
    app = typer.Typer()
    app.command()(extract)
    return lambda *given, **more: CliRunner().invoke(app, list(given), **more)


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(PAGE, encoding="utf-8")
    return str(path)


def test_json_has_exactly_the_fields_that_were_promised(run, page):
    done = run(page, "--base-url", "https://quay.example/1", "--json")
    read = json.loads(done.stdout)
    assert list(read) == [
        "title", "url", "published", "author", "language", "bluf", "body", "related",
    ]  # fmt: skip
    assert read["url"] == "https://quay.example/1"
    assert read["related"] == [
        {"title": "A Toll on the Strait", "url": "https://quay.example/2", "teaser": ""}
    ]


def test_several_pages_give_a_line_each(run, page):
    lines = run(page, page, "--json").stdout.splitlines()
    assert [json.loads(line)["title"] for line in lines] == ["Nale Closes Its Quay"] * 2


def test_standard_input_is_read(run):
    assert json.loads(run("-", "--json", input=PAGE.encode()).stdout)["bluf"]


def test_people_see_the_points_and_signs_are_not_taken_for_colours(run, page):
    assert "• The council of Nale closed its quay [red] to freight." in run(page).stdout


def test_explain_shows_scores_and_reasons(run, page):
    shown = run(page, "--explain").stdout
    assert "chosen" in shown
    assert "an unmistakable label stands above" in shown


def test_explain_as_json_gives_the_candidates(run, page):
    candidates = json.loads(run(page, "--explain", "--json").stdout)["candidates"]
    assert [one["chosen"] for one in candidates] == [True]


def test_a_missing_file_is_told_in_one_sentence(run, tmp_path):
    error = run(str(tmp_path / "none.html")).exception
    assert isinstance(error, NotFound)
    assert "There is no file" in str(error)


def test_a_folder_is_told_in_one_sentence(run, tmp_path):
    assert isinstance(run(str(tmp_path)).exception, Illegal)
