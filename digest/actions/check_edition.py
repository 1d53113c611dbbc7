"""What is wrong with an edition, before anybody gets it: all that can be said without the network.

``check_links`` adds what only asking other sites can tell.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from uuid import UUID

from digest.actions.renditions import EditionValues, edition_values, render_for
from digest.domain.edition import EditionContent, Variant
from digest.domain.relay import MaildirRelay, parse_relay
from digest.render import Finding, Severity, check_rendition
from digest.render.finding import error, warning
from digest.settings import Settings
from digest.store.editions import Edition, find_edition, recent_frozen
from digest.store.engine import Database, Session
from digest.store.relays import usable_relays
from digest.store.signing_keys import keys_of, signing_at

_ORDER = tuple(Severity)  # errors first


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What of an edition's faults does not stand in it."""

    last: EditionContent | None  # the edition before it
    is_signed: bool  # by a key of the From address's domain, or nothing leaves the machine


def check_edition(
    db: Database, settings: Settings, edition_id: UUID, *, now: datetime
) -> tuple[Finding, ...]:
    """The findings on an edition as most of its readers get it, and as text only; errors first."""
    with db.read() as session:
        edition = find_edition(session, edition_id)
        values = edition_values(session, settings, edition)
        around = surroundings(session, edition, values, now)
    return find_faults(values, around)


def surroundings(
    session: Session, edition: Edition, values: EditionValues, now: datetime
) -> Surroundings:
    """What ``find_faults`` has to know beside the edition's own values."""
    frozen = recent_frozen(session, edition.list_id, edition.stream, 2)
    # A correction has the briefs of what it corrects: it is compared with the one before that.
    same = {edition.id, edition.corrects_id}
    before = [one.content for one in frozen if one.id not in same]
    domain = values.branding.from_address.rpartition("@")[2].lower()
    is_local = all(
        isinstance(parse_relay(relay.url), MaildirRelay) for relay in usable_relays(session)
    )
    return Surroundings(
        last=before[0] if before else None,
        is_signed=is_local or bool(signing_at(keys_of(session, domain), now)),
    )


def find_faults(values: EditionValues, around: Surroundings) -> tuple[Finding, ...]:
    """The findings on the default variant and its text-only twin, each once, errors first."""
    twins = (values.default, Variant(language=values.default.language, text_only=True))
    found: dict[Finding, None] = {}
    # Plain, since counted links don't show where they lead; counted, since these are longer.
    ways = (values, values.plain) if values.counted else (values,)
    for way, variant in product(ways, twins):
        rendition = render_for(way, variant)
        if rendition is None:
            return (error("content", "There is no brief in it.", "Put one in, or withdraw it."),)
        found.update(dict.fromkeys(check_rendition(rendition, values.branding)))
    found.update(dict.fromkeys(_around(values, around)))
    return tuple(sorted(found, key=lambda finding: _ORDER.index(finding.severity)))


def _around(values: EditionValues, around: Surroundings) -> Iterator[Finding]:
    content, last = values.content, around.last
    if last is not None and last.briefs:
        if {brief.url for brief in content.briefs} <= {brief.url for brief in last.briefs}:
            why = f"Every brief of it stood in No. {last.number} already."
            yield error("content", why, "Put in what is new, or withdraw it.")
        if content.subject == last.subject:
            why = f"It is that of No. {last.number}, so mailboxes show both as one conversation."
            yield warning("subject", why, "Write another one.")
    if not around.is_signed:
        domain = values.branding.from_address.rpartition("@")[2]
        why = (
            f"No DKIM key of {domain} signs, so DMARC can't pass by DKIM; Gmail, Yahoo and "
            "Microsoft refuse or hide bulk mail that isn't signed by its From domain."
        )
        yield warning("from", why, f"Make one: digest key create {domain}.")
