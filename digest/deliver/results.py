"""What becomes of one mail on a connection that carries many."""

from collections.abc import Callable

from digest.deliver.transport import InDoubt, RelayDown, Reply

Result = Reply | RelayDown | InDoubt
Done = Callable[[int, Result], None]  # gets the mail's number and its result


class Interrupted(RelayDown):
    """The connection ended over this very mail, which was certainly not sent.

    ``reply`` is what the relay said, if it said something (421). ``try_at_once``: the connection
    had taken mails before, so that the mail may not be the cause; one that breaks a fresh
    connection, or lets it wait too long, should be put off, or it will break them all.
    """

    def __init__(self, message: str, reply: Reply | None, *, try_at_once: bool) -> None:
        super().__init__(message)
        self.reply = reply
        self.try_at_once = try_at_once
