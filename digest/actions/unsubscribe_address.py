"""Take an address off a list, or off all of them, on a colleague's word."""

from datetime import datetime

from digest.actions.unsubscribe import unsubscribe, unsubscribe_all
from digest.audience.membership import Left
from digest.domain.address import parse_address
from digest.domain.errors import NotFound
from digest.store.engine import Database
from digest.store.lists import find_list
from digest.store.subscribers import find_subscriber


def unsubscribe_address(
    db: Database,
    address: str,
    *,
    list_slug: str | None,
    now: datetime,
    actor: str,
) -> int:
    """End one subscription, or all where ``list_slug`` is None; gives how many ended.

    ``NotFound`` where the address is not known, or was never on the list.
    """
    key = str(parse_address(address))
    with db.read() as session:
        subscriber = find_subscriber(session, key)
        places = subscriber.subscriptions
        if list_slug is not None:
            wanted = find_list(session, list_slug).id
            places = [place for place in places if place.list_id == wanted]
    if not places:
        raise NotFound(f"{key} was never on {list_slug or 'a list'}.")
    where = subscriber.id, places[0].list_id
    if list_slug is None:
        return unsubscribe_all(db, *where, how=Left.STAFF_ALL, now=now, actor=actor)
    return int(unsubscribe(db, *where, how=Left.STAFF, now=now, actor=actor))
