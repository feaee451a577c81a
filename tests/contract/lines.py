"""The real SDKs, made from settings as in production, and something to send."""

from __future__ import annotations

import base64
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import SecretStr

from config.settings import DeliveryMode, Settings
from models import Channel
from outreach.delivery import Outgoing
from outreach.delivery.providers.sendgrid import SendGrid
from outreach.delivery.providers.twilio import Twilio
from tests.world import NOW

ACCOUNT = "AC" + "0123456789abcdef" * 2
SERVICE = "MG" + "0123456789abcdef" * 2
DEADLINE = timedelta(seconds=10)
EVENTS_KEY = base64.b64encode(
    generate_private_key(SECP256R1()).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
).decode()
"""As SendGrid shows it. Nobody keeps the other half."""


def settings(url: str, **values: object) -> Settings:
    """Both channels live, at ``url``."""
    named: dict[str, object] = {
        "secret_key": SecretStr("k" * 32), "public_url": "https://outreach.example.org",
        "delivery_sms": DeliveryMode.LIVE, "delivery_email": DeliveryMode.LIVE, "twilio_account_sid": ACCOUNT,
        "twilio_auth_token": SecretStr("0" * 32), "twilio_from_number": "+13125550100", "twilio_base_url": url,
        "sendgrid_api_key": SecretStr("SG.key"), "sendgrid_from_email": "school@example.org",
        "sendgrid_base_url": url, "sendgrid_webhook_public_key": SecretStr(EVENTS_KEY), **values,
    }  # fmt: skip
    return Settings(**named)  # type: ignore[arg-type]  # named fields of the settings


def twilio(url: str, deadline: timedelta = DEADLINE, **values: object) -> Twilio:
    return Twilio.from_settings(settings(url, **values), deadline)


def sendgrid(url: str, deadline: timedelta = DEADLINE) -> SendGrid:
    return SendGrid.from_settings(settings(url), deadline)


def a_text(body: str = "Maya asked for help in Algebra, and used it.", waits: timedelta | None = None) -> Outgoing:
    leaves_by = NOW + waits if waits is not None else None
    return Outgoing("a" * 32, Channel.SMS, "+13125550142", None, body, None, NOW, leaves_by=leaves_by)


def an_email(html: str | None = None) -> Outgoing:
    return Outgoing("b" * 32, Channel.EMAIL, "rosa@example.org", "About Algebra", "Maya did well.", html, NOW)
