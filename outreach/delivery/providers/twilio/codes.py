"""Twilio's refusals, by what may be done about them. Codes and meanings: Twilio's error and warning dictionary."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from outreach.language import N_

from ...carrier import CARRIER, TILL_ANOTHER_HOUR, Lasts
from ...errors import OutsideWindow, ProviderDown, ProviderError, RefusedForGood, RefusedForNow, Unclear

Kind = type[RefusedForGood] | type[RefusedForNow] | type[ProviderDown]

CODES: Mapping[int, tuple[Kind, str]] = {
    # The same tomorrow, for this number or these words.
    21211: (RefusedForGood, N_("not a valid number")),
    21214: (RefusedForGood, N_("the number cannot be reached")),
    21217: (RefusedForGood, N_("not a valid number")),
    21408: (RefusedForGood, N_("texts to that country are switched off")),
    21602: (RefusedForGood, N_("the text is empty")),
    21604: (RefusedForGood, N_("the text has no recipient")),
    21605: (RefusedForGood, N_("the text is too long")),
    21608: (RefusedForGood, N_("a trial account may not write to this number")),
    21610: (RefusedForGood, N_("the recipient has opted out")),
    21612: (RefusedForGood, N_("no route to this number")),
    21614: (RefusedForGood, N_("not a mobile number")),
    21617: (RefusedForGood, N_("the text is too long")),
    21635: (RefusedForGood, N_("a landline")),
    # Not now, but later.
    14107: (RefusedForNow, N_("too many texts a second")),
    20429: (RefusedForNow, N_("too many requests")),
    21611: (RefusedForNow, N_("the sender's queue is full")),
    30001: (RefusedForNow, N_("the sender's queue is full")),
    30022: (RefusedForNow, N_("too many texts a second")),
    30610: (OutsideWindow, N_("no texts to this number at this hour")),
    # Ours to mend: no text at all will pass until somebody does.
    20003: (ProviderDown, N_("the credentials are wrong")),
    20005: (ProviderDown, N_("the account is not active")),
    20006: (ProviderDown, N_("the account may not do this")),
    20008: (ProviderDown, N_("these are test credentials")),
    20404: (ProviderDown, N_("there is no such account")),
    21212: (ProviderDown, N_("the sender's number is not valid")),
    21603: (ProviderDown, N_("no sender is set")),
    21606: (ProviderDown, N_("the sender's number cannot send texts")),
    21609: (ProviderDown, N_("the public address for receipts is not valid")),
    21659: (ProviderDown, N_("the sender's number is not this account's")),
    21660: (ProviderDown, N_("the sender's number is not this account's")),
    21701: (ProviderDown, N_("there is no such messaging service")),
    21703: (ProviderDown, N_("the messaging service has no number")),
    21704: (ProviderDown, N_("the messaging service has no number")),
    21705: (ProviderDown, N_("the messaging service is not valid")),
    30002: (ProviderDown, N_("the account is suspended")),
    # The carriers' own, which mostly come later, with a receipt.
    **{
        int(code): (RefusedForGood if fault.lasts is Lasts.FOR_GOOD else RefusedForNow, fault.words)
        for code, fault in CARRIER.items()
    },
}
STATUSES: Mapping[int, tuple[Kind, str]] = {
    401: (ProviderDown, N_("the credentials are wrong")),
    403: (ProviderDown, N_("the account may not do this")),
    404: (ProviderDown, N_("there is no such account")),
    405: (ProviderDown, N_("this is not Twilio's address")),
    409: (RefusedForNow, N_("another request was in the way")),
    425: (RefusedForNow, N_("it came too early for Twilio")),
    429: (RefusedForNow, N_("too many requests")),
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
        return Unclear(label, N_("Twilio had a fault"))
    kind, words = CODES.get(code or 0) or STATUSES.get(status) or _other(status)
    if issubclass(kind, OutsideWindow):
        return kind(label, words, max(wait or TILL_ANOTHER_HOUR, TILL_ANOTHER_HOUR))
    return kind(label, words, wait) if issubclass(kind, RefusedForNow) else kind(label, words)


def _other(status: int) -> tuple[Kind, str]:
    if status >= CLIENT_ERROR:
        return RefusedForGood, N_("Twilio does not take this message")
    return ProviderDown, N_("this is not Twilio's address")
