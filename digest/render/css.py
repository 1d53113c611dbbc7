"""A stylesheet parted into what can be inlined and what only a ``<style>`` element can say."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cssutils

from digest.domain.errors import Illegal

cssutils.log.setLevel(logging.CRITICAL + 1)  # it would log each property that it does not know

_TOKEN = re.compile(r"""/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{};]""", re.DOTALL)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_AT_NAME = re.compile(r"@[a-z-]+")
_FORBIDDEN = {"@import", "@namespace", "@charset"}  # fetches, crashes premailer, means nothing here


@dataclass(frozen=True, slots=True)
class Split:
    """One stylesheet in two: CSS text each, in the order written."""

    inlined: str
    kept: str  # verbatim: at-rules, pseudo-classes, and what cssutils would drop


@lru_cache(maxsize=64)
def split_stylesheet(css: str) -> Split:
    """Part ``css``; ``Illegal`` where its braces don't match or it would fetch another sheet."""
    inlined: list[str] = []
    kept: list[str] = []
    for rule in _rules(css):
        if rule.startswith("@"):
            kept.append(_checked_at_rule(rule))
        elif _is_inlinable(rule):
            inlined.append(rule)
            if _loses_declarations(rule):
                kept.append(rule)
        else:
            kept.append(rule)
    return Split("\n".join(inlined), "\n".join(kept))


def parse_stylesheet(css: str) -> list[Any]:
    """The rules of ``css`` as cssutils has them. Nothing is fetched whatever it says: cssutils
    would follow ``@import`` to the network and to files of this machine."""
    return [rule for text in _rules(css) for rule in _parsed(text)]


@lru_cache(maxsize=1024)
def _parsed(rule: str) -> tuple[Any, ...]:
    """Rule by rule, since the sheets of two lists differ in their accent colour alone."""
    parser = cssutils.CSSParser(fetcher=lambda _url: ("utf-8", ""), validate=False)
    return tuple(parser.parseString(rule))


def _rules(css: str) -> Iterator[str]:
    """The rules at the top level, each with its braces and without the comments before it."""
    depth = start = 0
    for token in _TOKEN.finditer(css):
        mark = token.group()
        depth += {"{": 1, "}": -1}.get(mark, 0)
        if depth < 0:
            break
        if depth == 0 and mark in {"}", ";"}:
            yield _without_comments(css[start : token.end()])
            start = token.end()
    if depth != 0 or _without_comments(css[start:]):
        line = css.count("\n", 0, start) + 1
        raise Illegal(
            f"A stylesheet's braces don't match from its line {line} on; close each rule."
        )


def _without_comments(rule: str) -> str:
    return _COMMENT.sub("", rule).strip()


def _checked_at_rule(rule: str) -> str:
    name = _AT_NAME.match(rule.lower())
    if name is None or name.group() in _FORBIDDEN:
        word = rule.split(maxsplit=1)[0]
        raise Illegal(f"A stylesheet of an e-mail can't use {word}; write the rules themselves.")
    return rule


def _is_inlinable(rule: str) -> bool:
    selector = rule.partition("{")[0]
    return ":" not in selector and "*" not in selector


def _loses_declarations(rule: str) -> bool:
    """Whether cssutils drops a part of ``rule``: it does not know colours such as #rrggbbaa."""
    body = rule.partition("{")[2].rpartition("}")[0]
    written = sum(1 for part in _declarations(body) if ":" in part)
    parsed = _parsed(rule)
    read = sum(len(r.style.getProperties(all=True)) for r in parsed if r.type == r.STYLE_RULE)
    return read < written


def _declarations(body: str) -> list[str]:
    return re.sub(r"\([^()]*\)|\"[^\"]*\"|'[^']*'", "", body).split(";")
