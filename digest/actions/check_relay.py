"""Talk to a relay as a sender would, up to the point where mail would be handed over."""

import contextlib
import smtplib
import ssl
from datetime import UTC, datetime, timedelta

from digest.deliver.smtp_session import Limits, SmtpSession, reason_of
from digest.domain.checkup import Check, Verdict
from digest.domain.relay import MaildirRelay, Security, parse_relay
from digest.settings import Settings
from digest.store.relays import Relay
from digest.tokens import unseal

LIMITS = Limits(connect=5.0, command=5.0, dot=5.0, goodbye=2.0)
SOON = timedelta(days=14)  # a certificate that ends within this is to be renewed


def check_relay(settings: Settings, relay: Relay, now: datetime) -> list[Check]:
    """Whether it takes the connection, the password and TLS, and by which name we greet it."""
    part, parsed = f"relay {relay.name}", parse_relay(relay.url)
    if isinstance(parsed, MaildirRelay):
        return [Check(part, Verdict.OK, f"Mail is put into {parsed.path}; none leaves.")]
    password = unseal(settings, relay.sealed_password) if relay.sealed_password else None
    session = SmtpSession(parsed, LIMITS)
    try:
        session.begin(password)
        tls = _tls(part, parsed.security, session, now) if not parsed.is_local else None
        with contextlib.suppress(OSError, smtplib.SMTPException):
            session.quit()
    except (OSError, smtplib.SMTPException) as error:
        why = f"The relay {parsed.shown} {reason_of(error)}."
        return [Check(part, Verdict.FAILED, why, "Mend it, or `digest relay add` another URL.")]
    finally:
        session.close()
    well = Check(part, Verdict.OK, f"{parsed.shown} takes mail from us.")
    return [well, *([tls] if tls else []), *_greeting(part, session, is_local=parsed.is_local)]


def _tls(part: str, security: Security, session: SmtpSession, now: datetime) -> Check:
    part = f"TLS of {part}"
    if not isinstance(session.sock, ssl.SSLSocket):
        why = "Mail and its readers' addresses go to the relay in clear."
        hint = "Take a relay with STARTTLS: Gmail and others turn mail without TLS away."
        return Check(part, Verdict.WARNING, why, hint)
    version, ends = session.sock.version(), _ends(session.sock)
    if security is Security.STARTTLS_OPTIONAL:
        why = f"{version}, but a connection without TLS would do."
        return Check(part, Verdict.WARNING, why, "Write starttls=require into its URL.")
    if ends is not None and ends - now < SOON:
        why = f"{version}, and its certificate ends on {ends:%Y-%m-%d}."
        return Check(part, Verdict.WARNING, why, "Renew it: mail stops when it is over.")
    return Check(part, Verdict.OK, f"{version}, and mail is never handed over without it.")


def _ends(sock: ssl.SSLSocket) -> datetime | None:
    """When the certificate does; None where it is not verified, and so not read."""
    until = (sock.getpeercert() or {}).get("notAfter")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(until)), UTC) if until else None


def _greeting(part: str, session: SmtpSession, *, is_local: bool) -> list[Check]:
    name = session.local_hostname
    if is_local or not name.startswith("["):
        return []
    why = f"This machine has no full name, so that it greets the relay as {name}."
    return [Check(f"EHLO to {part}", Verdict.WARNING, why, "Give it one, such as by /etc/hosts.")]
