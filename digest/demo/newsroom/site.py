"""The two sites: their names, sections and addresses."""

from dataclasses import dataclass, field
from datetime import timedelta, timezone

from digest.demo.newsroom.articles import Article, SiteKey

# The Dispatch's own clock: its API gives local times beside the UTC ones, as WordPress does.
DISPATCH_ZONE = timezone(timedelta(hours=2))


@dataclass(frozen=True, slots=True)
class Site:
    """One publication; ``base_url`` has no final slash."""

    key: SiteKey
    name: str
    tagline: str
    base_url: str
    full_text_sections: frozenset[str] = field(default=frozenset())
    summary_sections: frozenset[str] = field(default=frozenset())
    index_sections: frozenset[str] = field(default=frozenset())

    def path(self, article: Article) -> str:
        """Where the article's page is on this site."""
        if self.key is SiteKey.LEDGER:
            return f"/briefs/{article.slug}"
        return f"/{article.published.astimezone(DISPATCH_ZONE):%Y/%m}/{article.slug}/"

    def url(self, article: Article) -> str:
        """The article's canonical address."""
        return self.base_url + self.path(article)


def ledger(base_url: str) -> Site:
    """A site with a full-text feed, a feed of summaries, and a section that has only an index."""
    return Site(
        key=SiteKey.LEDGER,
        name="The Lantern Sea Ledger",
        tagline="Briefs on power, trade and weather around the Lantern Sea",
        base_url=base_url,
        full_text_sections=frozenset({"World", "Economy"}),
        summary_sections=frozenset({"Climate", "Technology"}),
        index_sections=frozenset({"Society"}),
    )


def dispatch(base_url: str) -> Site:
    """A site that runs WordPress."""
    return Site(
        key=SiteKey.DISPATCH,
        name="The Callow Dispatch",
        tagline="Reporting from both shores of the strait",
        base_url=base_url,
    )
