"""Forget what is no longer needed, a little at a time: raw feedback, uploads, new addresses."""

from datetime import datetime, timedelta

from digest.actions.desk_import import KEPT
from digest.audience.sign_up import REQUEST_LASTS
from digest.settings import Settings
from digest.store.engine import Database
from digest.store.feedback import drop_raw
from digest.store.greetings import drop_new_addresses
from digest.store.imports import drop_uploads

AT_ONCE = 200  # events, each of them maybe some 100 kB


def forget_old(db: Database, settings: Settings, now: datetime) -> None:
    """One step; the beat takes one every few seconds."""
    with db.begin() as session:
        drop_raw(session, now - timedelta(days=settings.feedback_days), AT_ONCE)
        drop_uploads(session, now - KEPT)
        drop_new_addresses(session, now - REQUEST_LASTS)
