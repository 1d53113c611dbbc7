"""An edition as some reader would get it, by the function that sends."""

from dataclasses import replace
from uuid import UUID

from digest.actions.renditions import EditionValues, edition_values, render_for
from digest.domain.address import parse_address
from digest.domain.edition import Rendition, TemplateSet, Variant
from digest.domain.errors import Illegal, NotFound
from digest.settings import Settings
from digest.store.editions import Edition, find_edition
from digest.store.engine import Database, Session
from digest.store.subscribers import find_subscriber, get_subscription

PERSONAS = "default, text, topic:NAME, or a subscriber's address"
_PREFIX = "persona:"
_TOPIC = "topic:"


def preview_edition(
    db: Database,
    settings: Settings,
    edition_id: UUID,
    *,
    reader: str = "default",
    templates: TemplateSet | None = None,
) -> Rendition:
    """The rendition for a persona (``default``, ``text``, ``topic:NAME``, with or without
    ``persona:`` before it) or for a subscriber of the list, by address.

    Its placeholders are those of the send; ``renditions.with_inert_fields`` fills them.
    ``templates`` stand in for those of the edition. ``Illegal`` where no brief of the edition is
    in the reader's topics.
    """
    with db.read() as session:
        edition = find_edition(session, edition_id)
        values = edition_values(session, settings, edition)
        values = replace(values, templates=templates) if templates else values
        variant = _variant(session, edition, values, reader.strip())
    rendition = render_for(values, variant)
    if rendition is None:
        topics = ", ".join(variant.topics)
        raise Illegal(f"Nothing in this edition is in the topics of this reader ({topics}).")
    return rendition


def _variant(session: Session, edition: Edition, values: EditionValues, reader: str) -> Variant:
    is_persona = reader.startswith(_PREFIX)
    name = reader.removeprefix(_PREFIX)
    language = values.default.language
    if name == "default":
        return values.default
    if name == "text":
        return Variant(language=language, text_only=True)
    if name.startswith(_TOPIC) and name.removeprefix(_TOPIC).strip():
        return Variant(topics=(name.removeprefix(_TOPIC).strip(),), language=language)
    if "@" in name and not is_persona:
        return _choices(session, edition, name)
    raise Illegal(f"There is no reader {reader!r} to preview as; give {PERSONAS}.")


def _choices(session: Session, edition: Edition, address: str) -> Variant:
    subscriber = find_subscriber(session, str(parse_address(address)))
    subscription = get_subscription(session, subscriber.id, edition.list_id)
    if subscription is None:
        raise NotFound(f"{address} is not subscribed to the list of this edition.")
    return subscription.choices
