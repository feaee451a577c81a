"""What SendGrid posts about our e-mails: its signature, and its events."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from sendgrid.helpers.eventwebhook import EventWebhookHeader

from ...receipts import Receipt, ReceiptEvent
from ..storable import digest, short_key, storable_object
from ..twilio.webhook import ATTEMPT_ID
from .send import ATTEMPT

SIGNATURE, TIMESTAMP = str(EventWebhookHeader.SIGNATURE), str(EventWebhookHeader.TIMESTAMP)
NAME = "sendgrid"
OLDEST, AHEAD = timedelta(days=7), timedelta(days=1)
"""How old, and how far ahead of our clock, a signed moment may be. SendGrid repeats events for 24 hours and inbound
e-mail for three days, and does not say whether it signs a repeat anew; a late repeat is worth more than a narrow gate,
for every event and every e-mail is kept once, so that a replay changes nothing."""


class UnreadableBody(ValueError):
    """A body that is no list of events."""


class Digest:
    """What SendGrid signed, the header's moment and the raw body after it, taken in pieces as it arrives.

    An e-mail with its attachments may be large and need not be text, so it is never held whole, nor decoded.
    """

    def __init__(self, timestamp: str) -> None:
        self._hash = hashlib.sha256(timestamp.encode("utf-8", "replace"))

    def update(self, piece: bytes) -> None:
        self._hash.update(piece)

    def is_signed(self, key: EllipticCurvePublicKey, signature: str) -> bool:
        """Whether the holder of the private key signed just this. Never raises, whatever the signature is."""
        try:
            key.verify(base64.b64decode(signature, validate=True), self._hash.digest(), ECDSA(Prehashed(SHA256())))
        except (InvalidSignature, UnsupportedAlgorithm, binascii.Error, ValueError):
            return False
        return True


def is_timely(timestamp: str, now: datetime) -> bool:
    """Whether the signed moment, in seconds since 1970, is one at which SendGrid may have posted this."""
    at = _moment(timestamp if timestamp.isascii() and timestamp.isdecimal() else None)
    return at is not None and now - OLDEST <= at <= now + AHEAD


@dataclass(frozen=True, slots=True)
class Batch:
    receipts: Sequence[Receipt]
    ignored: int
    """Of kinds that say nothing of delivery: opens and clicks, which are not counted here, and whatever is new."""
    unreadable: int


def batch_of(body: bytes) -> Batch:
    """The receipts of one post. An event that cannot be read takes none of the others along.

    Raises :class:`UnreadableBody` where it is no JSON list.
    """
    try:
        found = json.loads(body, object_pairs_hook=_fields, parse_constant=lambda _name: None)
    except (ValueError, RecursionError) as error:
        raise UnreadableBody from error
    if isinstance(found, dict):
        found = [found]
    if not isinstance(found, list):
        raise UnreadableBody
    receipts: list[Receipt] = []
    ignored = unreadable = 0
    for one in found:
        event = _event_of(one) if isinstance(one, dict) else None
        if event is None:
            unreadable += 1
        elif event[0] is None:
            ignored += 1
        else:
            receipts.append(_receipt(one, event[0], event[1]))
    return Batch(receipts, ignored, unreadable)


PLAIN = {
    "processed": ReceiptEvent.ACCEPTED,
    "deferred": ReceiptEvent.SENT,
    "delivered": ReceiptEvent.DELIVERED,
    "group_resubscribe": ReceiptEvent.RESUBSCRIBED,
}
"""Kinds that say all by themselves. Deferred: offered to the mail server, which wants it later."""
WISHES = ("unsubscribe", "group_unsubscribe", "spamreport")
DROPPED = {
    "bounced address": (ReceiptEvent.BOUNCED, "bounced_address"),
    "invalid": (ReceiptEvent.BOUNCED, "invalid_address"),
    "unsubscribed address": (ReceiptEvent.FAILED, "unsubscribed_address"),
    "group unsubscribed address": (ReceiptEvent.FAILED, "unsubscribed_address"),
    "spam reporting address": (ReceiptEvent.FAILED, "spam_reporting_address"),
}
"""Why SendGrid did not even try (its Event Webhook reference); any other reason is about our account or our words."""


def _event_of(told: dict[str, object]) -> tuple[ReceiptEvent | None, str | None] | None:
    """What it says of the message, with a code for a failure or a wish; (None, None): nothing. None: unreadable."""
    kind = told.get("event")
    if not isinstance(kind, str):
        return None
    if kind in PLAIN:
        return PLAIN[kind], None
    if kind in WISHES:
        return ReceiptEvent.UNSUBSCRIBED, kind
    if kind == "dropped":
        return DROPPED.get(str(told.get("reason", "")).strip().lower(), (ReceiptEvent.FAILED, "dropped"))
    if kind == "bounce":
        code = short_key(str(told.get("status") or "").strip())
        if told.get("type") == "blocked":
            return ReceiptEvent.BLOCKED, code or "blocked"
        return ReceiptEvent.BOUNCED, code or "bounced"
    return None, None


def _receipt(told: dict[str, object], event: ReceiptEvent, code: str | None) -> Receipt:
    """Kept once by SendGrid's own id, and once by message, event, time and recipient: it may tell one event under
    several ids. Neither key holds the recipient's address in clear."""
    message_id = _text(told.get("sg_message_id"))
    recipient = _text(told.get("email")).lower()
    attempt_id = _text(told.get(ATTEMPT))
    ours = attempt_id if ATTEMPT_ID.fullmatch(attempt_id) else None
    provider_id = short_key(message_id.partition(".")[0]) if message_id else None
    kind, stamp = _text(told.get("event")), _text(told.get("timestamp"))
    twin = digest(NAME, provider_id or ours or _text(told.get("smtp-id")), kind, stamp, recipient)
    own_id = _text(told.get("sg_event_id"))
    return Receipt(
        provider=NAME, key=short_key(NAME, own_id) if own_id else f"{NAME}|{twin}", twin_key=f"{NAME}|{twin}",
        event=event, provider_id=provider_id, attempt_id=ours, occurred_at=_moment(told.get("timestamp")),
        error_code=code, raw=storable_object(told), to_value=recipient or None,
    )  # fmt: skip


def _fields(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """One object. A deferred event has a field of SendGrid's own named like our argument (how often it tried): ours is
    the one that can be an attempt's id."""
    found = dict(pairs)
    ours = [value for name, value in pairs if name == ATTEMPT and ATTEMPT_ID.fullmatch(_text(value))]
    return {**found, ATTEMPT: ours[0]} if ours else found


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _moment(seconds: object) -> datetime | None:
    """None for what is no moment that a calendar has."""
    try:
        return datetime.fromtimestamp(float(_text(seconds)), UTC)
    except (ValueError, OverflowError, OSError):
        return None
