"""Which candidates can't be in an edition whatever their rank, and why."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from digest.assemble.candidate import Candidate
from digest.assemble.groups import Group, group_copies
from digest.domain.edition import Excluded


def screen(
    candidates: Sequence[Candidate],
    used: Mapping[UUID, str],
    now: datetime,
    max_age: timedelta,
    goes_out: datetime | None = None,
) -> tuple[list[Candidate], list[Excluded]]:
    """Those that may go in, and those that can't with the reason.

    ``used`` says which edition carries a brief already: ``No. 12``; ``goes_out`` is when the
    edition's mails are first sent (None: at once).
    """
    fit: list[Candidate] = []
    excluded: list[Excluded] = []
    for candidate in candidates:
        why = _objection(candidate, used.get(candidate.id), now, max_age, goes_out or now)
        if why is None:
            fit.append(candidate)
        else:
            excluded.append(exclude(candidate, why))
    return fit, excluded


def screen_copies(
    candidates: Sequence[Candidate], sent: Mapping[Candidate, str]
) -> tuple[list[Group], list[Excluded]]:
    """The stories that these candidates tell, and the copies that stand behind a better one or
    behind what a recent edition carried (``sent``: brief → edition)."""
    groups: list[Group] = []
    excluded: list[Excluded] = []
    old = {brief.id: number for brief, number in sent.items()}
    for group in group_copies([*candidates, *sent]):
        copies = (group.best, *group.others)
        earlier = next((copy for copy in copies if copy.id in old), None)
        if earlier is None:
            groups.append(group)
            excluded.extend(exclude(copy, _copy_of(group.best)) for copy in group.others)
        else:
            why = f"{_copy_of(earlier)}, sent in {old[earlier.id]}"
            excluded.extend(exclude(copy, why) for copy in copies if copy.id not in old)
    return groups, excluded


def exclude(candidate: Candidate, why: str) -> Excluded:
    """The candidate's entry among those that were left out."""
    return Excluded(candidate.id, candidate.title, why)


def _objection(
    candidate: Candidate,
    edition: str | None,
    now: datetime,
    max_age: timedelta,
    goes_out: datetime,
) -> str | None:
    if edition is not None:
        return f"used before, in {edition}"
    if not candidate.title.strip():
        return "has no title"
    if not candidate.url.strip():
        return "has no URL"
    if candidate.embargoed_until is not None and candidate.embargoed_until > goes_out:
        return f"embargoed until {candidate.embargoed_until:%Y-%m-%d %H:%M} UTC"
    if not _is_wanted(candidate.categories, candidate.wanted):
        takes = ", ".join(candidate.wanted)
        has = ", ".join(candidate.categories) or "none"
        return f"filtered by category: the list takes {takes} from {candidate.source}; it has {has}"
    if now - candidate.dated_at > max_age:
        return f"too old: out {spell(now - candidate.dated_at)} ago, {spell(max_age)} at most"
    return None


def _is_wanted(has: Collection[str], wanted: Collection[str]) -> bool:
    return not wanted or not {c.casefold() for c in has}.isdisjoint(c.casefold() for c in wanted)


def _copy_of(best: Candidate) -> str:
    return f"duplicate of “{best.title}” at {best.source or best.url}"


def spell(span: timedelta) -> str:
    """A span in its two greatest units: ``3 d 4 h``, ``2 h``, ``5 min``."""
    minutes = max(0, int(span.total_seconds()) // 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [(days, "d"), (hours, "h"), (0 if days else minutes, "min")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 min"
