"""From a claimed delivery to the mail that a line hands over."""

from digest.deliver.books import Assignment, Books
from digest.deliver.message import Personal
from digest.deliver.transport import Mail
from digest.domain.delivery import Claimed
from digest.settings import Settings
from digest.tokens import Tokens


class Letters:
    """Fills in what is the reader's own: address, links, return path."""

    def __init__(self, books: Books, settings: Settings, assignment: Assignment) -> None:
        self._books = books
        self._assignment = assignment
        self._base = settings.public_url
        self._tokens = Tokens(settings.secret)
        self._offers_mail = settings.unsubscribe_by_mail

    def mail(self, claimed: Claimed) -> Mail:
        token = self._tokens.subscription(claimed.subscriber_id, self._assignment.list_id)
        local_part = self._tokens.return_path(claimed.id)
        return_path = f"{local_part}@{self._assignment.branding.bounce_domain}"
        personal = Personal(
            address=claimed.address,
            message_key=claimed.message_key,
            date=claimed.first_try_at,
            unsubscribe_url=f"{self._base}/u/{token}",
            preferences_url=f"{self._base}/p/{token}",
            leave_address=return_path if self._offers_mail else None,
        )
        return Mail(
            return_path=return_path,
            recipient=claimed.address,
            content=self._books.build(claimed, personal),
        )
