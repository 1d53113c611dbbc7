"""What can go wrong, named by what the caller must do about it."""


class DigestError(Exception):
    """The base of every error that a user may read: its text is one clear sentence."""


class Transient(DigestError):
    """Try again later: the other side is busy, gone for a moment, or slow."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        """``retry_after`` is in seconds, where the other side named a time."""
        super().__init__(message)
        self.retry_after = retry_after


class Permanent(DigestError):
    """Trying again won't help: the answer is final."""


class Illegal(DigestError):
    """A wrong request or a bug: the state does not allow it, or the input makes no sense."""


class NotFound(Illegal):
    """The thing that was named does not exist."""


class Forbidden(Illegal):
    """It exists, and whoever asks may not do that with it."""


def exit_status(error: DigestError) -> int:
    """What a process that ends by it exits with: 2 where the request itself was wrong, else 1."""
    return 2 if isinstance(error, Illegal) else 1
