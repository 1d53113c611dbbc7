"""How well bounces and complaints are read: ``python -m bench.bounces [FOLDER LABELS]``.

Side by side with ``flufl.bounce``: recipients exactly right, class right, soft called hard, hard
called soft, complaints seen, and exceptions on damaged copies (cut short, bits flipped, a piece
lost). LABELS is tab-separated with a header: file, recipient, alt_recipient, class, reason, status,
reply, confidence (rows that are not ``ok`` are left out of class scores). Without arguments it
measures the project's own corpus. ``--wrong`` names the mails that came out wrong.
"""

import argparse
import csv
import json
import logging
import random
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.table import Table

from digest.domain.feedback import FeedbackClass
from digest.feedback.mailboxes import mails_in
from digest.feedback.parse import parse

CORPUS = Path(__file__).parents[1] / "tests" / "corpus" / "bounces"
DAMAGED = 3  # copies of each mail

Found = dict[str, str]  # address to class
Reader = Callable[[bytes], Found]


@dataclass(frozen=True)
class Truth:
    """What a mail says of one recipient, who may go by either address."""

    address: str
    other: str
    kind: str
    sure: bool


@dataclass
class Score:
    """Counts of one reader over all mails."""

    mails: int = 0
    recipients: int = 0
    extra: int = 0  # mails with an address that is nobody's
    classed: dict[str, int] = field(default_factory=dict)  # "soft as hard"
    complaints: int = 0
    true_complaints: int = 0
    quiet_hard: int = 0  # mails that are no bounce and were called hard
    quiet: int = 0
    raised: int = 0
    damaged: int = 0
    slowest: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def share(self, said: str, true: str) -> str:
        of = sum(n for key, n in self.classed.items() if key.startswith(f"{true} as "))
        count = self.classed.get(f"{true} as {said}", 0)
        return f"{count}/{of} ({100 * count / max(of, 1):.1f} %)"


def ours(data: bytes) -> Found:
    """Every mail in the file, since some hold several."""
    return {
        (one.address or "").lower(): one.kind.value
        for mail in mails_in(data)
        for one in parse(mail).findings
    }


def flufl(data: bytes) -> Found:
    from flufl.bounce import all_failures

    temporary, permanent = all_failures(message_from_bytes(data))
    said = {one.decode("ascii", "replace").lower(): "soft" for one in temporary}
    return said | {one.decode("ascii", "replace").lower(): "hard" for one in permanent}


def labelled(folder: Path, labels: Path) -> Iterator[tuple[str, bytes, list[Truth]]]:
    """Each file, its bytes and what it truly says."""
    truths: dict[str, list[Truth]] = {}
    with labels.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            addresses = row["recipient"].lower(), (row["alt_recipient"] or "").lower()
            truth = Truth(*addresses, row["class"], row["confidence"] == "ok")
            truths.setdefault(row["file"], []).append(truth)
    for name, rows in sorted(truths.items()):
        yield name, (folder / name).read_bytes(), rows


def own_corpus() -> Iterator[tuple[str, bytes, list[Truth]]]:
    for expected in sorted(CORPUS.glob("*.json")):
        read = json.loads(expected.read_text(encoding="utf-8"))
        rows = [
            Truth((one["address"] or "").lower(), "", one["class"], sure=True)
            for one in read["recipients"]
        ]
        yield expected.stem, expected.with_suffix(".eml").read_bytes(), rows


def measure(read: Reader, name: str, data: bytes, rows: list[Truth], score: Score) -> None:
    """Add one mail and its damaged copies to a score."""
    began = perf_counter()
    found = read(data)
    score.slowest = max(score.slowest, perf_counter() - began)
    _recipients(name, found, rows, score)
    _classes(name, found, rows, score)
    for copy in damaged(name, data):
        score.damaged += 1
        try:
            read(copy)
        except Exception:  # noqa: BLE001 - counted: this is what is measured
            score.raised += 1


def _recipients(name: str, found: Found, rows: list[Truth], score: Score) -> None:
    named = {address for address in found if address}
    wanted = {(row.address, row.other) for row in rows if row.address}
    hit = all(named & {address, other} for address, other in wanted)
    known = {one for pair in wanted for one in pair}
    score.mails += 1
    score.extra += bool(wanted) and bool(named - known)
    score.recipients += hit and len(named) == len(wanted)
    if not hit or len(named) != len(wanted):
        score.wrong.append(f"recipients of {name}: {sorted(named)}")


def _classes(name: str, found: Found, rows: list[Truth], score: Score) -> None:
    kinds = {row.kind for row in rows}
    if kinds == {FeedbackClass.OTHER.value}:
        score.quiet += 1
        score.quiet_hard += FeedbackClass.HARD.value in found.values()
    if FeedbackClass.COMPLAINT.value in kinds:
        score.true_complaints += 1
        score.complaints += FeedbackClass.COMPLAINT.value in found.values()
    for row in rows:
        said = found.get(row.address) or found.get(row.other)
        if row.sure and said and row.kind in ("hard", "soft"):
            key = f"{row.kind} as {said}"
            score.classed[key] = score.classed.get(key, 0) + 1
            if said != row.kind:
                score.wrong.append(f"class of {name}: {key}")


def damaged(name: str, data: bytes) -> Iterator[bytes]:
    """Copies that went wrong on their way; the same ones at each run."""
    dice = random.Random(name)
    yield data[: dice.randrange(1, len(data))]
    flipped = bytearray(data)
    for _ in range(max(8, len(data) // 200)):
        flipped[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    yield bytes(flipped)
    at = dice.randrange(len(data))
    yield data[:at] + data[at + 200 :]


def show(console: Console, scores: dict[str, Score]) -> None:
    table = Table("", *scores)
    rows: dict[str, Callable[[Score], str]] = {
        "recipients exactly right": lambda s: _of(s.recipients, s.mails),
        "an address too many": lambda s: _of(s.extra, s.mails),
        "class right": lambda s: _of(
            s.classed.get("hard as hard", 0) + s.classed.get("soft as soft", 0),
            sum(s.classed.values()),
        ),
        "soft called hard": lambda s: s.share("hard", "soft"),
        "hard called soft": lambda s: s.share("soft", "hard"),
        "complaints seen": lambda s: _of(s.complaints, s.true_complaints),
        "no bounce, called hard": lambda s: _of(s.quiet_hard, s.quiet),
        "exceptions on damaged copies": lambda s: _of(s.raised, s.damaged),
        "slowest mail": lambda s: f"{s.slowest * 1000:.0f} ms",
    }
    for label, cell in rows.items():
        table.add_row(label, *(cell(score) for score in scores.values()))
    console.print(table)


def _of(count: int, total: int) -> str:
    return f"{count}/{total} ({100 * count / max(total, 1):.1f} %)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("labels", nargs="?", type=Path)
    parser.add_argument("--wrong", action="store_true")
    options = parser.parse_args()
    folder, labels = options.folder, options.labels
    cases = list(labelled(folder, labels) if folder and labels else own_corpus())
    readers: dict[str, Reader] = {"digest": ours, "flufl.bounce": flufl}
    scores = {name: Score() for name in readers}
    warnings.simplefilter("ignore")
    logging.disable()  # flufl.bounce tells of each detector that failed
    for name, data, rows in cases:
        for reader, read in readers.items():
            measure(read, name, data, rows, scores[reader])
    console = Console()
    show(console, scores)
    for line in scores["digest"].wrong if options.wrong else ():
        console.print(f"  {line}", markup=False, highlight=False)


if __name__ == "__main__":
    main()
