"""Charts as points of an SVG: pure arithmetic. Templates draw them, with a table beside each."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from digest.operate.progress import Point

WIDTH, HEIGHT = 600, 160  # of the drawing area, in units of the viewBox
MOST_MARKS = 8
MOST_POINTS = 300


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, and what it says."""

    x: float
    y: float
    width: float
    height: float
    label: str
    value: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A word on an axis, at a place."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing: bars or a line, with the marks of both axes."""

    bars: tuple[Bar, ...]
    line: str  # the points of a polyline
    down: tuple[Mark, ...]  # on the left
    along: tuple[Mark, ...]  # below
    width: int = WIDTH
    height: int = HEIGHT


def bars(labels: Sequence[str], values: Sequence[int]) -> Chart:
    """A bar for each value."""
    top = nice_top(max(values, default=0))
    step = WIDTH / max(1, len(values))
    drawn = tuple(
        Bar(
            x=round(place * step + step * 0.1, 2),
            y=round(HEIGHT - HEIGHT * value / top, 2),
            width=round(step * 0.8, 2),
            height=round(HEIGHT * value / top, 2),
            label=label,
            value=value,
        )
        for place, (label, value) in enumerate(zip(labels, values, strict=True))
    )
    return Chart(drawn, "", _down(top), _along(labels, step, step / 2))


def line(labels: Sequence[str], values: Sequence[int | None]) -> Chart:
    """A line through the values; where one is None it goes on with the next."""
    known = [value for value in values if value is not None]
    top = nice_top(max(known, default=0))
    step = WIDTH / max(1, len(values) - 1)
    points = " ".join(
        f"{place * step:.1f},{HEIGHT - HEIGHT * value / top:.1f}"
        for place, value in enumerate(values)
        if value is not None
    )
    return Chart((), points, _down(top), _along(labels, step, 0))


def progress_line(points: Sequence[Point], roster: int) -> Chart | None:
    """How a campaign went: deliveries done over time; None before there is something to see."""
    if len(points) < 2 or not roster:
        return None
    thin = points[:: ceil(len(points) / MOST_POINTS)]
    thin = thin if thin[-1] is points[-1] else [*thin, points[-1]]
    began, span = thin[0].at, (thin[-1].at - thin[0].at).total_seconds()
    top = nice_top(roster)
    across, up = WIDTH / span, HEIGHT / top
    drawn = " ".join(
        f"{across * (one.at - began).total_seconds():.1f},{HEIGHT - up * one.done:.1f}"
        for one in thin
    )
    return Chart((), drawn, _down(top), (Mark(0, "start"), Mark(WIDTH, _span(span))))


def nice_top(most: int) -> int:
    """The round number at or above ``most`` that an axis ends at: 1, 2 or 5 times a power of 10."""
    if most <= 5:
        return 5
    power = 10 ** floor(log10(most))
    return next(int(n * power) for n in (1, 2, 5, 10) if n * power >= most)


def _down(top: int) -> tuple[Mark, ...]:
    return tuple(Mark(HEIGHT - HEIGHT * share, f"{round(top * share):,}") for share in (0, 0.5, 1))


def _along(labels: Sequence[str], step: float, shift: float) -> tuple[Mark, ...]:
    every = max(1, ceil(len(labels) / MOST_MARKS))
    return tuple(
        Mark(round(place * step + shift, 1), label)
        for place, label in enumerate(labels)
        if place % every == 0
    )


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
