"""Where everything of a run is: one folder, one database, two ports of loopback, one set of keys."""

from __future__ import annotations

import base64
import secrets
import socket
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr

from config.settings import DeliveryMode, Settings

from .archive import ACCOUNT, SENDER

CADENCE = """
[sending]
threads = 4
texts_per_second = 10000.0
emails_per_second = 10000.0

[spending]
monthly_limit = 100000.0
"""
"""Pace and budget have tests of their own; here they would only be in the way of the crowd."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Where everything is; handed to every process."""

    folder: Path
    database_url: str
    provider_url: str
    web_port: int
    token: str
    public_key: str

    @property
    def public_url(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    def settings(self) -> Settings:
        """Both channels live, at the stub."""
        return Settings(
            database_url=self.database_url, secret_key=SecretStr("k" * 40), public_url=self.public_url,
            delivery_sms=DeliveryMode.LIVE, delivery_email=DeliveryMode.LIVE, twilio_account_sid=ACCOUNT,
            twilio_auth_token=SecretStr(self.token), twilio_from_number=SENDER, twilio_base_url=self.provider_url,
            sendgrid_api_key=SecretStr("SG.crash"), sendgrid_from_email="school@example.org",
            sendgrid_base_url=self.provider_url, sendgrid_webhook_public_key=SecretStr(self.public_key),
            config_dir=self.folder / "config",
        )  # fmt: skip


def set_up(folder: Path, url: str) -> Scene:
    """Make in ``folder`` what every process of a run needs; its database is ``url``."""
    (folder / "config").mkdir()
    (folder / "config" / "cadence.toml").write_text(CADENCE, "utf-8")
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )  # fmt: skip
    (folder / "sendgrid.pem").write_bytes(pem)
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )  # fmt: skip
    provider, web = _free_ports(2)
    return Scene(
        folder=folder, database_url=url, provider_url=f"http://127.0.0.1:{provider}", web_port=web,
        token=secrets.token_hex(16), public_key=base64.b64encode(public).decode(),
    )  # fmt: skip


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
