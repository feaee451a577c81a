"""What Twilio posts to us: its signature, the status of a text, a family's text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Protocol

from twilio.request_validator import RequestValidator

from models import Channel, InboundReading

from ...inbound.incoming import Incoming
from ...receipts import Receipt
from ..storable import digest, short_key, storable_object, storable_text
from .statuses import NAME, receipt_of

SIGNATURE = "X-Twilio-Signature"
ATTEMPT = "attempt"
"""The parameter of our own in the status callback's address."""
ATTEMPT_ID = re.compile(r"[0-9a-f]{32}")
WORDS = re.compile(r"Body|MediaUrl\d*|ButtonText|ButtonPayload", re.IGNORECASE)
"""Parameters that would hold what a text says. A status carries none of them today, but new ones come unannounced."""
TAKEN_AS = {"STOP": InboundReading.STOP, "START": InboundReading.START, "HELP": InboundReading.HELP}


class Posted(Protocol):
    """Every parameter of a form, a name perhaps several times (Werkzeug's MultiDict)."""

    def getlist(self, key: str, /) -> list[str]: ...
    def __iter__(self) -> Iterator[str]: ...


def is_signed(token: str, address: str, posted: Posted, signature: str) -> bool:
    """Whether Twilio, which alone shares ``token`` with us, posted this to ``address``.

    ``address`` is the public one with path and query exactly as sent, never what a proxy made of it; Twilio's own
    helper tries it with and without the port. All parameters are signed, also those that nobody here knows. False,
    never an exception, for a signature that is missing (an empty string) or is none.
    """
    try:
        return bool(RequestValidator(token).validate(address, posted, signature))
    except (ValueError, UnicodeError):  # what no address and no text of Twilio's can be
        return False


def status_receipt(params: Mapping[str, str], attempt_id: str | None) -> Receipt | None:
    """The receipt that a status callback is; None where it tells no status of a text of ours.

    It has no moment of its own: a callback carries none but ``RawDlrDoneDate``, the carrier's local time without a
    zone, which is kept in ``raw`` and not taken for anything else.
    """
    sid = (params.get("MessageSid") or params.get("SmsSid") or "").strip()
    status = params.get("MessageStatus") or params.get("SmsStatus") or ""
    if not sid:
        return None
    raw = storable_object({name: value for name, value in params.items() if not WORDS.fullmatch(name)})
    ours = attempt_id if attempt_id and ATTEMPT_ID.fullmatch(attempt_id) else None
    code = (params.get("ErrorCode") or "").strip()
    return receipt_of(short_key(sid), status, short_key(code) if code.strip("0") else None, ours, None, raw)


def incoming(params: Mapping[str, str], now: datetime) -> Incoming:
    """A family's text as Twilio hands it in. Pictures are counted, and not fetched; their addresses stay in ``raw``."""
    sid = (params.get("MessageSid") or params.get("SmsMessageSid") or params.get("SmsSid") or "").strip()
    pictures = params.get("NumMedia", "")
    return Incoming(
        provider=NAME,
        provider_id=short_key(sid) if sid else digest(*(part for pair in sorted(params.items()) for part in pair)),
        channel=Channel.SMS, from_value=storable_text(params.get("From", "")).strip(),
        to_value=storable_text(params.get("To", "")).strip(), body=storable_text(params.get("Body", "")),
        received_at=now, pictures=int(pictures) if pictures.isascii() and pictures.isdecimal() else 0,
        taken_as=TAKEN_AS.get(params.get("OptOutType", "").strip().upper()), raw=storable_object(params),
    )  # fmt: skip
