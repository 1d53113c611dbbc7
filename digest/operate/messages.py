"""What an alarm says in a mail and in a webhook's body."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
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


def as_mail(news: News, *, sender: str, recipient: str, now: datetime) -> bytes:
    """A plain mail (RFC 5322) with CRLF line ends."""
    mail = EmailMessage()
    mail["Subject"] = news.title
    mail["From"] = sender
    mail["To"] = recipient
    mail["Date"] = format_datetime(now)
    domain = sender.rpartition("@")[2]
    mail["Message-ID"] = f"<{news.alarm.hex}.{'end' if news.is_end else 'begin'}@{domain}>"
    if news.is_end:
        mail["In-Reply-To"] = f"<{news.alarm.hex}.begin@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(_text(news))
    return mail.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


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


def _text(news: News) -> str:
    since = f"{news.opened_at:%Y-%m-%d %H:%M} UTC"
    if news.is_end and news.closed_at:
        lasted = length(news.closed_at - news.opened_at)
        return f"This is over; it began at {since} and lasted {lasted}.\n\n{news.sentence}\n"
    return f"{news.sentence}\n\nWhat to do: {news.remedy}\n\nSince {since}\n{news.health_url}\n"
