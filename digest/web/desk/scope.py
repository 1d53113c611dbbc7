"""What the parameters of a path say about the lists that the thing belongs to."""

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from digest.domain.errors import NotFound
from digest.store import owners
from digest.store.engine import Database, Session

Owners = Callable[[Session, str], Collection[UUID]]


def _by_id(find: Callable[[Session, UUID], Collection[UUID]]) -> Owners:
    def owners_of(session: Session, text: str) -> Collection[UUID]:
        try:
            return find(session, UUID(text))
        except ValueError:
            raise NotFound(f"There is nothing with the id {text[:40]!r}.") from None

    return owners_of


# A route whose path has one of these is shown to those alone who may see one of the lists.
SCOPED: Mapping[str, Owners] = {
    "list_slug": owners.lists_of_slug,
    "edition_id": _by_id(owners.lists_of_edition),
    "campaign_id": _by_id(owners.lists_of_campaign),
    "run_id": _by_id(owners.lists_of_run),
    "delivery_id": _by_id(owners.lists_of_delivery),
    "import_id": _by_id(owners.lists_of_import),
    "subscriber_id": _by_id(owners.lists_of_subscriber),
}

# These belong to no list: the role decides alone. A test wants each parameter in one of the two.
UNSCOPED = frozenset(
    {
        "account_id",
        "token_id",
        "secret",
        "source_slug",
        "brief_id",
        "stream",
        "name",
        "relay_name",
        "domain",
        "event_id",
    }
)


def lists_of(db: Database, parameters: Mapping[str, str]) -> Collection[UUID] | None:
    """The lists that a path's parameters lead to, None where they lead to none.

    Where a path names two things, both have to belong to the list: ``NotFound`` otherwise.
    """
    scoped = {name: text for name, text in parameters.items() if name in SCOPED}
    if not scoped:
        return None
    with db.read() as session:
        found = [set(SCOPED[name](session, text)) for name, text in scoped.items()]
    shared = set.intersection(*found)
    if not shared and any(found):
        raise NotFound("These two don't belong together.")
    return shared
