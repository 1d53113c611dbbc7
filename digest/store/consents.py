"""Consents: who asked for which list, when, from where and by which words, and who confirmed it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, selectinload

from digest.domain.states import ConsentHow
from digest.store.base import Row, id_column, text_enum
from digest.store.subscribers import Subscription


class Consent(Row):
    """One request to get a list. It counts once it is confirmed, and is kept as the proof."""

    __tablename__ = "consent"
    __table_args__ = (
        Index("ix_consent_subscription_id_asked_at", "subscription_id", "asked_at"),
        Index("ix_consent_network_asked_at", "network", "asked_at"),
        Index("ix_consent_asked_at", "asked_at"),
    )

    id: Mapped[UUID] = id_column()
    subscription_id: Mapped[UUID] = mapped_column(ForeignKey("subscription.id", ondelete="CASCADE"))
    asked_at: Mapped[datetime]
    how: Mapped[ConsentHow] = mapped_column(text_enum(ConsentHow))
    words: Mapped[str]  # what the form said
    origin: Mapped[str | None]  # the site of the form, or who acted
    network: Mapped[str | None]  # of the client: /24 or /48
    confirmed_at: Mapped[datetime | None]
    confirmed_from: Mapped[str | None]  # the network of whoever pressed the button


def open_requests(session: Session, subscriber_id: UUID, since: datetime) -> Sequence[Subscription]:
    """The places that somebody asked for since then and has not confirmed, with both ends."""
    asked = (
        select(Consent.subscription_id)
        .where(Consent.asked_at >= since, Consent.confirmed_at.is_(None))
        .correlate(None)
    )
    places = (
        select(Subscription)
        .where(Subscription.subscriber_id == subscriber_id, Subscription.id.in_(asked))
        .options(selectinload(Subscription.subscriber), selectinload(Subscription.mailing_list))
        .order_by(Subscription.id)
    )
    return session.scalars(places).all()


def count_requests(session: Session, since: datetime, network: str | None, most: int) -> int:
    """How many requests came since then, from one network or (None) from all; stops at ``most``."""
    found = select(Consent.id).where(Consent.asked_at > since)
    if network is not None:
        found = found.where(Consent.network == network)
    return session.scalar(select(func.count()).select_from(found.limit(most).subquery())) or 0


def confirm_consents(
    session: Session, subscription_id: UUID, *, since: datetime, now: datetime, network: str | None
) -> None:
    """Note that the open requests for one place were confirmed."""
    found = select(Consent).where(
        Consent.subscription_id == subscription_id,
        Consent.asked_at >= since,
        Consent.confirmed_at.is_(None),
    )
    for consent in session.scalars(found):
        consent.confirmed_at, consent.confirmed_from = now, network


def consents_of(session: Session, subscription_ids: Sequence[UUID]) -> Sequence[Consent]:
    """All that was asked for these places, in order."""
    found = select(Consent).where(Consent.subscription_id.in_(subscription_ids))
    return session.scalars(found.order_by(Consent.asked_at)).all()
