"""How well key points, bodies and related stories are found: ``python -m bench.extract``.

Prints precision and recall on pages that nobody tuned on: the held-out half of the corpus and
held-out seeds of the generator, whose labels differ from those of the tuning seeds. ``--tune``
measures the other half, ``--wrong`` names the pages that came out wrong.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.pages import Truth, generate
from digest.collect.extract import extract
from digest.domain.brief import Extracted

CORPUS = Path(__file__).parents[1] / "tests" / "corpus" / "extract"
FIELDS = ("title", "bullets", "body", "related", "teasers")


@dataclass
class Score:
    """Counts of one field over all pages."""

    right: int = 0
    found: int = 0
    true: int = 0
    exact: int = 0  # pages where the field came out exactly, order included
    pages: int = 0

    def add(self, found: list[str], true: list[str]) -> bool:
        left = list(true)
        for one in found:
            if one in left:
                left.remove(one)
                self.right += 1
        self.found += len(found)
        self.true += len(true)
        self.exact += found == true
        self.pages += 1
        return found == true

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.true if self.true else 1.0


@dataclass(frozen=True)
class Case:
    """A page, its address and what it says."""

    name: str
    document: bytes | str
    url: str | None
    truth: Truth


def corpus_cases(part: str) -> Iterator[Case]:
    """The invented pages whose names begin with ``part``: "tune" or "held_out"."""
    for expected in sorted(CORPUS.glob(f"{part}_*.json")):
        read = json.loads(expected.read_text(encoding="utf-8"))
        page = next(one for one in CORPUS.glob(f"{expected.stem}.*") if one.suffix != ".json")
        related = [(one["title"], one["teaser"]) for one in read["related"]]
        truth = Truth(read["title"], read["bluf"], read["body"], related)
        yield Case(expected.stem, page.read_bytes(), read["url"], truth)


def generated_cases(count: int, *, held_out: bool) -> Iterator[Case]:
    """``count`` pages of the generator."""
    for seed in range(count):
        page = generate(seed, held_out=held_out)
        yield Case(page.name, page.document, None, page.truth)


def measure(cases: list[Case]) -> tuple[dict[str, Score], list[str]]:
    """Scores by field, and the names of fields and pages that came out wrong."""
    scores = {name: Score() for name in FIELDS}
    wrong = []
    for case in track(cases, "Extracting", console=Console(stderr=True), transient=True):
        got, true = _fields(extract(case.document, url=case.url)), _true_fields(case.truth)
        wrong += [
            f"{name}: {case.name}" for name in FIELDS if not scores[name].add(got[name], true[name])
        ]
    return scores, wrong


def _fields(got: Extracted) -> dict[str, list[str]]:
    titles = [one.title for one in got.related]
    teasers = [f"{one.title} / {one.teaser}" for one in got.related if one.teaser]
    values = ([got.title] if got.title else [], list(got.bluf), list(got.body), titles, teasers)
    return dict(zip(FIELDS, values, strict=True))


def _true_fields(truth: Truth) -> dict[str, list[str]]:
    titles = [title for title, _ in truth.related]
    teasers = [f"{title} / {teaser}" for title, teaser in truth.related if teaser]
    values = ([truth.title] if truth.title else [], truth.bluf, truth.body, titles, teasers)
    return dict(zip(FIELDS, values, strict=True))


def _show(console: Console, name: str, cases: list[Case], *, wrong: bool) -> None:
    started = monotonic()
    scores, failures = measure(cases)
    each = (monotonic() - started) / max(1, len(cases))
    table = Table(title=f"{name}: {len(cases)} pages, {each * 1000:.1f} ms each")
    for heading in ("field", "precision", "recall", "pages exact"):
        table.add_column(heading, justify="left" if heading == "field" else "right")
    for field, score in scores.items():
        exact = f"{score.exact}/{score.pages}"
        table.add_row(field, f"{score.precision:.4f}", f"{score.recall:.4f}", exact)
    console.print(table)
    for failure in failures if wrong else ():
        console.print(f"  wrong {failure}", markup=False, highlight=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tune", action="store_true", help="measure the tuning half instead")
    parser.add_argument("--wrong", action="store_true", help="name the pages that came out wrong")
    parser.add_argument("--pages", type=int, default=400, help="how many pages to generate")
    given = parser.parse_args()
    part = "tune" if given.tune else "held_out"
    console = Console()
    _show(console, f"Corpus, {part}", list(corpus_cases(part)), wrong=given.wrong)
    pages = list(generated_cases(given.pages, held_out=not given.tune))
    _show(console, f"Generated, {part}", pages, wrong=given.wrong)


if __name__ == "__main__":
    main()
