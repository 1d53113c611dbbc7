"""Copies of one brief brought together, and the best of them chosen."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from zlib import crc32

from digest.assemble.candidate import Candidate
from digest.assemble.likeness import Telling, is_same_story, telling
from digest.assemble.wording import url_key
from digest.domain.edition import AlsoAt

SHINGLE_WORDS = 4  # in a row; two stories that are not copies hardly share any
SHINGLES_SHARED = 2  # at least, before two briefs are compared at all
SAMPLE = 3  # one shingle of so many is looked at where a text is long
SHORT_TEXT = 60  # words, up to which all are
CROWD = 8  # briefs that share a shingle and are still compared each with each

COMPLETE_BULLETS = 3  # more than so many make a brief no more complete


@dataclass(frozen=True, slots=True)
class Group:
    """One story: the copy that readers get, and the others."""

    best: Candidate
    others: tuple[Candidate, ...] = ()

    @property
    def also(self) -> tuple[AlsoAt, ...]:
        return tuple(AlsoAt(copy.source, copy.url) for copy in self.others)


def tell(candidate: Candidate) -> Telling:
    """A candidate's words in comparable form."""
    return telling(candidate.title, candidate.bullets, candidate.body or (candidate.teaser,))


def group_copies(candidates: Sequence[Candidate]) -> tuple[Group, ...]:
    """Each candidate in exactly one group, in the order of their best copies' arrival.

    Only briefs that share a title, a page or several runs of words are compared, so that the
    time grows with the number of briefs and not with its square.
    """
    tellings = [tell(candidate) for candidate in candidates]
    families = _Families(len(candidates))
    for one, other in _same_pages(candidates):
        families.join(one, other)
    for one, other in likely_pairs(tellings):
        if not families.together(one, other) and is_same_story(tellings[one], tellings[other]):
            families.join(one, other)
    groups = (_group([candidates[place] for place in family]) for family in families.all())
    return tuple(sorted(groups, key=lambda group: (group.best.arrived_at, group.best.id)))


def likely_pairs(tellings: Sequence[Telling]) -> Iterator[tuple[int, int]]:
    """Places of tellings that are worth comparing, each pair once, lower place first."""
    yield from _pairs(tellings, lambda it: set(it.titles), 1)
    yield from _pairs(tellings, _shingles, SHINGLES_SHARED)


def _pairs(
    tellings: Sequence[Telling], keys: Callable[[Telling], Iterable[object]], shared: int
) -> Iterator[tuple[int, int]]:
    homes: defaultdict[object, list[int]] = defaultdict(list)
    for place, it in enumerate(tellings):
        for key in keys(it):
            homes[key].append(place)
    common = Counter(pair for places in homes.values() for pair in _among(places))
    yield from (pair for pair, times in common.items() if times >= shared)


def _among(places: list[int]) -> Iterable[tuple[int, int]]:
    """All pairs of a few places; neighbours only in a crowd, where a phrase is boilerplate or
    many copies are one story, which neighbours bring together as well."""
    return combinations(places, 2) if len(places) <= CROWD else pairwise(places)


def _shingles(it: Telling) -> set[tuple[str, ...]]:
    text = it.text
    starts = range(len(text) - SHINGLE_WORDS + 1)
    if len(text) > SHORT_TEXT:
        starts_kept = [i for i in starts if crc32(text[i].encode()) % SAMPLE == 0]
    else:
        starts_kept = list(starts)
    return {text[i : i + SHINGLE_WORDS] for i in starts_kept}


def _same_pages(candidates: Sequence[Candidate]) -> Iterator[tuple[int, int]]:
    seen: dict[str, int] = {}
    for place, candidate in enumerate(candidates):
        first = seen.setdefault(url_key(candidate.url), place)
        if first != place:
            yield first, place


def _group(copies: list[Candidate]) -> Group:
    best, *others = sorted(copies, key=_preference)
    return Group(best, tuple(others))


def _preference(copy: Candidate) -> tuple[object, ...]:
    """Lower source rank, then more complete bullets, then longer body, then earlier."""
    length = sum(len(paragraph) for paragraph in copy.body)
    complete = min(len(copy.bullets), COMPLETE_BULLETS)
    return (copy.source_rank, -complete, -length, copy.dated_at, copy.id)


class _Families:
    """Places joined into families (union-find with path halving)."""

    def __init__(self, size: int) -> None:
        self._parents = list(range(size))

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self._head(one), self._head(other)))
        self._parents[high] = low

    def together(self, one: int, other: int) -> bool:
        return self._head(one) == self._head(other)

    def all(self) -> Iterable[list[int]]:
        families: defaultdict[int, list[int]] = defaultdict(list)
        for place in range(len(self._parents)):
            families[self._head(place)].append(place)
        return families.values()

    def _head(self, place: int) -> int:
        parents = self._parents
        while parents[place] != place:
            parents[place] = parents[parents[place]]
            place = parents[place]
        return place
