"""What a provider is to the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from models import Channel

from ..links import Links


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message as a provider gets it. Nothing of our database goes with it but the id of the attempt."""

    attempt_id: str
    """Random; comes back with every receipt, so that a receipt proves that the provider took this very attempt."""
    channel: Channel
    to_value: str
    title: str | None
    body: str
    body_html: str | None
    now: datetime
    reply_to: str | None = None
    """Where an answer to this e-mail goes; None: to its sender."""
    unsubscribe_url: str | None = None
    """Where one click (a POST) ends e-mails to this address; None: to staff, or no public address is set."""


@dataclass(frozen=True, slots=True)
class Accepted:
    provider_id: str


class Provider(Protocol):
    name: str

    def send(self, outgoing: Outgoing) -> Accepted:
        """Hand the message over, within the deadline the provider was made with; holds no transaction of ours.

        Raises one of ``errors.RefusedForGood``, ``RefusedForNow``, ``ProviderDown`` and ``Unclear``; nothing else.
        """
        ...


@dataclass(frozen=True, slots=True)
class Providers:
    """The provider of each channel, and which channels really leave the machine."""

    by_channel: Mapping[Channel, Provider]
    live: frozenset[Channel]
    links: Links = field(default_factory=Links)

    def of(self, channel: Channel) -> Provider:
        return self.by_channel[channel]
