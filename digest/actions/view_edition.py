"""Where an edition can be read in a browser, what stands there for a reader's own values, and by
which addresses clicks and opens are counted."""

from uuid import UUID

from digest.domain.counting import Counting, link_key
from digest.render.counted import Counted
from digest.settings import Settings
from digest.store.editions import Edition
from digest.tokens import Tokens

ABOUT_LINKS = "/about-links"  # where links lead that are one reader's own in a real mail
READER = "you"  # in place of an address


def view_url(settings: Settings, edition: Edition) -> str:
    """The address of an edition's page: the same for all its readers."""
    return f"{settings.public_url}/e/{Tokens(settings.secret).edition(edition.id)}"


def how_counted(settings: Settings, edition_id: UUID, counting: Counting) -> Counted | None:
    """How an edition's links are counted; None where they aren't. No address of these says more
    than which edition and link it is: they are the same for all readers."""
    if counting is Counting.NONE:
        return None
    tokens, base = Tokens(settings.secret), settings.public_url
    return Counted(
        own=base,
        click_url=lambda target: f"{base}/l/{tokens.link(edition_id, link_key(target))}",
        open_url=f"{base}/o/{tokens.picture(edition_id)}" if counting is Counting.OPENS else None,
    )
