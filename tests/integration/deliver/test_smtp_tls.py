"""SMTP over TLS: nothing is said in clear that TLS was asked for, passwords least of all (R-13)."""

import pytest

from digest.deliver.smtp import SmtpTransport
from digest.deliver.smtp_session import Limits
from digest.deliver.transport import Mail, RelayDown
from digest.domain.relay import parse_relay
from tests.faults.certificates import make_certificate, server_context
from tests.faults.relay import FaultyRelay, Manners

MAIL = Mail("b@bounce.example", "reader@reader.example", b"Subject: x\r\n\r\nHello\r\n")
PASSWORD = "tidal-lock"


@pytest.fixture
def certificate(tmp_path):
    return make_certificate(tmp_path / "good.pem", "127.0.0.1")


def relay_with(certificate, **manners):
    tls = server_context(certificate) if certificate else None
    return FaultyRelay(Manners(tls=tls, users={"news": PASSWORD}, **manners))


def transport_to(relay, options, certificate, *, scheme="smtp", user="news", password=PASSWORD):
    url = f"{scheme}://{user}{'@' if user else ''}127.0.0.1:{relay.port}?{options}"
    if certificate:
        url += f"&ca={certificate}"
    return SmtpTransport(parse_relay(url), password, Limits(connect=1.0, command=1.0, dot=1.0))


def refusal(transport):
    with pytest.raises(RelayDown) as raised:
        transport.send(MAIL)
    return str(raised.value)


def assert_nothing_in_clear(relay):
    said = {verb for (verb, over_tls), n in relay.commands.items() if n and not over_tls}
    assert said <= {"EHLO", "STARTTLS", "QUIT"}
    assert not relay.ledger


@pytest.mark.parametrize(("scheme", "from_start"), [("smtp", False), ("smtps", True)])
def test_a_good_certificate_is_spoken_to_and_given_the_password(certificate, scheme, from_start):
    with relay_with(certificate, tls_from_start=from_start) as relay:
        options = "starttls=require" if scheme == "smtp" else "verify=yes"
        transport = transport_to(relay, options, certificate, scheme=scheme)
        assert transport.send(MAIL).code == 250
        transport.close()
        assert relay.commands["AUTH", True] == 1
        assert relay.commands["MAIL", False] == 0


@pytest.mark.parametrize(("scheme", "from_start"), [("smtp", False), ("smtps", True)])
@pytest.mark.parametrize(
    ("names", "expired", "words"),
    [
        (["127.0.0.1"], True, "certificate has expired"),
        (["other.example"], False, "certificate is not valid for '127.0.0.1'"),
    ],
)
def test_a_wrong_certificate_is_not_spoken_to(tmp_path, scheme, from_start, names, expired, words):
    bad = make_certificate(tmp_path / "bad.pem", *names, expired=expired)
    with relay_with(bad, tls_from_start=from_start) as relay:
        options = "starttls=require" if scheme == "smtp" else "verify=yes"
        said = refusal(transport_to(relay, options, bad, scheme=scheme))
        assert_nothing_in_clear(relay)
        assert relay.commands["AUTH", True] == 0
    assert f"The relay 127.0.0.1:{relay.port} shows a certificate that is not valid" in said
    assert words in said


def test_a_certificate_that_nobody_vouches_for_is_not_spoken_to(certificate):
    with relay_with(certificate) as relay:
        assert "self-signed" in refusal(transport_to(relay, "starttls=require", None))
        assert_nothing_in_clear(relay)


def test_it_goes_on_by_itself_once_the_certificate_is_mended(tmp_path, certificate):
    bad = make_certificate(tmp_path / "bad.pem", "127.0.0.1", expired=True)
    both = tmp_path / "both.pem"
    both.write_bytes(bad.read_bytes() + certificate.read_bytes())
    with relay_with(bad) as relay:
        transport = transport_to(relay, "starttls=require", both)
        refusal(transport)
        relay.manners.tls = server_context(certificate)
        assert transport.send(MAIL).code == 250
        transport.close()


def test_without_starttls_nothing_is_sent_where_it_is_required():
    with relay_with(None) as relay:
        said = refusal(transport_to(relay, "starttls=require", None))
        assert_nothing_in_clear(relay)
    assert said == f"The relay 127.0.0.1:{relay.port} does not offer STARTTLS, which is required."


@pytest.mark.parametrize("injected", [b"250 injected\r\n", b"250-AUTH PLAIN\r\n250 OK\r\n", b"2"])
def test_words_put_in_before_tls_begins_are_not_believed(certificate, injected):
    with relay_with(certificate, injected=injected) as relay:
        said = refusal(transport_to(relay, "starttls=require", certificate))
        assert_nothing_in_clear(relay)
        assert relay.commands["AUTH", True] == 0
    assert "in clear between STARTTLS and the handshake" in said or "failed in TLS" in said


def test_a_password_is_not_sent_in_clear_even_where_tls_is_optional():
    with relay_with(None) as relay:
        said = refusal(transport_to(relay, "starttls=optional", None))
        assert_nothing_in_clear(relay)
    assert "the password is not sent in clear" in said


def test_a_password_is_not_given_to_an_unknown_certificate_where_tls_is_optional(certificate):
    with relay_with(certificate) as relay:
        assert "self-signed" in refusal(transport_to(relay, "starttls=optional", None))
        assert relay.commands["AUTH", True] == 0


def test_without_a_password_optional_tls_protects_against_listening(certificate):
    with relay_with(certificate) as relay:
        relay.manners.users = None
        transport = transport_to(relay, "starttls=optional", None, user="")
        assert transport.send(MAIL).code == 250
        transport.close()
        assert relay.commands["MAIL", True] == 1


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("wrong", "refused the user name or password (535 5.7.8 These credentials are bad.)"),
        ("pässwörd", "can't be given a user name or password that is not ASCII"),
    ],
)
def test_a_refused_password_is_said_in_one_sentence(certificate, password, words):
    with relay_with(certificate) as relay:
        transport = transport_to(relay, "starttls=require", certificate, password=password)
        said = refusal(transport)
        assert relay.commands["MAIL", True] == 0
    assert said == f"The relay 127.0.0.1:{relay.port} {words}."
    assert password not in said


def test_a_relay_without_auth_is_named(certificate):
    with relay_with(certificate) as relay:
        relay.manners.users = None
        said = refusal(transport_to(relay, "starttls=require", certificate))
    assert "AUTH" in said


def test_a_missing_ca_file_is_named(tmp_path, certificate):
    with relay_with(certificate) as relay:
        said = refusal(transport_to(relay, "starttls=require", tmp_path / "none.pem"))
    assert f"its ca file {tmp_path / 'none.pem'} is not readable (No such file" in said
