"""Twilio's words for how a text stands, and the receipt that each of them is, however we came to hear it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from models import JsonObject

from ...receipt import Receipt, ReceiptEvent

NAME = "twilio"
EVENT_OF: Mapping[str, ReceiptEvent] = {
    "queued": ReceiptEvent.ACCEPTED,
    "accepted": ReceiptEvent.ACCEPTED,
    "scheduled": ReceiptEvent.ACCEPTED,
    "sending": ReceiptEvent.ACCEPTED,
    "sent": ReceiptEvent.SENT,
    "partially_delivered": ReceiptEvent.SENT,
    "delivered": ReceiptEvent.DELIVERED,
    "read": ReceiptEvent.DELIVERED,
    "undelivered": ReceiptEvent.FAILED,
    "failed": ReceiptEvent.FAILED,
    "canceled": ReceiptEvent.FAILED,
}
"""Statuses of what we send (Twilio's OpenAPI file, ``message_enum_status``); receiving and received are theirs."""


def receipt_of(
    sid: str, status: str, error_code: str | None, attempt_id: str | None, occurred_at: datetime | None,
    raw: JsonObject,
) -> Receipt | None:  # fmt: skip
    """The receipt that this status is; None where it says nothing about a text of ours.

    Its key is the same for a callback, a poll and a lookup: Twilio's callbacks carry no id and no time of their own,
    and a text reaches each status once.
    """
    event = EVENT_OF.get(status.strip().lower())
    if event is None:
        return None
    key = f"{NAME}|{sid}|{status.strip().lower()}"
    return Receipt(NAME, key, event, sid, attempt_id, occurred_at, error_code or None, raw)
