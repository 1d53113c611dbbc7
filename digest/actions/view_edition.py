"""Where an edition can be read in a browser, and what stands there for a reader's own values."""

from digest.settings import Settings
from digest.store.editions import Edition
from digest.tokens import Tokens

ABOUT_LINKS = "/about-links"  # where links lead that are one reader's own in a real mail
READER = "you"  # in place of an address


def view_url(settings: Settings, edition: Edition) -> str:
    """The address of an edition's page: the same for all its readers."""
    return f"{settings.public_url}/e/{Tokens(settings.secret).edition(edition.id)}"
