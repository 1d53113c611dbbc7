"""Mailing lists, the sources that feed them, and their cadences."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, Interval, Select, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload

from digest.domain.counting import Counting
from digest.domain.edition import SIZE_BUDGET, Branding, Layout
from digest.domain.errors import NotFound
from digest.domain.quiet_hours import QuietHours
from digest.domain.states import Approval, DoubtPolicy, Stream
from digest.store.base import AsJson, Row, id_column, text_enum
from digest.store.sources import Source


class MailingList(Row):
    """What people subscribe to: who signs it, how it looks, when and how it goes out."""

    __tablename__ = "mailing_list"

    id: Mapped[UUID] = id_column()
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    from_name: Mapped[str]
    from_address: Mapped[str]
    reply_to: Mapped[str]
    bounce_domain: Mapped[str | None]  # None: the domain of from_address
    postal_address: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")
    timezone: Mapped[str]
    created_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]

    # What goes in.
    sections: Mapped[tuple[str, ...]] = mapped_column(default=())  # in order; () as they come
    min_items: Mapped[int] = mapped_column(default=1)
    max_items: Mapped[int] = mapped_column(default=12)
    max_related: Mapped[int] = mapped_column(default=3)  # per brief
    max_item_age: Mapped[timedelta] = mapped_column(Interval, default=timedelta(days=7))
    first_lookback: Mapped[timedelta] = mapped_column(Interval, default=timedelta(days=1))

    # How it looks.
    logo_url: Mapped[str | None]
    logo_alt: Mapped[str] = mapped_column(default="")
    accent_color: Mapped[str] = mapped_column(default="#0b4f8a")
    footer_text: Mapped[str] = mapped_column(default="")
    layout: Mapped[str] = mapped_column(default=Layout.FULL.value)
    size_budget: Mapped[int] = mapped_column(default=SIZE_BUDGET)  # octets of HTML, encoded
    templates: Mapped[str | None]  # its own, by the id of a template_set; None: the built-in ones
    show_images: Mapped[bool] = mapped_column(default=False)

    # Who may see it, and what keeps it back.
    approved_by_other: Mapped[bool] = mapped_column(default=False)  # not by its last editor
    faults_block: Mapped[bool] = mapped_column(default=True)  # an error keeps from approval
    is_indexed: Mapped[bool] = mapped_column(default=True)  # search engines may show its archive

    # How people come and go.
    takes_signups: Mapped[bool] = mapped_column(default=True)  # False: staff alone put people on
    consent_words: Mapped[str] = mapped_column(default="")  # empty: the usual ones
    sends_welcome: Mapped[bool] = mapped_column(default=True)
    sends_goodbye: Mapped[bool] = mapped_column(default=False)
    sunset_days: Mapped[int | None]  # of silence, until people are asked to stay; None: never

    # When and how it goes.
    approval: Mapped[Approval] = mapped_column(text_enum(Approval), default=Approval.AUTOMATIC)
    lead_time: Mapped[timedelta] = mapped_column(Interval, default=timedelta(minutes=60))
    max_lateness: Mapped[timedelta] = mapped_column(Interval, default=timedelta(hours=2))
    expires_after: Mapped[timedelta] = mapped_column(Interval, default=timedelta(hours=24))
    doubt_policy: Mapped[DoubtPolicy] = mapped_column(
        text_enum(DoubtPolicy), default=DoubtPolicy.RESEND
    )
    dedupe_group: Mapped[str | None]
    quiet_hours: Mapped[QuietHours | None] = mapped_column(AsJson(QuietHours))

    counting: Mapped[Counting] = mapped_column(text_enum(Counting), default=Counting.NONE)

    # What editors may do.
    test_recipients: Mapped[tuple[str, ...]] = mapped_column(default=())  # addresses, domains; all
    archive_is_public: Mapped[bool] = mapped_column(default=False)  # a page lists what was sent

    feeds: Mapped[list["ListSource"]] = relationship(
        cascade="all, delete-orphan", order_by="ListSource.rank", lazy="raise"
    )
    cadences: Mapped[list["ListCadence"]] = relationship(cascade="all, delete-orphan", lazy="raise")

    @property
    def branding(self) -> Branding:
        """How its editions look and sign; frozen with an edition when that is approved."""
        return Branding(
            name=self.name,
            postal_address=self.postal_address,
            logo_url=self.logo_url,
            logo_alt=self.logo_alt,
            accent_color=self.accent_color,
            footer_text=self.footer_text,
            layout=Layout(self.layout),
            size_budget=self.size_budget,
            show_images=self.show_images,
            from_name=self.from_name,
            from_address=self.from_address,
            reply_to=self.reply_to,
            list_id=f"{self.slug}.{_domain(self.from_address)}",
            bounce_domain=self.bounce_domain or _domain(self.from_address),
            counting=self.counting,
        )


class ListSource(Row):
    """A source that feeds a list; no categories means all of them."""

    __tablename__ = "list_source"

    list_id: Mapped[UUID] = mapped_column(
        ForeignKey("mailing_list.id", ondelete="CASCADE"), primary_key=True
    )
    source_id: Mapped[UUID] = mapped_column(
        ForeignKey("source.id", ondelete="RESTRICT"), primary_key=True, index=True
    )
    categories: Mapped[tuple[str, ...]] = mapped_column(default=())
    rank: Mapped[int] = mapped_column(default=0)  # of two copies, the lower ranked source's wins

    source: Mapped[Source] = relationship(lazy="raise")


class ListCadence(Row):
    """When one stream of a list runs, in words, by the list's zone."""

    __tablename__ = "cadence"
    __table_args__ = (UniqueConstraint("list_id", "stream"),)

    id: Mapped[UUID] = id_column()
    list_id: Mapped[UUID] = mapped_column(ForeignKey("mailing_list.id", ondelete="CASCADE"))
    stream: Mapped[Stream] = mapped_column(text_enum(Stream))
    words: Mapped[str]
    since: Mapped[datetime]  # no run is due before this
    ping_url: Mapped[str | None]  # told when a run is over; None: nobody
    ping_since: Mapped[datetime | None]  # of what was over before, nothing is told


