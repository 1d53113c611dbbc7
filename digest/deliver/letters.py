"""From a claimed delivery to the mail that a line hands over."""

from digest.deliver.books import Assignment, Books
from digest.deliver.own_links import OwnLinks
from digest.deliver.transport import Mail
from digest.domain.delivery import Claimed
from digest.settings import Settings


class Letters:
    """Fills in what is the reader's own: address, links, return path."""

    def __init__(self, books: Books, settings: Settings, assignment: Assignment) -> None:
        self._books = books
        self._own = OwnLinks(settings, assignment.list_id, assignment.branding.bounce_domain)

    def mail(self, claimed: Claimed) -> Mail:
        return_path, personal = self._own.personal(
            claimed.id,
            claimed.subscriber_id,
            address=claimed.address,
            message_key=claimed.message_key,
            date=claimed.first_try_at,
        )
        return Mail(return_path, claimed.address, self._books.build(claimed, personal))
