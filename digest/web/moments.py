"""Times as people at the desk read them: in their own zone, which is always named."""

from datetime import UTC, datetime

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from digest.clock import zone, zone_word


@pass_context
def when(context: Context, moment: datetime | None, zone_name: str | None = None) -> Markup:
    """``{{ run.scheduled_at|when }}``: day, time and zone, in the zone of the page (``zone``) or in
    the one that is given; a dash for None. Machines read the ``datetime`` attribute."""
    if moment is None:
        return Markup("–")
    local = moment.astimezone(zone(zone_name or context["zone"]))
    utc = moment.astimezone(UTC)
    return Markup('<time datetime="{}" title="{}">{} <span class="zone">{}</span></time>').format(
        f"{utc:%Y-%m-%dT%H:%M:%SZ}",
        f"{utc:%Y-%m-%d %H:%M} UTC",
        f"{local:%a} {local.day} {local:%b %Y, %H:%M}",
        zone_word(local),
    )