def streams_of(mailing_list: MailingList) -> list[Stream]:
    """How often the list comes: the streams that have a cadence, and each edition always."""
    has = {cadence.stream for cadence in mailing_list.cadences}
    return [stream for stream in Stream if stream is Stream.EACH or stream in has]


def find_list(session: Session, slug: str) -> MailingList:
    """The list of that slug with its feeds and cadences."""
    mailing_list = session.scalar(_whole().where(MailingList.slug == slug))
    if mailing_list is None:
        slugs = session.scalars(select(MailingList.slug).order_by(MailingList.slug))
        known = ", ".join(slugs) or "none yet"
        raise NotFound(f"There is no list {slug!r} (known: {known}).")
    return mailing_list


def get_list(session: Session, list_id: UUID) -> MailingList:
    """The list of that id with its feeds and cadences."""
    return session.scalars(_whole().where(MailingList.id == list_id)).one()


def quiet_hours_of(session: Session, list_id: UUID) -> tuple[QuietHours | None, str]:
    """A list's quiet hours and its zone, as they are now."""
    columns = select(MailingList.quiet_hours, MailingList.timezone)
    hours, zone = session.execute(columns.where(MailingList.id == list_id)).one()
    return hours, zone


def all_lists(session: Session) -> Sequence[MailingList]:
    return session.scalars(_whole().order_by(MailingList.slug)).all()


def lists_with_sunset(session: Session) -> Sequence[MailingList]:
    """Those that ask people who were silent for long."""
    return session.scalars(select(MailingList).where(MailingList.sunset_days.is_not(None))).all()


def lists_by_id(session: Session) -> dict[UUID, MailingList]:
    """All lists, without their feeds and cadences."""
    return {one.id: one for one in session.scalars(select(MailingList))}


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _whole() -> Select[MailingList]:
    return select(MailingList).options(
        selectinload(MailingList.feeds).selectinload(ListSource.source),
        selectinload(MailingList.cadences),
    )
