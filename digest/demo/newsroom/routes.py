"""Which address of a site gives what."""

from collections.abc import Mapping, Sequence

from digest.demo.newsroom import pages, rss, wordpress
from digest.demo.newsroom.articles import Article, SiteKey
from digest.demo.newsroom.reply import Reply
from digest.demo.newsroom.shelf import Shelf
from digest.demo.newsroom.site import Site

FULL_FEED = "/feeds/briefs.xml"
SUMMARY_FEED = "/feeds/summaries.xml"
SOCIETY_INDEX = "/society/"
POSTS = "/wp-json/wp/v2/posts"
ROBOTS = b"User-agent: *\nDisallow: /search\nDisallow: /wp-admin/\n"


class Routes:
    """Answers for one site, from what is on the shelf at that moment."""

    def __init__(self, site: Site, shelf: Shelf) -> None:
        self.site = site
        self._shelf = shelf

    def answer(self, path: str, query: Mapping[str, str]) -> Reply | None:
        """The reply to ``GET path``; None where the site has no such address."""
        if path == "/robots.txt":
            return Reply(ROBOTS, "text/plain; charset=utf-8")
        if path.startswith("/pictures/"):
            return pages.picture(path.removeprefix("/pictures/"))
        if path == "/":
            return pages.index_page(self.site, "Latest Stories", self._public())
        if self.site.key is SiteKey.LEDGER:
            return self._ledger(path) or self._article(path)
        if path in {"/wp-json", "/wp-json/"}:
            return wordpress.root(self.site)
        if path == POSTS:
            return self._posts(query)
        return self._article(path)

    def paths(self) -> frozenset[str]:
        """Every page that a link may lead to."""
        own = {"/", SOCIETY_INDEX, "/about"} if self.site.key is SiteKey.LEDGER else {"/"}
        return frozenset(own | {self.site.path(a) for a in self._public()})

    def _ledger(self, path: str) -> Reply | None:
        site = self.site
        if path == FULL_FEED:
            return rss.feed(site, path, self._in(site.full_text_sections), self._full_text)
        if path == SUMMARY_FEED:
            return rss.feed(site, path, self._in(site.summary_sections), None)
        if path == SOCIETY_INDEX:
            return pages.index_page(site, "Society", self._in(site.index_sections))
        if path == "/about":
            return pages.about_page(site)
        return None

    def _posts(self, query: Mapping[str, str]) -> Reply:
        articles = self._shelf.of_site(self.site.key)
        return wordpress.posts(self.site, articles, query, lambda a: pages.content(self.site, a))

    def _article(self, path: str) -> Reply | None:
        for article in self._public():
            if self.site.path(article) == path:
                return pages.article_page(self.site, article, self._related(article))
        return None

    def _full_text(self, article: Article) -> str:
        return pages.content(self.site, article, self._related(article))

    def _related(self, article: Article) -> Sequence[Article]:
        return [self._shelf.find(slug) for slug in article.related]

    def _public(self) -> list[Article]:
        return self._shelf.public(self.site.key)

    def _in(self, sections: frozenset[str]) -> list[Article]:
        return [a for a in self._public() if a.section in sections]
