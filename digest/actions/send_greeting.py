"""Send one mail that greets a subscriber: confirm, welcome, goodbye, links."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from digest.actions.hand_over import hand_over
from digest.actions.personal_link import LASTS
from digest.audience.sign_up import REQUEST_LASTS
from digest.deliver.letter import letter
from digest.deliver.transport import InDoubt
from digest.domain.edition import Branding
from digest.domain.errors import Illegal, Permanent, Transient
from digest.domain.states import GreetingKind, SuppressionReason
from digest.render import render_greeting
from digest.settings import Settings
from digest.store.engine import Database, Session
from digest.store.greetings import WAITS, Greeting, take_greeting
from digest.store.lists import get_list
from digest.store.subscribers import Subscriber
from digest.store.suppressions import get_suppression
from digest.tokens import Tokens, hash_address

# The page that a mail's own link opens, and for how long.
LINKS = {GreetingKind.LINK: ("d", LASTS), GreetingKind.MOVE: ("m", REQUEST_LASTS)}

MOST_DOUBTS = 2  # one copy at most, and nobody gets three


@dataclass(frozen=True, slots=True)
class _Task:
    """One try."""

    id: UUID
    kind: GreetingKind
    address: str
    language: str
    branding: Branding
    url: str
    is_last: bool


def send_greeting(db: Database, settings: Settings, greeting_id: UUID, now: datetime) -> None:
    """Try once; the row says whether it went out, when it is tried again, or why it is given up.

    ``Transient`` where no relay takes it just now. What a relay may have taken without our knowing,
    since it did not answer or this process died, is sent once more and never a third time.
    """
    with db.begin() as session:
        task = _take(session, settings, greeting_id, now)
    if task is None:
        return
    words = render_greeting(task.kind, task.branding, task.language, task.url)
    mail = letter(
        sender=task.branding.from_address,
        sender_name=task.branding.from_name,
        recipient=task.address,
        subject=words.subject,
        text=words.text,
        html=words.html,
        key=task.id,
        now=now,
    )
    try:
        hand_over(db, settings, mail, now)
    except (Permanent, Illegal) as error:
        _end(db, task, reason=str(error).replace(task.address, "<address>"))
    except Transient as error:
        if not isinstance(error, InDoubt):
            _note_not_sent(db, task)
        raise
    else:
        _end(db, task, sent_at=now)


def _take(session: Session, settings: Settings, greeting_id: UUID, now: datetime) -> _Task | None:
    row = take_greeting(session, greeting_id, now)
    if row is None:
        return None
    subscriber = session.get_one(Subscriber, row.subscriber_id)
    address = row.address or subscriber.address
    why_not = _barred(session, settings, subscriber, address)
    if row.doubts >= MOST_DOUBTS:
        why_not = "a relay may have taken it twice"
    if why_not is not None or address is None:
        row.next_at, row.reason = None, why_not
        return None
    row.doubts += 1  # until it is known how this try ended
    return _Task(
        id=row.id,
        kind=row.kind,
        address=address,
        language=subscriber.language,
        branding=get_list(session, row.list_id).branding,
        url=_url(settings, row),
        is_last=row.tries > len(WAITS),
    )


def _barred(
    session: Session, settings: Settings, subscriber: Subscriber, address: str | None
) -> str | None:
    if subscriber.address is None or address is None:
        return "erased"
    kept = get_suppression(session, hash_address(settings, address))
    if kept is None or kept.reason is SuppressionReason.UNSUBSCRIBED_ALL:
        return None  # they left by themselves: a goodbye may go, and they may ask to come back
    return f"suppressed: {kept.reason}"


def _url(settings: Settings, row: Greeting) -> str:
    tokens, base = Tokens(settings.secret), settings.public_url
    if row.kind is GreetingKind.CONFIRM:
        return f"{base}/c/{tokens.sign_up(row.subscriber_id, row.created_at + REQUEST_LASTS)}"
    if row.kind in LINKS:
        path, lasts = LINKS[row.kind]
        return f"{base}/{path}/{tokens.greeting(row.id, row.kind, row.created_at + lasts)}"
    path = "u" if row.kind is GreetingKind.GOODBYE else "p"
    return f"{base}/{path}/{tokens.subscription(row.subscriber_id, row.list_id)}"


def _note_not_sent(db: Database, task: _Task) -> None:
    with db.begin() as session:
        row = session.get_one(Greeting, task.id)
        row.doubts -= 1
        if task.is_last:
            row.next_at, row.reason = None, "no relay took it"


def _end(
    db: Database, task: _Task, *, sent_at: datetime | None = None, reason: str | None = None
) -> None:
    with db.begin() as session:
        row = session.get_one(Greeting, task.id)
        row.next_at, row.sent_at, row.reason = None, sent_at, reason
        row.doubts -= 1
