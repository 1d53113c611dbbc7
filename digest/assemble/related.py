"""Related stories: harvested from a brief's page first, then the archive's most similar briefs."""

from collections.abc import Iterable, Iterator, Sequence

from digest.assemble.archive import Archive
from digest.assemble.candidate import Candidate
from digest.assemble.excerpt import teaser
from digest.assemble.likeness import Telling, is_same_title, telling
from digest.assemble.wording import url_key
from digest.domain.brief import RelatedLink


class Shown:
    """Stories that a reader has before his eyes, or had of late, known by page and by title."""

    def __init__(self) -> None:
        self._pages: set[str] = set()
        self._exact: set[tuple[str, ...]] = set()
        self._titles: list[Telling] = []

    def add(self, title: str, url: str | None) -> None:
        """Remember a story."""
        if url:
            self._pages.add(url_key(url))
        told = telling(title, (), ())
        if told.titles and told.titles[0] not in self._exact:
            self._exact.add(told.titles[0])
            self._titles.append(told)

    def has(self, title: str, url: str | None) -> bool:
        """Whether it is one of them: the same page, or all but the same title."""
        if url and url_key(url) in self._pages:
            return True
        told = telling(title, (), ())
        return any(is_same_title(told, seen) for seen in self._titles)


def choose_related(
    candidate: Candidate, archive: Archive, shown: Shown, limit: int
) -> tuple[RelatedLink, ...]:
    """At most ``limit`` stories for a brief; each is added to ``shown``, so that no other brief of
    the edition names it again."""
    chosen: list[RelatedLink] = []
    for link in _offers(candidate, archive, limit):
        if len(chosen) >= limit:
            break
        if link.title.strip() and not shown.has(link.title, link.url):
            shown.add(link.title, link.url)
            chosen.append(link)
    return tuple(chosen)


def _offers(candidate: Candidate, archive: Archive, limit: int) -> Iterator[RelatedLink]:
    yield from (_completed(link, archive) for link in candidate.related)
    if limit:
        yield from _tidy(archive.similar(candidate))


def _completed(link: RelatedLink, archive: Archive) -> RelatedLink:
    """A harvested story with what the archive knows of it, where its page told less."""
    known = archive.titled(link.title) if not (link.url and link.teaser) else None
    url = link.url or (known.url if known else None)
    text = link.teaser or (summary(known) if known else "")
    return RelatedLink(link.title, url, teaser(text))


def _tidy(briefs: Iterable[Candidate]) -> Iterator[RelatedLink]:
    return (RelatedLink(brief.title, brief.url, teaser(summary(brief))) for brief in briefs)


def summary(brief: Candidate) -> str:
    """What a brief says in a sentence or two: its teaser, first bullet or first paragraph."""
    texts: Sequence[str] = (brief.teaser, *brief.bullets[:1], *brief.body[:1])
    return next((text for text in texts if text.strip()), "")
