"""What a carrier's no means. Codes and meanings: Twilio's error and warning dictionary.

They come with a status of ``undelivered`` or ``failed``, some time after the text was accepted; a provider that names
one at once is read the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from outreach.language import N_

OWN_HOURS = "30610"
"""Twilio: no texts to this number at this hour. As the answer to a call, or later in a receipt: nothing was delivered,
and it shows Twilio at work."""
TILL_ANOTHER_HOUR = timedelta(hours=1)
"""After that: how long until it is worth asking again."""


class Lasts(StrEnum):
    FOR_GOOD = "for_good"
    """The same text to the same number fails again tomorrow."""
    FOR_NOW = "for_now"
    """A later text may arrive."""


@dataclass(frozen=True, slots=True)
class CarrierFault:
    words: str
    """After "The carrier could not deliver it:"."""
    lasts: Lasts


CARRIER: Mapping[str, CarrierFault] = {
    "30003": CarrierFault(N_("the phone was off or out of reach"), Lasts.FOR_NOW),
    "30004": CarrierFault(N_("this phone or its carrier blocks texts"), Lasts.FOR_GOOD),
    "30005": CarrierFault(N_("the number is not in service"), Lasts.FOR_GOOD),
    "30006": CarrierFault(N_("a landline, or out of the carrier's reach"), Lasts.FOR_GOOD),
    "30007": CarrierFault(N_("the carrier took it for unwanted mail"), Lasts.FOR_GOOD),
    "30008": CarrierFault(N_("it did not say why"), Lasts.FOR_NOW),
    "30036": CarrierFault(N_("it waited too long to be sent"), Lasts.FOR_NOW),
}
