"""An edition as one reader would get it, with what there is to say of it before it goes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from digest.actions.check_edition import find_faults, surroundings
from digest.actions.preview_edition import preview_edition, rendition_of, variant_of
from digest.actions.preview_message import preview_message
from digest.actions.renditions import edition_values, with_inert_fields
from digest.actions.show_edition import EditionView, view_of
from digest.domain.address import parse_address
from digest.domain.edition import SIZE_BUDGET, EditionContent, Rendition
from digest.domain.errors import NotFound
from digest.render import Finding, builtin_templates
from digest.render.weight import CLIPPED_AT, transferred_size
from digest.render.words import languages
from digest.settings import Settings
from digest.store.editions import find_edition
from digest.store.engine import Database
from digest.store.lists import get_list
from digest.store.subscribers import find_subscriber, get_subscription

DEFAULT = "default"
AS_DEVICE = "device"
# A frame without an origin of its own gets the device's scheme, whatever the page around it says.
_ASKED = "(prefers-color-scheme: dark)"
_ANSWERS = {"dark": "(min-width: 0)", "light": "(max-width: 0)"}


@dataclass(frozen=True, slots=True)
class Weight:
    """Bytes of the HTML part as it is transferred, and where Gmail cuts it off."""

    html: int
    budget: int = SIZE_BUDGET
    limit: int = CLIPPED_AT


@dataclass(frozen=True, slots=True)
class Preview:
    """What the preview page shows. The rendition's personal links are inert."""

    view: EditionView
    rendition: Rendition
    weight: Weight
    personas: tuple[tuple[str, str], ...]  # reader, and what to call them
    findings: tuple[Finding, ...]


def read_preview(
    db: Database, settings: Settings, edition_id: UUID, reader: str, now: datetime
) -> Preview:
    """The edition for a reader, as ``preview_edition`` has it; the findings are on all of it."""
    with db.read() as session:
        edition = find_edition(session, edition_id)
        values = edition_values(session, settings, edition)
        variant = variant_of(session, edition, values, reader)
        around = surroundings(session, edition, values, now)
        view = view_of(edition, get_list(session, edition.list_id).slug)
    rendition = rendition_of(values, variant)
    return Preview(
        view=view,
        rendition=with_inert_fields(rendition, settings),
        weight=Weight(transferred_size(rendition.html or "", rendition.marker)),
        personas=tuple(_personas(view.content)),
        findings=find_faults(values, around),
    )


def read_frame(
    db: Database, settings: Settings, edition_id: UUID, reader: str, scheme: str = AS_DEVICE
) -> str:
    """The HTML part, to be shown in a frame; empty, where the reader gets none.

    Byte for byte, but that links of one reader's own are inert, and that ``dark`` or ``light``
    answers the one question that the mail asks of the device.
    """
    rendition = preview_edition(db, settings, edition_id, reader=reader)
    html = with_inert_fields(rendition, settings).html or ""
    return html.replace(_ASKED, _ANSWERS.get(scheme, _ASKED))


def read_source(
    db: Database, settings: Settings, edition_id: UUID, reader: str, now: datetime
) -> str:
    """The whole message as it is handed to a relay, for reading."""
    raw = preview_message(db, settings, edition_id, reader=reader, now=now)
    return raw.decode("ascii", "replace").replace("\r\n", "\n")


def find_reader(db: Database, edition_id: UUID, address: str) -> UUID:
    """The subscriber of an edition's list with that address, so that no address stands in a link;
    ``NotFound`` where there is none."""
    with db.read() as session:
        edition = find_edition(session, edition_id)
        subscriber = find_subscriber(session, str(parse_address(address)))
        if get_subscription(session, subscriber.id, edition.list_id) is None:
            raise NotFound(f"{address} is not subscribed to the list of this edition.")
        return subscriber.id


def _personas(content: EditionContent) -> list[tuple[str, str]]:
    topics = dict.fromkeys(topic for brief in content.briefs for topic in brief.topics)
    others = [tag for tag in languages(builtin_templates()) if tag != content.language]
    return [
        (DEFAULT, "Everything"),
        ("text", "Text only"),
        *((f"topic:{topic}", f"Topic {topic}") for topic in topics),
        *((f"language:{tag}", f"Frame in {tag}") for tag in others),
    ]
