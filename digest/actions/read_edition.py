"""An edition as a page that anybody with its link may read: the mail, to nobody in particular."""

from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from digest.actions.renditions import EditionValues, edition_values, render_for, with_inert_fields
from digest.domain.edition import Branding
from digest.domain.errors import NotFound, Permanent
from digest.domain.states import EditionState
from digest.render.links import safe_url
from digest.render.web_copy import with_notice
from digest.settings import Settings
from digest.store.editions import find_edition
from digest.store.engine import Database


class Withdrawn(Permanent):
    """The edition was taken back: nobody is to read it any more."""


@dataclass(frozen=True, slots=True)
class PublicEdition:
    """What a page is made of; an equal ``key`` means an equal page."""

    key: tuple[UUID, str | None, str | None]
    values: EditionValues
    correction: str | None = None  # what stands above it


@dataclass(frozen=True, slots=True)
class EditionPage:
    """The page, and the origins that its images come from (``https:`` for any)."""

    html: str
    image_origins: tuple[str, ...]


def find_public_edition(db: Database, settings: Settings, edition_id: UUID) -> PublicEdition:
    """An edition that was approved or sent; ``NotFound`` for a draft or an unknown one,
    ``Withdrawn`` for one that was taken back, or out of the archive."""
    with db.read() as session:
        edition = find_edition(session, edition_id)
        if edition.state is EditionState.DRAFT:
            raise NotFound("This edition is not out yet.")
        if edition.state is EditionState.WITHDRAWN or edition.retracted_at is not None:
            raise Withdrawn("This edition was withdrawn.")
        values = edition_values(session, settings, edition).plain
        key = (edition.id, edition.frozen_hash, edition.correction)
        return PublicEdition(key, values, edition.correction)


def render_page(edition: PublicEdition, settings: Settings) -> EditionPage:
    """The mail of those who chose nothing, whole, with nobody's address and links on it."""
    rendition = render_for(edition.values, edition.values.default, is_whole=True)
    assert rendition is not None  # without topics nothing is left out
    html = with_inert_fields(rendition, settings).html
    assert html is not None  # only a text-only variant has none
    if edition.correction is not None:
        html = with_notice(html, edition.correction)
    return EditionPage(html, _image_origins(edition.values.branding))


def _image_origins(branding: Branding) -> tuple[str, ...]:
    if branding.show_images:
        return "https:", "http:"
    logo = safe_url(branding.logo_url)
    if logo is None:
        return ()
    parts = urlsplit(logo)
    return (f"{parts.scheme}://{parts.netloc}",)
