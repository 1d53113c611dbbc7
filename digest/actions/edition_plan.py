"""What a build reads before it assembles, and what it gives back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from digest.actions.edition_window import Window
from digest.assemble.edition import Material
from digest.domain.edition import EditionContent, Excluded
from digest.domain.states import Stream
from digest.store.lists import MailingList


class BuildOutcome(StrEnum):
    DRAFTED = "drafted"
    REFRESHED = "refreshed"  # the draft that there was
    KEPT = "kept"  # somebody edited the draft: it stays as it is
    SKIPPED = "skipped"  # there is too little for an edition


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What became of a build. Without an edition, ``reason`` says why; where an edited draft was
    kept, it says so."""

    outcome: BuildOutcome
    edition_id: UUID | None
    list_slug: str
    stream: Stream
    run_id: UUID | None
    content: EditionContent | None
    excluded: tuple[Excluded, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """What a draft was made on top of: where it has changed, the draft is made anew."""

    last_frozen: UUID | None
    draft: UUID | None
    version: int | None
    built_at: datetime | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What was read before assembling; ``material`` is None where an edited draft stays."""

    mailing_list: MailingList
    stream: Stream
    run_id: UUID | None
    window: Window
    basis: Basis
    material: Material | None
