"""How often the links of an edition were followed."""

from datetime import timedelta
from uuid import UUID

from fastapi import Response

from digest.actions.click_numbers import ClickNumbers, click_numbers
from digest.web.desk.charts import Chart, bars
from digest.web.desk.desk import AtDesk

MOST_DAYS = 60  # on the chart, from the first day on


def show_clicks(desk: AtDesk, edition_id: UUID) -> Response:
    """GET /desk/editions/{edition_id}/clicks."""
    found = click_numbers(desk.site.db, edition_id)
    return desk.page("desk/clicks.html", found=found, chart_of_days=_chart(found))


def _chart(found: ClickNumbers) -> Chart | None:
    """The days from the first click on, those without any among them."""
    if not found.days:
        return None
    first, clicks = found.days[0].day, {one.day: one.clicks for one in found.days}
    span = min(MOST_DAYS, (found.days[-1].day - first).days + 1)
    days = [first + timedelta(days=n) for n in range(span)]
    return bars([f"{day.day} {day:%b}" for day in days], [clicks.get(day, 0) for day in days])
