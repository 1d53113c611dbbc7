"""The sample newsroom as a whole: two sites to collect from, which go on publishing."""

from dataclasses import dataclass, replace
from datetime import datetime
from types import TracebackType
from typing import Self

from digest.demo.newsroom.articles import Article, load_articles
from digest.demo.newsroom.routes import FULL_FEED, POSTS, SOCIETY_INDEX, SUMMARY_FEED, Routes
from digest.demo.newsroom.server import SiteServer
from digest.demo.newsroom.shelf import Shelf
from digest.demo.newsroom.site import Site, dispatch, ledger
from digest.domain.states import SourceKind


@dataclass(frozen=True, slots=True)
class SampleSource:
    """A source to collect from."""

    name: str
    kind: SourceKind
    url: str


class Newsroom:
    """Two sites on loopback, each on a port of its own, while the context is open.

    Publication times are counted from ``now`` (aware, UTC); given the same ``now`` and ``ports``,
    everything that is served is the same.
    """

    def __init__(self, now: datetime, *, ports: tuple[int, int] = (0, 0)) -> None:
        """``ports`` of the Ledger and the Dispatch; 0 takes a free one."""
        self.now = now
        self.shelf = Shelf([*load_articles("fresh", now), *load_articles("archive", now)])
        self._reserve = load_articles("reserve", now)[::-1]
        self._servers = (SiteServer(ports[0]), SiteServer(ports[1]))
        self.ledger: Site = ledger(self._servers[0].base_url)
        self.dispatch: Site = dispatch(self._servers[1].base_url)
        self._routes = (Routes(self.ledger, self.shelf), Routes(self.dispatch, self.shelf))

    def __enter__(self) -> Self:
        for server, routes in zip(self._servers, self._routes, strict=True):
            server.start(routes.answer)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop both servers."""
        for server in self._servers:
            server.close()

    @property
    def full_feed_url(self) -> str:
        """RSS with the whole text: the Ledger's World and Economy briefs."""
        return self.ledger.base_url + FULL_FEED

    @property
    def summary_feed_url(self) -> str:
        """RSS with one sentence an item: the Ledger's Climate and Technology briefs."""
        return self.ledger.base_url + SUMMARY_FEED

    @property
    def index_url(self) -> str:
        """A page of links: the Ledger's Society briefs, which are in no feed."""
        return self.ledger.base_url + SOCIETY_INDEX

    @property
    def posts_url(self) -> str:
        """WordPress's collection of posts; the site itself is at ``dispatch.base_url``."""
        return self.dispatch.base_url + POSTS

    @property
    def sources(self) -> tuple[SampleSource, ...]:
        """Everything that the demo collects from."""
        return (
            SampleSource(self.ledger.name, SourceKind.FEED, self.full_feed_url),
            SampleSource("Lantern Sea Ledger Science", SourceKind.FEED, self.summary_feed_url),
            SampleSource("Lantern Sea Ledger Society", SourceKind.INDEX, self.index_url),
            SampleSource(self.dispatch.name, SourceKind.WORDPRESS, self.dispatch.base_url),
        )

    def pages(self) -> frozenset[str]:
        """The address of every page that a link may lead to at this moment."""
        return frozenset(r.site.base_url + path for r in self._routes for path in r.paths())

    def url(self, slug: str) -> str:
        """The canonical address of an article; ``KeyError`` where there is none."""
        article = self.shelf.find(slug)
        site = self.ledger if article.site == self.ledger.key else self.dispatch
        return site.url(article)

    def answered(self) -> dict[int, int]:
        """How many answers of each HTTP status both sites gave so far."""
        return dict(self._servers[0].statuses + self._servers[1].statuses)

    def publish(self, article: Article) -> str:
        """Put an article on its site; gives its address."""
        self.shelf.add(article)
        return self.url(article.slug)

    def publish_next(self, now: datetime) -> Article | None:
        """Publish the next article of the reserve as of ``now``; None when it is used up."""
        if not self._reserve:
            return None
        moment = now.replace(microsecond=0)
        article = replace(self._reserve.pop(), published=moment, modified=moment)
        self.publish(article)
        return article

    def correct(self, slug: str, bullet: int, text: str, now: datetime) -> Article:
        """Reword bullet number ``bullet`` (0 is the first) of a published article."""
        return self.shelf.correct(slug, bullet, text, now)
