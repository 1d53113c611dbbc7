"""What the newsroom has published so far: shared by the threads that serve it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from threading import Lock

from digest.demo.newsroom.articles import Article, SiteKey, Status


class Shelf:
    """Articles by slug; every method may be called from any thread."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self._articles = {article.slug: article for article in articles}
        self._lock = Lock()

    def of_site(self, site: SiteKey) -> list[Article]:
        """Everything of one site, newest first, unpublished articles included."""
        with self._lock:
            found = [a for a in self._articles.values() if a.site == site]
        return sorted(found, key=lambda a: (a.published, a.slug), reverse=True)

    def public(self, site: SiteKey) -> list[Article]:
        """What a reader of that site can open, newest first."""
        return [a for a in self.of_site(site) if a.status is Status.PUBLIC]

    def find(self, slug: str) -> Article:
        """The article of that name; ``KeyError`` where there is none."""
        with self._lock:
            return self._articles[slug]

    def add(self, article: Article) -> None:
        """Publish it; one of the same slug is replaced."""
        with self._lock:
            self._articles[article.slug] = article

    def correct(self, slug: str, bullet: int, text: str, now: datetime) -> Article:
        """Reword one bullet (0 is the first): same GUID and address, a later modified time."""
        article = self.find(slug)
        bullets = (*article.bullets[:bullet], text, *article.bullets[bullet + 1 :])
        corrected = replace(article, bullets=bullets, modified=now.replace(microsecond=0))
        self.add(corrected)
        return corrected
