"""What editors are told of a run, and how much of it somebody wants by mail."""

from enum import StrEnum


class NoticeKind(StrEnum):
    """What editors are told of a run, each once."""

    DRAFT_READY = "draft_ready"
    DEADLINE_NEAR = "deadline_near"
    APPROVAL_MISSING = "approval_missing"


class NoticeWish(StrEnum):
    """Which of them an account wants by mail; the desk shows them all."""

    ALL = "all"
    URGENT = "urgent"  # those that wait for a person
    NONE = "none"

    def wants(self, kind: NoticeKind) -> bool:
        """Whether a mail of that kind is to go."""
        if self is NoticeWish.URGENT:
            return kind is not NoticeKind.DRAFT_READY
        return self is NoticeWish.ALL
