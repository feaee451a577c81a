"""Posts as Twilio and SendGrid sign them, with keys of our own."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

PUBLIC_URL = "https://outreach.example.org"
TOKEN = "0123456789abcdef0123456789abcdef"
STATUS, TEXTS = "/webhooks/twilio/status", "/webhooks/twilio/inbound"
EVENTS, MAILS = "/webhooks/sendgrid/events", "/webhooks/sendgrid/inbound"
BOUNDARY = "xYzZY"

Params = Mapping[str, str | Sequence[str]]


def twilio_signature(path: str, params: Params, *, public_url: str = PUBLIC_URL, token: str = TOKEN) -> str:
    form = MultiDict(params)
    return str(RequestValidator(token).compute_signature(f"{public_url}{path}", form))


def post_as_twilio(client: FlaskClient, path: str, params: Params, **headers: str) -> TestResponse:
    """Signed as Twilio does, unless ``headers`` name another signature."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(
        path, data=urlencode(params, doseq=True), content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": twilio_signature(path, params), **named},
    )  # fmt: skip


@dataclass(frozen=True)
class SendGridKey:
    """The private half, which only SendGrid has."""

    private: ec.EllipticCurvePrivateKey

    @classmethod
    def new(cls) -> SendGridKey:
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @property
    def public(self) -> str:
        """One line of base64, as SendGrid's page shows it."""
        der = self.private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return base64.b64encode(der).decode()

    def headers(self, body: bytes, at: datetime) -> dict[str, str]:
        stamp = str(int(at.timestamp()))
        signature = self.private.sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))
        return {
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
        }


def events_body(*events: Mapping[str, object]) -> bytes:
    """As SendGrid writes them: one line and CR LF."""
    return (json.dumps(events) + "\r\n").encode()


def mail_body(fields: Mapping[str, str | bytes], files: Sequence[bytes] = ()) -> bytes:
    """multipart/form-data as Inbound Parse writes it."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        + (value.encode() if isinstance(value, str) else value)
        for name, value in fields.items()
    ]
    parts += [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="attachment{number}"; filename="a.jpg"\r\n'
        f"Content-Type: image/jpeg\r\n\r\n".encode()
        + content
        for number, content in enumerate(files, start=1)
    ]
    return b"\r\n".join(parts) + f"\r\n--{BOUNDARY}--\r\n".encode()


FORM = f"multipart/form-data; boundary={BOUNDARY}"
