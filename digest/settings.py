"""Configuration: every environment variable that the service reads, with its default.

Each one has the prefix ``DIGEST_`` and may be given as a file instead: ``DIGEST_SECRET_KEY_FILE``
names a file that holds what ``DIGEST_SECRET_KEY`` would.
"""

from functools import cached_property
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from digest.domain.errors import Illegal
from digest.setting_checks import PREFIX, check_settings
from digest.setting_files import FromFiles, made_once


class Settings(BaseSettings):
    """What an operator can set; ``load_settings`` reads it."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    home: Path = Field(
        default=Path("~/.local/share/bluf-digest"),
        description="Folder for the embedded database, the Maildir and generated keys.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="SQLAlchemy URL (sqlite:// or postgresql://); default: digest.db in HOME.",
    )
    postgres_bin: str = Field(
        default="",
        description="Folder of pg_dump, pg_restore and psql, for backups; default: those in PATH.",
    )
    redis_url: SecretStr | None = Field(
        default=None,
        description="Celery's broker; default: in memory, for `digest up` and `digest demo` only.",
    )
    redis_open: bool = Field(
        default=False,
        description="Start although DIGEST_REDIS_URL names another machine and no password.",
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        description="First relay: smtp://user:pass@host:587?starttls=require, smtps://host, "
        "maildir:///path; default: a Maildir in HOME, so that nothing leaves the machine.",
    )
    base_url: str = Field(
        default="http://127.0.0.1:8025",
        description="Where readers reach the web pages, without a final slash.",
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="Signs links and sessions, at least 32 characters; default: made once and "
        "kept in HOME.",
    )
    suppression_key: SecretStr | None = Field(
        default=None,
        description="Hashes suppressed addresses, so that they stay known after erasure; must "
        "never change; default: made once and kept in HOME.",
    )
    allowed_recipients: str = Field(
        default="",
        description="Comma-separated addresses or @domains; where set, mail to anyone else is "
        "suppressed (for staging systems).",
    )
    log_format: Literal["console", "json"] = Field(
        default="console", description="How log lines are written."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="The least severe level that is written."
    )
    fetch_allow: str = Field(
        default="",
        description="Comma-separated networks that sources may be fetched from although they are "
        "private, on any port (for development): 127.0.0.0/8.",
    )
    fetch_delay: float = Field(
        default=1.0, ge=0, description="Seconds between two requests to one host."
    )
    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65_535,
        description="Port on which a worker or beat answers Prometheus; 0: none.",
    )
    dns_server: str = Field(
        default="",
        description="Resolver that domains are checked by, address:port; default: the machine's.",
    )
    sending_addresses: str = Field(
        default="",
        description="Comma-separated IP addresses that mail leaves from, to be allowed by SPF and "
        "named in DNS; default: not known.",
    )
    domain_check: Literal["auto", "always", "never"] = Field(
        default="auto",
        description="Whether a campaign waits while its domain fails in DNS; auto: where a relay "
        "is on another machine and the domain can exist.",
    )
    trusted_proxies: str = Field(
        default="",
        description="Comma-separated networks of the proxies in front of the pages; what they say "
        "in X-Forwarded-For is believed.",
    )

    alarm_mail: str = Field(
        default="",
        description="Comma-separated addresses that get alarms; default: all operators and admins.",
    )
    alarm_webhook: SecretStr | None = Field(
        default=None, description="Address that each alarm is posted to as JSON; default: none."
    )
    ping_url: SecretStr | None = Field(
        default=None,
        description="Address that is fetched once a minute while beat and workers live; default: "
        "none.",
    )
    summary_at: str = Field(
        default="08:00",
        description="Hour at which operators are mailed what went and what did not; empty: never.",
    )
    summary_timezone: str = Field(
        default="UTC", description="IANA zone of that hour, and of the times in the mail."
    )
    metrics_token: SecretStr | None = Field(
        default=None,
        description="What /metrics wants as a bearer token; default: it answers this machine only.",
    )

    feedback_days: int = Field(
        default=30,
        ge=1,
        le=3_650,
        description="Days for which mails that came back are kept; what they said stays.",
    )
    # Days, or 0: for ever; the fewest are in ``FEWEST_DAYS``, digest/setting_checks.py.
    delivery_days: int = Field(
        default=90, description="For deliveries, after the end of their campaign; its sums stay."
    )
    event_days: int = Field(default=400, description="For bounces, complaints and their events.")
    brief_days: int = Field(
        default=730, description="For the bodies of briefs; title, points and names stay."
    )
    history_days: int = Field(
        default=730,
        description="For changes of drafts, counts of links, ended alarms, some runs.",
    )
    notice_days: int = Field(
        default=90, description="For mails to one subscriber, notices, summaries, pings, imports."
    )
    audit_days: int = Field(default=730, description="For the audit: who changed and saw what.")
    unsubscribe_by_mail: bool = Field(
        default=False,
        description="Offer leaving by mail beside one click; only where returned mail is read.",
    )
    ses_topics: str = Field(
        default="",
        description="Comma-separated ARNs of the SNS topics that Amazon SES tells of bounces by; "
        "they are taken at /hooks/ses.",
    )
    mailgun_key: SecretStr | None = Field(
        default=None, description="Mailgun's webhook signing key, for /hooks/mailgun."
    )
    postmark_login: SecretStr | None = Field(
        default=None,
        description="user:password that Postmark's webhooks send, for /hooks/postmark.",
    )
    sendgrid_key: SecretStr | None = Field(
        default=None,
        description="SendGrid's verification key of signed event webhooks, for /hooks/sendgrid.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the library's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, FromFiles(settings_cls)

    @cached_property
    def home_path(self) -> Path:
        """HOME with ``~`` expanded; made on first use, readable by its owner alone."""
        path = self.home.expanduser().resolve()
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Illegal(
                f"The folder {path} can't be made ({error.strerror}); set {PREFIX}HOME to one "
                "that you may write to."
            ) from None
        return path

    @cached_property
    def database(self) -> str:
        """The SQLAlchemy URL of the database."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.home_path / 'digest.db'}"

    @cached_property
    def first_relay(self) -> str:
        """The URL that seeds the relay table."""
        if self.smtp_url is not None:
            return self.smtp_url.get_secret_value()
        return f"maildir://{self.home_path / 'outbox'}"

    @cached_property
    def secret(self) -> bytes:
        """The key that everything signed derives from."""
        return self._key("secret_key", self.secret_key)

    @cached_property
    def suppression_secret(self) -> bytes:
        """The key of the hashes under which suppressions are kept."""
        return self._key("suppression_key", self.suppression_key)

    def _key(self, name: str, given: SecretStr | None) -> bytes:
        if given is None:
            return made_once(self.key_file(name))
        return given.get_secret_value().encode()

    def key_file(self, name: str) -> Path:
        """Where a key is kept that nobody gave."""
        return self.home_path / name.replace("_", ".")

    def has_key(self, name: str) -> bool:
        """Whether that key was given, or made before."""
        return getattr(self, name) is not None or self.key_file(name).exists()

    @property
    def public_url(self) -> str:
        """The base of links in mails, without a final slash."""
        return self.base_url.rstrip("/")

    @cached_property
    def recipients_allowed(self) -> tuple[str, ...]:
        """Lower-case addresses and ``@domains``; empty means everybody."""
        return tuple(_words(self.allowed_recipients.lower()))

    @cached_property
    def alarm_addresses(self) -> tuple[str, ...]:
        """Who gets alarms; empty means the operators and admins."""
        return tuple(_words(self.alarm_mail))

    @cached_property
    def ses_topics_allowed(self) -> tuple[str, ...]:
        """The ARNs of the topics that are taken."""
        return tuple(_words(self.ses_topics))

    @cached_property
    def addresses_of_ours(self) -> tuple[IPv4Address | IPv6Address, ...]:
        """The addresses that mail leaves from, where somebody said."""
        given = _networks("SENDING_ADDRESSES", self.sending_addresses)
        return tuple(one.network_address for one in given)

    @cached_property
    def networks_allowed(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Private networks that may be fetched from."""
        return _networks("FETCH_ALLOW", self.fetch_allow)

    @cached_property
    def proxies_trusted(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Networks whose word for a client's address is taken."""
        return _networks("TRUSTED_PROXIES", self.trusted_proxies)


def load_settings(**given: Any) -> Settings:
    """Settings from ``given``, the environment, or files, in this order."""
    try:
        settings = Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]).upper()
        raise Illegal(f"{PREFIX}{name}: {first['msg']}.") from None
    check_settings(settings)
    return settings


def _networks(name: str, text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(word) for word in _words(text))
    except ValueError as error:
        raise Illegal(f"{PREFIX}{name}: {error}.") from None


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
