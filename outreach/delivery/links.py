"""Addresses that a message carries: where one click ends e-mails, and where an answer comes in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from itsdangerous import BadSignature, Signer

from config.settings import Settings

UNSUBSCRIBE_PATH = "/unsubscribe"
REPLY = "reply"
"""Before the attempt's id in the local part of a reply address: reply+4f…@reply.example.org."""


@dataclass(frozen=True, slots=True)
class Links:
    """How this installation is reached from outside. Without a public address, or a key, there is no link."""

    public_url: str | None = None
    key: str | None = None
    reply_domain: str | None = None

    @classmethod
    def of(cls, settings: Settings) -> Links:
        key = settings.signing_key() if settings.public_url is not None else None
        return cls(settings.public_url, key, settings.sendgrid_inbound_domain)

    def unsubscribe(self, address_id: int) -> str | None:
        """The page, and by POST the act, of ending e-mails to this address. Whoever holds the link may use it."""
        if self.public_url is None or self.key is None:
            return None
        return f"{self.public_url}{UNSUBSCRIBE_PATH}/{_signer(self.key).sign(str(address_id)).decode()}"

    def reply_to(self, attempt_id: str) -> str | None:
        """An address of its own for the answer to one attempt."""
        return f"{REPLY}+{attempt_id}@{self.reply_domain}" if self.reply_domain else None


def address_of_token(key: str, token: str) -> int | None:
    """The address that an unsubscribe link is about; None where the link is not one of ours."""
    try:
        return int(_signer(key).unsign(token))
    except BadSignature:
        return None


def attempt_of_reply(to_value: str) -> str | None:
    """The attempt that an e-mail to this address answers; None where it names none."""
    local, _, _ = to_value.strip().lower().partition("@")
    word, plus, attempt_id = local.partition("+")
    return attempt_id if word == REPLY and plus and attempt_id else None


@cache
def _signer(key: str) -> Signer:
    return Signer(key, salt="unsubscribe", digest_method=sha256)
