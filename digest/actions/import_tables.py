"""Import a file that came over the web: one table, or the tables of a service's export, as one."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from digest.accounts.roles import Grants, reaches
from digest.actions.gone_elsewhere import Parting
from digest.actions.import_subscribers import Fate, Imported, import_subscribers
from digest.audience.table import Origin, Part, Reject, parts_of
from digest.domain.address_flags import Flag
from digest.domain.errors import Forbidden
from digest.domain.role import Role
from digest.settings import Settings
from digest.store.engine import Database

MOST_UNPACKED = 400 << 20  # bytes, of a ZIP that somebody sends


@dataclass(slots=True)
class Taken:
    """What the import of all tables of a file did, or would do."""

    rows: int = 0
    rejected: int = 0
    duplicates: int = 0
    counts: Counter[Fate] = field(default_factory=Counter)
    partings: Counter[Parting] = field(default_factory=Counter)
    flags: Counter[Flag] = field(default_factory=Counter)

    def add(self, found: Imported) -> None:
        self.rows += found.rows
        self.rejected += found.rejected
        self.duplicates += found.duplicates
        self.counts += found.counts
        self.partings += found.partings
        self.flags += found.flags


def refuse_unless_whole(origin: Origin, grants: Grants) -> None:
    """``Forbidden`` for who may not suppress: an export does so, for every list."""
    if origin.service is not None and not reaches(grants.everywhere, Role.OPERATOR):
        raise Forbidden(
            "Who bounced at another service gets no mail from any list here; so to import its "
            "exports needs the role operator on all lists."
        )


def import_tables(
    db: Database,
    settings: Settings,
    path: Path,
    origin: Origin,
    *,
    list_slug: str,
    now: datetime,
    actor: str,
    dry_run: bool = False,
    on_reject: Callable[[Reject], None] = lambda _: None,
    on_share: Callable[[float], None] = lambda _: None,
) -> Taken:
    """Import each table by ``import_subscribers``; ``on_share`` gets how much of all has been read,
    0 to 1. Where there are several, the reason of a reject names its table."""
    taken = Taken()
    with parts_of(path, origin, most=MOST_UNPACKED) as parts:
        sizes = [part.path.stat().st_size for part in parts]
        for at, part in enumerate(parts):
            found = import_subscribers(
                db,
                settings,
                part.path,
                list_slug=list_slug,
                now=now,
                actor=actor,
                form=part.form,
                dry_run=dry_run,
                on_reject=on_reject if len(parts) == 1 else _naming(part, on_reject),
                on_bytes=_sharing(sum(sizes[:at]), sum(sizes), on_share),
            )
            taken.add(found)
    return taken


def _naming(part: Part, on_reject: Callable[[Reject], None]) -> Callable[[Reject], None]:
    return lambda one: on_reject(one._replace(reason=f"{part.path.name}: {one.reason}"))


def _sharing(before: int, size: int, on_share: Callable[[float], None]) -> Callable[[int], None]:
    return lambda position: on_share((before + position) / size)
