"""A secure connection goes to the checked address but is made with the name."""

import datetime
import socket
import ssl
import threading
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from digest.domain.errors import Transient


@pytest.fixture
def certificate(tmp_path) -> Path:
    """A certificate for news.example that only we signed, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "news.example")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("news.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "news.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def secure_port(certificate):
    """A server that answers once or twice; it notes the names that clients asked for."""
    asked: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(plain, server_side=True) as secure:
                    secure.recv(4096)
                    secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")
            except OSError:
                plain.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1], asked
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def test_the_name_is_what_tls_is_asked_for_and_proves(
    secure_port, certificate, fetcher_with, monkeypatch
):
    port, asked = secure_port
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    fetcher = fetcher_with(resolve=lambda host, port: ["127.0.0.1"])
    assert fetcher.get(f"https://news.example:{port}/").body == b"x"
    with pytest.raises(Transient, match="certificate is not valid"):
        fetcher.get(f"https://other.example:{port}/")
    assert asked == ["news.example", "other.example"]


def test_a_certificate_that_nobody_signed_is_refused(secure_port, fetcher_with):
    port, _ = secure_port
    fetcher = fetcher_with(resolve=lambda host, port: ["127.0.0.1"])
    with pytest.raises(Transient, match=r"news\.example could not be reached \(its certificate"):
        fetcher.get(f"https://news.example:{port}/")
