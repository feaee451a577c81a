"""What can go wrong between us and a provider, by what may be done about it."""

from __future__ import annotations

from outreach.errors import OutreachError


class DeliveryRefused(OutreachError):
    """A person asked for something that delivery does not do; the sentence says why."""


class ProviderError(Exception):
    """A provider did not take a message. ``code`` is its own code, or ours in words; never the message's text."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(f"{code}: {words}")
        self.code, self.words = code, words


class RefusedForGood(ProviderError):
    """It will never take this message to this address."""


class RefusedForNow(ProviderError):
    """It did not take the message, for certain, and may later: safe to try again."""


class ProviderDown(ProviderError):
    """It refuses us, not the message (credentials, account suspended): stop and tell the administrator."""


class Unclear(ProviderError):
    """It may or may not have taken the message (a time-out, a 5xx, a closed connection): never sent again unproved."""
