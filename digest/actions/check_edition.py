"""What is wrong with an edition, before anybody gets it."""

from uuid import UUID

from digest.actions.renditions import EditionValues, edition_values, render_for
from digest.domain.edition import Variant
from digest.render import Finding, Severity, check_rendition
from digest.settings import Settings
from digest.store.editions import find_edition
from digest.store.engine import Database


def check_edition(db: Database, settings: Settings, edition_id: UUID) -> tuple[Finding, ...]:
    """The findings on an edition as most of its readers get it, and as text only; errors first."""
    with db.read() as session:
        values = edition_values(session, settings, find_edition(session, edition_id))
    return find_faults(values)


def find_faults(values: EditionValues) -> tuple[Finding, ...]:
    """The findings on the default variant and its text-only twin, each once, errors first."""
    twins = (values.default, Variant(language=values.default.language, text_only=True))
    found: dict[Finding, None] = {}
    for variant in twins:
        rendition = render_for(values, variant)
        if rendition is None:
            why = "There is no brief in it."
            return (Finding(Severity.ERROR, "content", why, "Put one in, or withdraw it."),)
        found.update(dict.fromkeys(check_rendition(rendition, values.branding)))
    return tuple(sorted(found, key=lambda finding: finding.severity is not Severity.ERROR))
