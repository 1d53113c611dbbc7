"""What every page needs of the application that serves it."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated

from fastapi import Depends, Request

from digest.actions.follow_link import Link
from digest.actions.read_edition import EditionPage
from digest.actions.receive_webhook import AmazonFetch
from digest.settings import Settings
from digest.store.engine import Database
from digest.tokens import Tokens
from digest.web.clicks import Clicks
from digest.web.one_click import OneClicks
from digest.web.pages import Pages
from digest.web.recent import Recent

MAX_RENDERED = 32  # pages of editions that are kept ready
MAX_LINKS = 4_096  # likewise of counted links


@dataclass(frozen=True)
class Site:
    """The database, the settings, the templates, and what is derived from them once."""

    db: Database
    settings: Settings
    pages: Pages
    rendered: Recent[EditionPage] = field(default_factory=lambda: Recent(MAX_RENDERED))
    links: Recent[Link] = field(default_factory=lambda: Recent(MAX_LINKS))

    @cached_property
    def amazon(self) -> AmazonFetch:
        return AmazonFetch(self.settings)

    @cached_property
    def one_clicks(self) -> OneClicks:
        return OneClicks(self.db)

    @cached_property
    def clicks(self) -> Clicks:
        return Clicks(self.db)

    @cached_property
    def tokens(self) -> Tokens:
        return Tokens(self.settings.secret)


def _site(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


Here = Annotated[Site, Depends(_site)]
