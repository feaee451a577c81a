"""What can go wrong between us and a provider, by what may be done about it."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from outreach.errors import OutreachError

HELD_UP = "held-up"
"""Our own code for a call that was never begun: it says nothing about the provider."""


class DeliveryRefused(OutreachError):
    """A person asked for something that delivery does not do; the sentence says why."""


class ProviderError(Exception):
    """A provider did not take a message. ``code`` is its own code, or ours in words; never the message's text.
    ``words``, a kept sentence, stand inside the one that staff read of it."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(f"{code}: {words}")
        self.code, self.words = code, words


class RefusedForGood(ProviderError):
    """It will never take this message to this address."""


class RefusedForNow(ProviderError):
    """It did not take the message, for certain, and may later: safe to try again.

    ``wait`` is the least time to let pass before that, where the provider named one.
    """

    uses_try: ClassVar[bool] = True
    """It counts against ``sending.retry_limit``."""

    def __init__(self, code: str, words: str, wait: timedelta | None = None) -> None:
        super().__init__(code, words)
        self.wait = wait


class OutsideWindow(RefusedForNow):
    """It writes to nobody there at this hour: no fault of its own, nor of the message, and no try used up."""

    uses_try = False


class NotReached(RefusedForNow):
    """Nothing of our request came to it (no connection, or we were held up before the call), and so no try is used up:
    how often it is tried is bounded by the breaker and by the end of the message's time."""

    uses_try = False


class ProviderDown(ProviderError):
    """It refuses us, not the message (credentials, account suspended): stop and tell the administrator."""


class Unclear(ProviderError):
    """It may or may not have taken the message (a time-out, a 5xx, a closed connection): never sent again unproved."""


class LookupFailed(Exception):
    """The provider could not be asked what it knows, or did not tell all of it: nothing is proved either way."""
