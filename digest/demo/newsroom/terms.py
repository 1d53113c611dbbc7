"""The numbers and terms that WordPress gives posts, authors and categories."""

from collections.abc import Iterable, Sequence
from typing import Any
from zlib import crc32

from digest.demo.newsroom.articles import Article


class Terms:
    """Authors and categories numbered in alphabetical order, posts by their slug."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._authors = _numbered(a.author for a in articles)
        self._sections = _numbered(a.section for a in articles)

    def author(self, article: Article) -> dict[str, Any]:
        """The user who wrote it."""
        return _term(self._authors[article.author], article.author)

    def section(self, article: Article) -> dict[str, Any]:
        """Its category."""
        term = _term(10 + self._sections[article.section], article.section)
        return {**term, "taxonomy": "category"}

    def post_id(self, article: Article) -> int:
        """A number that stays the same from one start to the next."""
        return 1000 + crc32(article.slug.encode()) % 1_000_000

    def media_id(self, article: Article) -> int:
        """The featured picture's number, 0 where there is none."""
        return 0 if article.picture is None else self.post_id(article) + 1


def _numbered(names: Iterable[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(sorted(set(names)), start=1)}


def _term(number: int, name: str) -> dict[str, Any]:
    return {"id": number, "name": name, "slug": name.lower().replace(" ", "-")}
