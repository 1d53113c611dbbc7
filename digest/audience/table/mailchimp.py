"""Mailchimp's export of an audience: a ZIP of a CSV file for each standing, or one of these files.

``subscribed_…``, ``unsubscribed_…``, ``cleaned_…`` (addresses that bounced) and
``nonsubscribed_…`` (contacts who never asked). Merge fields, headed by their labels, come first;
then columns in capitals that Mailchimp adds, by which (``UNSUB_TIME``, ``CLEAN_TIME``) a file that
was renamed is known, too.
"""

import csv
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from digest.audience.sign_up import network_of
from digest.audience.table.columns import Columns, attribute_columns, meaning_of
from digest.audience.table.forms import Form, MovingReader, Standing, moment
from digest.audience.table.people import Asked, Person, check_attribute
from digest.domain.errors import Illegal
from digest.domain.states import SuppressionReason
from digest.store.lists import MailingList

# The one word before the first underscore of a file's name. None: never subscribed.
STANDINGS = {
    "cleaned": Standing.SUPPRESSED,
    "unsubscribed": Standing.UNSUBSCRIBED,
    "subscribed": Standing.CONFIRMED,
    "nonsubscribed": None,
}
_READ = ("OPTIN_TIME", "OPTIN_IP", "CONFIRM_TIME", "CONFIRM_IP", "UNSUB_TIME", "CLEAN_TIME", "TAGS")
_NOISE = (
    "MEMBER_RATING", "LATITUDE", "LONGITUDE", "GMTOFF", "DSTOFF", "TIMEZONE", "CC", "REGION",
    "LAST_CHANGED", "LEID", "EUID", "NOTES", "UNSUB_CAMPAIGN_TITLE", "UNSUB_CAMPAIGN_ID",
    "UNSUB_REASON", "UNSUB_REASON_OTHER", "CLEAN_CAMPAIGN_TITLE", "CLEAN_CAMPAIGN_ID",
)  # fmt: skip
_PEOPLE = ("address", "name", "first_name", "last_name")


def mailchimp_form(standing: Standing | None) -> Form:
    """How a table is read; ``standing`` is what its name, or somebody, says of its people. A table
    that tells when people left, or were cleaned, is read as one of these whatever is said."""
    return Form(_find_columns, partial(_reader, standing=standing))


def _find_columns(first_row: Sequence[str]) -> Columns:
    heads = [cell.strip() for cell in first_row]
    places = {head.lower(): heads.index(head) for head in _READ if head in heads}
    noise = {place for place, head in enumerate(heads) if head in _READ or head in _NOISE}
    if "Email Address" in heads:
        places["address"] = heads.index("Email Address")
    for place, head in enumerate(heads):
        what = meaning_of(head)
        if what in _PEOPLE and place not in noise and not (what == "address" and what in places):
            places.setdefault(what, place)
    if "address" not in places or not noise:
        raise Illegal("This is no export of a Mailchimp audience: it has no 'Email Address'.")
    return Columns(places, attribute_columns(first_row, noise | set(places.values())))


def _reader(
    columns: Columns, mailing_list: MailingList, *, standing: Standing | None
) -> "MailchimpReader":
    if "unsub_time" in columns.places:
        standing = Standing.UNSUBSCRIBED
    elif "clean_time" in columns.places:
        standing = Standing.SUPPRESSED
    if standing is None:
        raise Illegal(
            "Neither the file's name nor its columns say how these people stood; if they were "
            "subscribed, say that they are confirmed (--as confirmed)."
        )
    return MailchimpReader(columns, mailing_list, standing)


class MailchimpReader(MovingReader):
    """Reads the rows of one file for one list."""

    reason = SuppressionReason.HARD_BOUNCE
    note = "cleaned in Mailchimp"

    def gone_since(self, cells: Sequence[str]) -> datetime | None:
        return moment(self.cell(cells, "clean_time") or self.cell(cells, "unsub_time"))

    def completed(self, one: Person, cells: Sequence[str]) -> Person:
        tags = _tags(self.cell(cells, "tags"))
        return one._replace(
            is_confirmed=self._standing is Standing.CONFIRMED,
            attributes=one.attributes | ({"tags": check_attribute("tags", tags)} if tags else {}),
            asked=self._asked(cells),
        )

    def _asked(self, cells: Sequence[str]) -> Asked | None:
        confirmed_at = moment(self.cell(cells, "confirm_time"))
        if confirmed_at is None:
            return None
        return Asked(
            moment(self.cell(cells, "optin_time")) or confirmed_at,
            network_of(self.cell(cells, "optin_ip")),
            confirmed_at,
            network_of(self.cell(cells, "confirm_ip")),
            "Mailchimp",
        )


def _tags(text: str) -> str:
    """``"Friends","Press list"``, as the cell has them, as ``Friends; Press list``."""
    names = next(csv.reader([" ".join(text.split())], skipinitialspace=True), [])
    return "; ".join(filter(None, (name.strip() for name in names)))
