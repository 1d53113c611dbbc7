"""What an alarm says in a mail and in a webhook's body."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from digest.domain.alarm import AlarmKind
from digest.operate.spans import length


@dataclass(frozen=True, slots=True)
class News:
    """An alarm that began, or that is over."""

    alarm: UUID
    kind: AlarmKind
    sentence: str
    remedy: str
    opened_at: datetime
    closed_at: datetime | None
    is_end: bool
    health_url: str

    @property
    def title(self) -> str:
        return f"{'Over' if self.is_end else 'Alarm'}: {self.kind}"


def mail_words(news: News) -> dict[str, str]:
    """What the templates of ``templates/email/alarm`` are filled with."""
    since = f"{news.opened_at:%Y-%m-%d %H:%M} UTC"
    is_over = news.is_end and news.closed_at is not None
    lasted = length(news.closed_at - news.opened_at) if news.closed_at else ""
    return {
        "title": news.title,
        "sentence": news.sentence,
        "what_now": "This is over." if is_over else f"What to do: {news.remedy}",
        "when": f"It began at {since} and lasted {lasted}." if is_over else f"Since {since}.",
        "link": news.health_url,
    }


def as_document(news: News) -> dict[str, str | None]:
    """The body that a webhook gets; ``alarm`` is the same at the beginning and at the end."""
    return {
        "alarm": str(news.alarm),
        "event": "closed" if news.is_end else "opened",
        "kind": news.kind.value,
        "sentence": news.sentence,
        "remedy": news.remedy,
        "opened_at": news.opened_at.isoformat(),
        "closed_at": news.closed_at.isoformat() if news.closed_at else None,
        "url": news.health_url,
        "text": f"{news.title}. {news.sentence}",  # what chat services show
    }
