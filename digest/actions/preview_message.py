"""The whole message that a reader gets, as a file or as a test mail: its own links are inert."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from digest.actions.edition_locks import hold_list
from digest.actions.preview_edition import preview_edition
from digest.actions.relays import open_relay
from digest.actions.renditions import edition_values
from digest.actions.view_edition import ABOUT_LINKS
from digest.deliver.dkim import Signer
from digest.deliver.keyring import Keyring
from digest.deliver.message import CompiledMessage, Origin, Personal
from digest.deliver.recipients import is_allowed
from digest.deliver.transport import Mail
from digest.domain.address import parse_address
from digest.domain.edition import Rendition
from digest.domain.errors import Illegal, Transient
from digest.domain.ids import message_key, uuid7
from digest.settings import Settings
from digest.store import audit
from digest.store.editions import find_edition
from digest.store.engine import Database
from digest.store.lists import get_list

NOBODY = "reader@example.invalid"
TEST_MARK = "[Test] "
MOST_TESTS = 30  # mails an hour for each person
HOUR = timedelta(hours=1)


def preview_message(
    db: Database, settings: Settings, edition_id: UUID, *, reader: str, now: datetime
) -> bytes:
    """The message as it goes out, made by the same code that sends, with CRLF line ends."""
    rendition = preview_edition(db, settings, edition_id, reader=reader)
    prepared = _prepare(db, settings, edition_id, rendition, now)
    return prepared.compiled.build(_inert(settings, NOBODY, edition_id, now), prepared.signer)


def send_test(
    db: Database,
    settings: Settings,
    edition_id: UUID,
    addresses: Sequence[str],
    *,
    reader: str,
    now: datetime,
    actor: str,
) -> list[tuple[str, str]]:
    """Send an edition to some addresses, its subject marked; gives each with the relay's reply.

    ``Illegal`` where an address is none or may not be written to, or where it is too much for one
    person in an hour; nothing is sent then.
    """
    people = list(dict.fromkeys(str(parse_address(address)) for address in addresses))
    barred = [address for address in people if not is_allowed(settings, address)]
    if barred:
        raise Illegal(f"{barred[0]} is not among DIGEST_ALLOWED_RECIPIENTS; nothing was sent.")
    _note_test(db, edition_id, people, now, actor)
    rendition = preview_edition(db, settings, edition_id, reader=reader)
    marked = replace(rendition, subject=TEST_MARK + rendition.subject)
    prepared = _prepare(db, settings, edition_id, marked, now)
    transport = open_relay(db, settings, now)
    if transport is None:
        raise Transient("No relay can be used just now; see `digest relay list`.")
    replies = []
    try:
        for address in people:
            personal = _inert(settings, address, uuid7(), now)
            content = prepared.compiled.build(personal, prepared.signer)
            reply = transport.send(Mail(prepared.sender, address, content))
            replies.append((address, str(reply)))
    finally:
        transport.close()
    return replies


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What the messages of an edition are made with."""

    compiled: CompiledMessage
    sender: str
    signer: Signer | None


def _prepare(
    db: Database, settings: Settings, edition_id: UUID, rendition: Rendition, now: datetime
) -> _Prepared:
    with db.read() as session:
        edition = find_edition(session, edition_id)
        branding = edition_values(session, settings, edition).branding
        keyring = Keyring(settings, branding.from_address)
        signer = keyring.signer(session, keyring.current(session, now))
        origin = Origin(edition.id, edition.stream)
    return _Prepared(CompiledMessage(rendition, branding, origin), branding.from_address, signer)


def _inert(settings: Settings, address: str, key: UUID, now: datetime) -> Personal:
    """Somebody whose links lead to a page that explains them and changes nothing."""
    about = settings.public_url + ABOUT_LINKS
    return Personal(
        address=address,
        message_key=message_key(key, key),
        date=now,
        unsubscribe_url=about,
        preferences_url=about,
    )


def _note_test(
    db: Database, edition_id: UUID, people: Sequence[str], now: datetime, actor: str
) -> None:
    """Count the mails before they go, so that two at once can't both be the last one allowed."""
    with db.begin() as session:
        edition = find_edition(session, edition_id)
        hold_list(session, edition.list_id)
        mailing_list = get_list(session, edition.list_id)
        barred = [it for it in people if not may_test(mailing_list.test_recipients, it)]
        if barred:
            allowed = ", ".join(mailing_list.test_recipients)
            raise Illegal(f"Tests of {mailing_list.name} go to {allowed} only, not to {barred[0]}.")
        earlier = audit.entries(session, actor=actor, action="tested", since=now - HOUR)
        sent = sum((entry.after or {}).get("recipients", 0) for entry in earlier)
        if sent + len(people) > MOST_TESTS:
            raise Illegal(
                f"That would be {sent + len(people)} test mails in an hour; {MOST_TESTS} are "
                "allowed. Nothing was sent."
            )
        audit.record(
            session,
            now=now,
            actor=actor,
            action="tested",
            noun="edition",
            noun_id=edition_id,
            after={"recipients": len(people), "version": edition.version},
        )


def may_test(allowed: Sequence[str], address: str) -> bool:
    """Whether a list whose tests go to these addresses and domains lets one go there; all, where
    it names none."""
    whole = address.lower()
    domain = whole[whole.rindex("@") :]
    return not allowed or any(it.lower() in (whole, domain) for it in allowed)
