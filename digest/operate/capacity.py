"""A plan on paper: what an edition to so many people takes, from figures that were measured."""

from dataclasses import dataclass
from math import ceil

from digest.domain.rate import Rate

BUSY = 0.7  # of a core that is planned to be in use: the rest is for what nobody foresaw


@dataclass(frozen=True, slots=True)
class Measured:
    """One measured campaign (``python -m bench.deliver campaign``) and where it is written down."""

    recipients: int
    freeze_seconds: float
    sending_rate: float  # mails a second, of the whole machine
    worker_us: float  # processor time a mail, in µs
    database_us: float
    sender_mb: float  # of one sending process
    row_bytes: float  # by which the database grew, a recipient
    cores: int
    processor: str
    measured_at: str
    source: str  # the file


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be planned for."""

    subscribers: int
    editions_per_day: int
    relay_rate: Rate
    kept_days: int  # how long deliveries are kept; 0: for ever


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of the plan. ``basis`` says how it came about, from which measured ones."""

    name: str
    value: float
    unit: str
    basis: str


@dataclass(frozen=True, slots=True)
class Plan:
    lines: tuple[Line, ...]
    warnings: tuple[str, ...]


def plan_capacity(wish: Wish, found: Measured) -> Plan:
    """How long an edition takes, what it needs, and how the database grows."""
    relay = wish.relay_rate.per_second
    rate = min(relay, found.sending_rate)
    freeze = found.freeze_seconds / found.recipients * wish.subscribers
    hours = (freeze + wish.subscribers / rate) / 3600
    workers = max(1, ceil(rate * found.worker_us / 1e6 / BUSY))
    daily = wish.subscribers * wish.editions_per_day
    growth = daily * found.row_bytes / 1e9
    limit = "the relay's" if relay <= found.sending_rate else "one machine's"
    share = f"µs a mail, {BUSY:.0%} of a core each"
    lines = [
        Line("freezing", freeze, "s", f"{found.freeze_seconds} s for {found.recipients:,} people"),
        Line("rate", rate, "/s", f"{limit}; a machine sends {found.sending_rate:,.0f}/s"),
        Line("an edition", hours, "h", "freezing, then subscribers / rate"),
        Line("sending a day", hours * wish.editions_per_day, "h", "an edition × editions a day"),
        Line("worker processes", workers, "", f"{found.worker_us} {share}"),
        Line("their memory", workers * found.sender_mb, "MB", f"{found.sender_mb} MB each"),
        Line(
            "cores for the database",
            rate * found.database_us / 1e6 / BUSY,
            "",
            f"{found.database_us} {share}",
        ),
        Line("database, more a day", growth, "GB", f"{found.row_bytes:,.0f} bytes a delivery"),
    ]
    if wish.kept_days:
        kept = growth * wish.kept_days
        basis = f"× {wish.kept_days} days, the retention of deliveries (DIGEST_DELIVERY_DAYS)"
        lines.append(Line("database, in the long run", kept, "GB", basis))
    return Plan(tuple(lines), tuple(_warnings(wish, found, hours)))


def _warnings(wish: Wish, found: Measured, hours: float) -> list[str]:
    between = 24 / wish.editions_per_day
    relay = wish.relay_rate.per_second
    said = []
    if hours > between:
        said.append(
            f"An edition takes {hours:.1f} h, and the next one comes after {between:.1f} h: "
            f"{wish.subscribers / (between * 3600):,.0f} mails a second are needed."
        )
    if relay > found.sending_rate:
        hosts = ceil(relay / found.sending_rate)
        said.append(
            f"The relay takes more than one such machine sends: {hosts} worker hosts would use it, "
            "if the database has the cores. That was not measured."
        )
    if wish.subscribers > 5 * found.recipients:
        said.append(
            f"{found.recipients:,} recipients were measured; {wish.subscribers:,} are "
            f"{wish.subscribers / found.recipients:.0f} times as many."
        )
    if not wish.kept_days:
        said.append(
            "Deliveries are kept for ever (DIGEST_DELIVERY_DAYS=0): the database only grows."
        )
    return said
