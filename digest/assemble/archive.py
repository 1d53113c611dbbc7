"""Earlier briefs of a list, searched by similarity (BM25) and by title."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from typing import Any

from digest.assemble.candidate import Candidate
from digest.assemble.groups import tell
from digest.assemble.wording import title_forms, words

MOST = 2_000  # briefs in the pool
# The least share of the score that a brief has with itself, at which another is on its subject;
# the lower one where their titles share a word. In the archive of the demo's newsroom, pairs that
# an editor would link score 0.08 to 0.14, and the others less than 0.1.
LEAST_LIKENESS = 0.10
LEAST_WITH_TITLE = 0.08
SHARED_WORDS = 3  # telling ones, at least
TELLING_SHARE = 0.3  # a word that a greater share of all briefs has tells nothing
SHORTEST_WORD = 3

_STOPWORDS = {
    "da": "STOPWORDS_DANISH",
    "de": "STOPWORDS_GERMAN",
    "en": "STOPWORDS_EN_PLUS",
    "es": "STOPWORDS_SPANISH",
    "fr": "STOPWORDS_FRENCH",
    "it": "STOPWORDS_ITALIAN",
    "nb": "STOPWORDS_NORWEGIAN",
    "nl": "STOPWORDS_DUTCH",
    "no": "STOPWORDS_NORWEGIAN",
    "pt": "STOPWORDS_PORTUGUESE",
    "ru": "STOPWORDS_RUSSIAN",
    "sv": "STOPWORDS_SWEDISH",
    "tr": "STOPWORDS_TURKISH",
}
# What every brief says besides.
_NEWS_WORDS = (
    "according", "also", "another", "could", "day", "days", "even", "ever", "every", "first",
    "five", "four", "half", "last", "less", "like", "made", "make", "many", "may", "might", "month",
    "months", "much", "must", "never", "new", "next", "one", "per", "percent", "say", "says",
    "said", "second", "seven", "several", "since", "six", "still", "ten", "third", "though",
    "three", "time", "two", "week", "weeks", "whether", "within", "without", "would", "year",
    "years", "yet",
)  # fmt: skip


class Archive:
    """A bounded pool of earlier briefs, and the ``subjects`` that similar ones are wanted for.

    It is indexed when it is first asked.
    """

    def __init__(self, pool: Sequence[Candidate], subjects: Sequence[Candidate]) -> None:
        self._pool = tuple(pool[:MOST])
        self._subjects = {it.id: len(self._pool) + place for place, it in enumerate(subjects)}
        self._all = (*self._pool, *subjects)

    def similar(self, subject: Candidate) -> Iterator[Candidate]:
        """Briefs of the pool on that subject, the most similar first; those that merely share
        everyday words with it are left out."""
        own = self._subjects[subject.id]
        query = sorted(self._telling_words[own])
        if not self._pool or len(query) < SHARED_WORDS:
            return
        scores = [float(score) for score in self._index.get_scores(query)]
        for place in sorted(range(len(self._pool)), key=lambda place: (-scores[place], place)):
            likeness = scores[place] / scores[own]
            if likeness < LEAST_WITH_TITLE:
                return
            if self._is_on_subject(own, place, likeness):
                yield self._pool[place]

    def _is_on_subject(self, own: int, place: int, likeness: float) -> bool:
        shared = self._telling_words[own] & self._telling_words[place]
        if len(shared) < SHARED_WORDS:
            return False
        titles = [words(self._all[it].title) for it in (own, place)]
        return likeness >= LEAST_LIKENESS or not shared.isdisjoint(set(titles[0]) & set(titles[1]))

    def titled(self, title: str) -> Candidate | None:
        """The brief of the pool with that title, a label before it and case aside."""
        forms = title_forms(title)
        return next((self._by_title[form] for form in forms if form in self._by_title), None)

    @cached_property
    def _terms(self) -> list[list[str]]:
        return [_terms(brief) for brief in self._all]

    @cached_property
    def _telling_words(self) -> list[frozenset[str]]:
        """Of each brief, the words that not too many others have."""
        spread = Counter(word for terms in self._terms for word in set(terms))
        most = max(2, TELLING_SHARE * len(self._all))
        telling = frozenset(word for word, briefs in spread.items() if briefs <= most)
        return [telling.intersection(terms) for terms in self._terms]

    @cached_property
    def _index(self) -> Any:
        from bm25s import BM25  # brings numpy: time and memory that few commands need

        index = BM25()
        index.index(self._terms, show_progress=False)
        return index

    @cached_property
    def _by_title(self) -> dict[tuple[str, ...], Candidate]:
        return {
            form: brief for brief in reversed(self._pool) for form in title_forms(brief.title)[:1]
        }


def _terms(brief: Candidate) -> list[str]:
    """What a brief is indexed by: its title, which counts twice, bullets and first paragraphs."""
    it = tell(brief)
    title = it.titles[-1] if it.titles else ()
    empty = _empty_words((brief.language or "en")[:2].lower())
    terms = [word for word in (*title, *title, *it.text) if _says_something(word, empty)]
    return terms or [""]


def _says_something(word: str, empty: frozenset[str]) -> bool:
    return len(word) >= SHORTEST_WORD and word not in empty and not word.isdecimal()


@cache
def _empty_words(language: str) -> frozenset[str]:
    """The words of a language that stand in every text, as our comparisons spell them."""
    from bm25s import stopwords  # brings numpy: time and memory that few commands need

    name = _STOPWORDS.get(language)
    lists: tuple[str, ...] = getattr(stopwords, name) if name else ()
    own = _NEWS_WORDS if language == "en" else ()
    return frozenset(word for entry in (*lists, *own) for word in words(entry))
