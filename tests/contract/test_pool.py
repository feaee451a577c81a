"""The pool over TLS, as in production: whom it trusts, that it keeps its connection, and what never left."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from urllib3.exceptions import HTTPError

from outreach.delivery.errors import NotReached
from outreach.delivery.providers.pool import Pool, broken

PATIENCE = 5.0


@dataclass
class Listener:
    url: str
    certificate: Path
    heard: list[tuple[int, bytes]] = field(default_factory=list)
    """The caller's port, and the body, of each request."""


@pytest.fixture
def listener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    for name in ("HTTPS_PROXY", "https_proxy", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    certificate = self_signed(tmp_path / "localhost.pem")

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.heard.append((self.client_address[1], body))
            self.send_response(201)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    made = Listener(f"https://localhost:{server.server_port}/messages?a=1", certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


def self_signed(path: Path) -> Path:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "us")])
    day, now = timedelta(days=1), datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - day).not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = serialization.Encoding.PEM
    kept = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(made.public_bytes(pem) + kept)
    return path


def fault(url: str) -> HTTPError:
    with pytest.raises(HTTPError) as raised:
        Pool(PATIENCE).ask("POST", url, {}, b"words")
    return raised.value


def test_it_keeps_its_connection_to_whom_it_trusts(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(listener.certificate))
    pool = Pool(PATIENCE)
    for body in (b"one", b"two", b"x" * 200_000):
        answer = pool.ask("POST", listener.url, {"Authorization": "Basic zz"}, body)
        assert (answer.status, answer.data) == (201, b"{}")
    assert [body for _, body in listener.heard] == [b"one", b"two", b"x" * 200_000]
    assert len({port for port, _ in listener.heard}) == 1


def test_nothing_is_asked_of_whom_nobody_vouches_for(listener: Listener) -> None:
    assert isinstance(broken(fault(listener.url), "Twilio"), NotReached)
    assert listener.heard == []


def test_a_proxy_that_is_not_there_was_asked_nothing(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert isinstance(broken(fault("https://provider.invalid/messages"), "Twilio"), NotReached)
