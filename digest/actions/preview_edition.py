"""An edition as some reader would get it, by the function that sends."""

from dataclasses import replace
from uuid import UUID

from digest.actions.renditions import EditionValues, edition_values, render_for
from digest.domain.address import parse_address
from digest.domain.edition import Rendition, TemplateSet, Variant
from digest.domain.errors import Illegal, NotFound
from digest.render.words import language_tag
from digest.settings import Settings
from digest.store.editions import Edition, find_edition
from digest.store.engine import Database, Session
from digest.store.subscribers import find_subscriber, get_subscription

PERSONAS = "default, text, topic:NAME, language:TAG, or a subscriber's address"
_PREFIX = "persona:"
_TOPIC = "topic:"
_LANGUAGE = "language:"
_SUBSCRIBER = "subscriber:"


def preview_edition(
    db: Database,
    settings: Settings,
    edition_id: UUID,
    *,
    reader: str = "default",
    templates: TemplateSet | None = None,
) -> Rendition:
    """The rendition for a persona (``default``, ``text``, ``topic:NAME``, ``language:TAG``, with or
    without ``persona:`` before it) or for a subscriber of the list, by address.

    Its placeholders are those of the send; ``renditions.with_inert_fields`` fills them.
    ``templates`` stand in for those of the edition. ``Illegal`` where no brief of the edition is
    in the reader's topics.
    """
    with db.read() as session:
        edition = find_edition(session, edition_id)
        values = edition_values(session, settings, edition)
        values = replace(values, templates=templates) if templates else values
        variant = variant_of(session, edition, values, reader)
    return rendition_of(values, variant)


def rendition_of(values: EditionValues, variant: Variant) -> Rendition:
    """The rendition; ``Illegal`` where nothing in the edition is in the reader's topics."""
    rendition = render_for(values, variant)
    if rendition is None:
        topics = ", ".join(variant.topics)
        raise Illegal(f"Nothing in this edition is in the topics of this reader ({topics}).")
    return rendition


def variant_of(session: Session, edition: Edition, values: EditionValues, reader: str) -> Variant:
    """The choices of a persona or a subscriber; ``Illegal`` or ``NotFound`` where there is none."""
    reader = reader.strip()
    is_persona = reader.startswith(_PREFIX)
    name = reader.removeprefix(_PREFIX)
    language = values.default.language
    if name == "default":
        return values.default
    if name == "text":
        return Variant(language=language, text_only=True)
    if name.startswith(_TOPIC) and name.removeprefix(_TOPIC).strip():
        return Variant(topics=(name.removeprefix(_TOPIC).strip(),), language=language)
    if name.startswith(_LANGUAGE) and language_tag(name.removeprefix(_LANGUAGE)):
        return Variant(language=name.removeprefix(_LANGUAGE))
    if name.startswith(_SUBSCRIBER):
        return _chosen_by(session, edition, name.removeprefix(_SUBSCRIBER))
    if "@" in name and not is_persona:
        return _choices(session, edition, name)
    raise Illegal(f"There is no reader {reader!r} to preview as; give {PERSONAS}.")


def _choices(session: Session, edition: Edition, address: str) -> Variant:
    subscriber = find_subscriber(session, str(parse_address(address)))
    return _chosen_by(session, edition, str(subscriber.id))


def _chosen_by(session: Session, edition: Edition, subscriber_id: str) -> Variant:
    try:
        subscription = get_subscription(session, UUID(subscriber_id), edition.list_id)
    except ValueError:
        subscription = None
    if subscription is None:
        raise NotFound("This reader is not subscribed to the list of this edition.")
    return subscription.choices
