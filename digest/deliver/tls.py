"""TLS towards a relay: what is verified, and a session that later connections take up again."""

import smtplib
import ssl
import sys
from typing import Any

from digest.domain.relay import Security, SmtpRelay


class ResumingContext(ssl.SSLContext):
    """A context whose connections begin with the session of the one before, where there is one:
    that saves the relay's private-key operation and half of the handshake's octets."""

    session: ssl.SSLSession | None = None

    def wrap_bio(self, *args: Any, **options: Any) -> ssl.SSLObject:
        """What asyncio calls, which knows nothing of sessions."""
        return super().wrap_bio(*args, **{"session": self.session, **options})


_contexts: dict[SmtpRelay, ResumingContext] = {}


def context_for(relay: SmtpRelay) -> ResumingContext:
    """The context that all of a process's connections to ``relay`` share.

    Raises ``SMTPException`` where the file of its authority can't be read.
    """
    if relay not in _contexts:
        _contexts[relay] = _new_context(relay)
    return _contexts[relay]


def forget_context(relay: SmtpRelay) -> None:
    """After a failure: begin with a fresh one, for the authority's file may change by then."""
    _contexts.pop(relay, None)


def _new_context(relay: SmtpRelay) -> ResumingContext:
    context = ResumingContext(ssl.PROTOCOL_TLS_CLIENT)
    if sys.version_info >= (3, 13):  # as ssl.create_default_context does
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT
    # Opportunistic TLS (RFC 7435) protects against listening only: there is nothing to verify,
    # unless a password is at stake.
    opportunistic = relay.security is Security.STARTTLS_OPTIONAL and relay.user is None
    if not relay.verify or opportunistic:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    try:
        if relay.ca_file is None:
            context.load_default_certs()
        else:
            context.load_verify_locations(relay.ca_file)
    except OSError as error:
        raise smtplib.SMTPException(
            f"can't be verified: its ca file {relay.ca_file} is not readable ({error.strerror})"
        ) from None
    return context
