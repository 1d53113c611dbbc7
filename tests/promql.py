"""Alert rules of Prometheus, evaluated on real scrapes, as far as ``deploy/alerts.yaml`` needs.

Of PromQL: selectors with ``=`` and ``=~``, ``absent``, ``min``, ``max``, ``sum``, ``increase`` over
a range, comparison with a number, ``and``, ``unless``, ``or``. Anything else is a ``SyntaxError``.
``increase`` adds up what a counter grew, minding resets, and does not extrapolate.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

Labels = frozenset[tuple[str, str]]
Vector = dict[Labels, float]
Evaluate = Callable[["Scrapes", float], Vector]

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<word>[a-zA-Z_:][a-zA-Z0-9_:]*)|(?P<text>\"[^\"]*\")"
    r"|(?P<range>\[\d+[smh]\])|(?P<sign>=~|==|!=|>=|<=|[(){},=<>]))"
)
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


@dataclass
class Scrapes:
    """What one target answered, and when (seconds). What the last answer lacks is stale."""

    samples: list[tuple[float, dict[str, Vector]]] = field(default_factory=list)

    def add(self, at: float, text: str) -> None:
        """Keep an answer; an empty text is a target that did not answer."""
        found: dict[str, Vector] = {}
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                labels = frozenset(sample.labels.items())
                found.setdefault(sample.name, {})[labels] = sample.value
        self.samples.append((at, found))

    def now(self, name: str) -> Vector:
        return self.samples[-1][1].get(name, {}) if self.samples else {}

    def within(self, name: str, after: float) -> dict[Labels, list[float]]:
        series: dict[Labels, list[float]] = {}
        for at, found in self.samples:
            if at >= after:
                for labels, value in found.get(name, {}).items():
                    series.setdefault(labels, []).append(value)
        return series


@dataclass
class Rule:
    """One alert and since when each of its label sets has held."""

    name: str
    seconds: float
    evaluate: Evaluate
    since: dict[Labels, float] = field(default_factory=dict)

    def firing(self, scrapes: Scrapes, at: float) -> list[Labels]:
        held = self.evaluate(scrapes, at)
        self.since = {labels: self.since.get(labels, at) for labels in held}
        return [labels for labels, began in self.since.items() if at - began >= self.seconds]


def read_rules(document: Mapping[str, Any]) -> list[Rule]:
    """The rules of a parsed rules file."""
    found = [rule for group in document["groups"] for rule in group["rules"]]
    return [Rule(one["alert"], seconds(one.get("for", "0s")), parse(one["expr"])) for one in found]


def seconds(text: str) -> float:
    """``2m`` in seconds."""
    return int(text[:-1]) * _SECONDS[text[-1]]


def parse(text: str) -> Evaluate:
    """The expression as a function of scrapes and a time."""
    tokens, at = [], 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if found is None:
            raise SyntaxError(f"not understood: {text[at:]!r}")
        tokens.append(found[found.lastgroup or 0])
        at = found.end()
    reader = _Reader(tokens)
    expression = reader.alternatives()
    if reader.tokens:
        raise SyntaxError(f"not understood: {' '.join(reader.tokens)}")
    return expression


class _Reader:
    """Reads an expression by recursive descent, the loosest binding first."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self.tokens = list(tokens)

    def alternatives(self) -> Evaluate:
        left = self._together()
        while self._take("or"):
            left = _either(left, self._together())
        return left

    def _together(self) -> Evaluate:
        left = self._compared()
        while self.tokens and self.tokens[0] in ("and", "unless"):
            wants = self.tokens.pop(0) == "and"
            left = _only(left, self._compared(), wants=wants)
        return left

    def _compared(self) -> Evaluate:
        left = self._term()
        if self.tokens and self.tokens[0] in _COMPARE:
            sign, number = self.tokens.pop(0), float(self.tokens.pop(0))
            return _where(left, sign, number)
        return left

    def _term(self) -> Evaluate:
        if self._take("("):
            inner = self.alternatives()
            self._expect(")")
            return inner
        name = self.tokens.pop(0)
        if self._take("("):
            inner = self._increase() if name == "increase" else _called(name, self.alternatives())
            self._expect(")")
            return inner
        chosen = self._selector()
        return lambda scrapes, _: {k: v for k, v in scrapes.now(name).items() if chosen(k)}

    def _increase(self) -> Evaluate:
        name = self.tokens.pop(0)
        chosen, span = self._selector(), seconds(self.tokens.pop(0).strip("[]"))
        return lambda scrapes, at: {
            labels: sum(max(0.0, b - a) if b >= a else b for a, b in pairwise(values))
            for labels, values in scrapes.within(name, at - span).items()
            if chosen(labels) and len(values) > 1
        }

    def _selector(self) -> Callable[[Labels], bool]:
        wanted: list[tuple[str, re.Pattern[str]]] = []
        if self._take("{"):
            while not self._take("}"):
                label, sign, value = (self.tokens.pop(0) for _ in range(3))
                if sign not in ("=", "=~"):
                    raise SyntaxError(f"not understood: {label}{sign}")
                text = value.strip('"')
                wanted.append((label, re.compile(text if sign == "=~" else re.escape(text))))
                self._take(",")
        return lambda labels: all(
            pattern.fullmatch(dict(labels).get(label, "")) for label, pattern in wanted
        )

    def _take(self, token: str) -> bool:
        if self.tokens and self.tokens[0] == token:
            self.tokens.pop(0)
            return True
        return False

    def _expect(self, token: str) -> None:
        if not self._take(token):
            raise SyntaxError(f"{token} is missing before {' '.join(self.tokens)!r}")


def _called(name: str, inner: Evaluate) -> Evaluate:
    if name == "absent":
        return lambda scrapes, at: {} if inner(scrapes, at) else {frozenset(): 1.0}
    fold = {"min": min, "max": max, "sum": sum}.get(name)
    if fold is None:
        raise SyntaxError(f"{name}() is not understood")
    return lambda scrapes, at: (
        {frozenset(): float(fold(found.values()))} if (found := inner(scrapes, at)) else {}
    )


def _where(left: Evaluate, sign: str, number: float) -> Evaluate:
    holds = _COMPARE[sign]
    return lambda scrapes, at: {k: v for k, v in left(scrapes, at).items() if holds(v, number)}


def _only(left: Evaluate, right: Evaluate, *, wants: bool) -> Evaluate:
    """What stands on the right, too (``and``), or does not (``unless``), by equal labels."""

    def evaluate(scrapes: Scrapes, at: float) -> Vector:
        others = right(scrapes, at)
        return {k: v for k, v in left(scrapes, at).items() if (k in others) is wants}

    return evaluate


def _either(left: Evaluate, right: Evaluate) -> Evaluate:
    return lambda scrapes, at: right(scrapes, at) | left(scrapes, at)
