"""Every invented page of the corpus comes out exactly, and generated pages do."""

import json
from pathlib import Path

import pytest

from bench.extract import generated_cases, measure
from digest.cli.extract import as_json
from digest.collect.extract import extract

CORPUS = Path(__file__).parents[2] / "corpus" / "extract"
EXPECTED = sorted(CORPUS.glob("*.json"))


def page_of(expected: Path) -> Path:
    return next(one for one in CORPUS.glob(f"{expected.stem}.*") if one.suffix != ".json")


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: path.stem)
def test_a_page_of_the_corpus_comes_out_exactly(expected):
    true = json.loads(expected.read_text(encoding="utf-8"))
    got = as_json(extract(page_of(expected).read_bytes(), url=true["url"]))
    assert got == true


def test_the_corpus_is_large_and_a_third_of_it_are_traps():
    traps = [one for one in EXPECTED if "trap" in one.stem]
    assert len(EXPECTED) >= 48
    assert len(traps) * 3 >= len(EXPECTED)
    assert {one.stem.split("_")[0] for one in EXPECTED} == {"tune", "held"}


@pytest.mark.parametrize("held_out", [False, True], ids=["tuning", "held out"])
def test_generated_pages_keep_precision_and_recall(held_out):
    scores, _ = measure(list(generated_cases(150, held_out=held_out)))
    for score in scores.values():
        assert score.precision >= 0.99
        assert score.recall >= 0.99


def test_a_seed_always_generates_the_same_page():
    assert list(generated_cases(5, held_out=True)) == list(generated_cases(5, held_out=True))
