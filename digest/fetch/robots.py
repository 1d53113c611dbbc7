"""robots.txt by RFC 9309: what a site asks crawlers to leave alone."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

MAX_SIZE = 500 * 1024  # bytes read (RFC 9309, section 2.5)
MAX_RULES = 5_000

_TOKEN = re.compile(r"[A-Za-z_-]+")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")


@dataclass(frozen=True, slots=True)
class Rule:
    """One line: a path pattern with ``*`` for anything and a final ``$`` for the end."""

    pattern: str
    allows: bool


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules that apply to one crawler; none means that everything is allowed."""

    rules: tuple[Rule, ...] = ()

    def allows(self, path: str) -> bool:
        """The longest matching pattern decides, and of two equally long ones the one that allows
        (section 2.2.2); ``path`` holds the query.
        """
        if path == "/robots.txt":
            return True
        path = _normal(path)
        best = max(
            ((len(rule.pattern), rule.allows) for rule in self.rules if _matches(rule, path)),
            default=(0, True),
        )
        return best[1]


def parse_robots(text: str, product: str) -> Robots:
    """The rules for the crawler ``product``: of all groups that name it, else those for ``*``."""
    own: list[Rule] = []
    general: list[Rule] = []
    is_named = False
    for agents, rules in _groups(text.splitlines()):
        if product.lower() in agents:
            is_named = True
            own += rules
        if "*" in agents:
            general += rules
    return Robots(tuple((own if is_named else general)[:MAX_RULES]))


def _groups(lines: Iterable[str]) -> Iterator[tuple[set[str], list[Rule]]]:
    """User-agent lines that follow each other share the rules below them."""
    agents: set[str] = set()
    rules: list[Rule] = []
    starts_group = True
    for line in lines:
        name, _, value = line.partition("#")[0].partition(":")
        name, value = name.strip().lower(), value.strip()
        if name == "user-agent":
            if not starts_group:
                yield agents, rules
                agents, rules = set(), []
            starts_group = True
            agents.add(_agent(value))
        elif name in ("allow", "disallow"):
            starts_group = False
            if value:
                rules.append(Rule(_normal(value), name == "allow"))
    yield agents, rules


def _agent(value: str) -> str:
    if value.startswith("*"):
        return "*"
    token = _TOKEN.match(value)
    return token.group().lower() if token else ""


def _normal(path: str) -> str:
    """Percent-encoding in one form, so that patterns and paths compare as octets."""
    quoted = quote(path[:2048], safe="/%:@!$&'()*+,;=-._~?[]")
    return _ESCAPE.sub(lambda found: found.group().upper(), quoted)


def _matches(rule: Rule, path: str) -> bool:
    """Match piece by piece from the left: linear, unlike a regular expression with many ``.*``."""
    pattern = rule.pattern
    is_anchored = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    if not others:
        return len(path) == len(first) or not is_anchored
    position = len(first)
    *middle, last = others
    for piece in middle:
        found = path.find(piece, position)
        if found < 0:
            return False
        position = found + len(piece)
    if is_anchored:
        return len(path) - len(last) >= position and path.endswith(last)
    return path.find(last, position) >= 0
