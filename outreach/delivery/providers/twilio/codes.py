"""Twilio's refusals, by what may be done about them. Codes and meanings: Twilio's error and warning dictionary."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from ...carrier import CARRIER, TILL_ANOTHER_HOUR, Lasts
from ...errors import OutsideWindow, ProviderDown, ProviderError, RefusedForGood, RefusedForNow, Unclear

Kind = type[RefusedForGood] | type[RefusedForNow] | type[ProviderDown]

CODES: Mapping[int, tuple[Kind, str]] = {
    # The same tomorrow, for this number or these words.
    21211: (RefusedForGood, "not a valid number"),
    21214: (RefusedForGood, "the number cannot be reached"),
    21217: (RefusedForGood, "not a valid number"),
    21408: (RefusedForGood, "texts to that country are switched off"),
    21602: (RefusedForGood, "the text is empty"),
    21604: (RefusedForGood, "the text has no recipient"),
    21605: (RefusedForGood, "the text is too long"),
    21608: (RefusedForGood, "a trial account may not write to this number"),
    21610: (RefusedForGood, "the recipient has opted out"),
    21612: (RefusedForGood, "no route to this number"),
    21614: (RefusedForGood, "not a mobile number"),
    21617: (RefusedForGood, "the text is too long"),
    21635: (RefusedForGood, "a landline"),
    # Not now, but later.
    14107: (RefusedForNow, "too many texts a second"),
    20429: (RefusedForNow, "too many requests"),
    21611: (RefusedForNow, "the sender's queue is full"),
    30001: (RefusedForNow, "the sender's queue is full"),
    30022: (RefusedForNow, "too many texts a second"),
    30610: (OutsideWindow, "no texts to this number at this hour"),
    # Ours to mend: no text at all will pass until somebody does.
    20003: (ProviderDown, "the credentials are wrong"),
    20005: (ProviderDown, "the account is not active"),
    20006: (ProviderDown, "the account may not do this"),
    20008: (ProviderDown, "these are test credentials"),
    20404: (ProviderDown, "there is no such account"),
    21212: (ProviderDown, "the sender's number is not valid"),
    21603: (ProviderDown, "no sender is set"),
    21606: (ProviderDown, "the sender's number cannot send texts"),
    21609: (ProviderDown, "the public address for receipts is not valid"),
    21659: (ProviderDown, "the sender's number is not this account's"),
    21660: (ProviderDown, "the sender's number is not this account's"),
    21701: (ProviderDown, "there is no such messaging service"),
    21703: (ProviderDown, "the messaging service has no number"),
    21704: (ProviderDown, "the messaging service has no number"),
    21705: (ProviderDown, "the messaging service is not valid"),
    30002: (ProviderDown, "the account is suspended"),
    # The carriers' own, which mostly come later, with a receipt.
    **{
        int(code): (RefusedForGood if fault.lasts is Lasts.FOR_GOOD else RefusedForNow, fault.words)
        for code, fault in CARRIER.items()
    },
}
STATUSES: Mapping[int, tuple[Kind, str]] = {
    401: (ProviderDown, "the credentials are wrong"),
    403: (ProviderDown, "the account may not do this"),
    404: (ProviderDown, "there is no such account"),
    405: (ProviderDown, "this is not Twilio's address"),
    409: (RefusedForNow, "another request was in the way"),
    425: (RefusedForNow, "it came too early for Twilio"),
    429: (RefusedForNow, "too many requests"),
}
"""For answers without a code of Twilio's."""
SERVER_ERROR, CLIENT_ERROR, REQUEST_TIMEOUT = 500, 400, 408


def classify(status: int, code: int | None, wait: timedelta | None = None) -> ProviderError:
    """What Twilio's answer means for the message. A 5xx may have been accepted: only a lookup can tell; so may a 408,
    which says that somebody on the way waited too long.

    An unknown code is final for this message: it was refused, and asking again as it stands changes nothing. ``wait``
    is what the answer asks for before another try.
    """
    label = str(code) if code is not None and code != status else f"http-{status}"
    if status >= SERVER_ERROR or status == REQUEST_TIMEOUT:
        return Unclear(label, "Twilio had a fault")
    kind, words = CODES.get(code or 0) or STATUSES.get(status) or _other(status)
    if issubclass(kind, OutsideWindow):
        return kind(label, words, max(wait or TILL_ANOTHER_HOUR, TILL_ANOTHER_HOUR))
    return kind(label, words, wait) if issubclass(kind, RefusedForNow) else kind(label, words)


def _other(status: int) -> tuple[Kind, str]:
    if status >= CLIENT_ERROR:
        return RefusedForGood, "Twilio does not take this message"
    return ProviderDown, "this is not Twilio's address"
