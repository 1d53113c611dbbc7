"""What is the reader's own in a mail: the links to leave and to choose, and where it returns to."""

from datetime import datetime
from uuid import UUID

from digest.deliver.message import Personal
from digest.settings import Settings
from digest.tokens import Tokens


class OwnLinks:
    """Makes them for the mails of one list."""

    def __init__(self, settings: Settings, list_id: UUID, bounce_domain: str) -> None:
        self._list_id = list_id
        self._bounce_domain = bounce_domain
        self._base = settings.public_url
        self._tokens = Tokens(settings.secret)
        self._offers_mail = settings.unsubscribe_by_mail

    def personal(
        self,
        delivery_id: UUID,
        subscriber_id: UUID,
        *,
        address: str,
        message_key: UUID,
        date: datetime,
    ) -> tuple[str, Personal]:
        """The return path, and what the message is filled with."""
        token = self._tokens.subscription(subscriber_id, self._list_id)
        return_path = f"{self._tokens.return_path(delivery_id)}@{self._bounce_domain}"
        return return_path, Personal(
            address=address,
            message_key=message_key,
            date=date,
            unsubscribe_url=f"{self._base}/u/{token}",
            preferences_url=f"{self._base}/p/{token}",
            leave_address=return_path if self._offers_mail else None,
        )
