"""What a provider is to the outbox, and what one that can be asked afterwards is to reconciliation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from models import Channel

from ..links import Links

if TYPE_CHECKING:  # both are above this file: what they say is only handed on here
    from ..inbound import Incoming
    from ..receipt import Receipt


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
    leaves_by: datetime | None = None
    """After that the recipient's window is closing, and a provider that has it still waiting must not hand it on.
    None: it may arrive at any hour."""
    unsubscribe_url: str | None = None
    """Where one click (a POST) ends e-mails to this address; None: to staff, or no public address is set."""


@dataclass(frozen=True, slots=True)
class Accepted:
    provider_id: str


class Provider(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def sender(self) -> str | None:
        """The number, messaging service or mailbox that it writes from, for which a pace is kept; None: no pace."""
        ...

    @property
    def confirms_opt_out(self) -> bool:
        """It answers STOP, START and HELP itself, so that we must not do it a second time."""
        ...

    def send(self, outgoing: Outgoing) -> Accepted:
        """Hand the message over, within the deadline the provider was made with; holds no transaction of ours.

        Raises one of ``errors.RefusedForGood``, ``RefusedForNow``, ``ProviderDown`` and ``Unclear``; nothing else.
        """
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """One message that a provider says it has, and how it stands there."""

    provider_id: str
    to_value: str
    body: str
    """As the provider keeps it: some services rewrite letters, and a district may have bodies blotted out."""
    status: str
    """In the provider's own words."""
    created_at: datetime | None
    """When the provider took it; None: it does not say."""
    changed_at: datetime | None = None
    """When its status last moved."""
    error_code: str | None = None


@runtime_checkable
class CanLookUp(Protocol):
    """A provider that can be asked what became of a message. Each verb may raise ``errors.LookupFailed``."""

    def sent_to(self, to_value: str, since: datetime) -> Sequence[Found]:
        """Every message it took from us to this recipient since then, whatever became of it: all, or it raises."""
        ...

    def status_of(self, provider_id: str) -> Found | None:
        """How that message stands; None where it knows none of that id."""
        ...

    def receipt_of(self, found: Found, attempt_id: str | None) -> Receipt | None:
        """The receipt that this standing is: the same one as by callback, so that both together are one event."""
        ...

    def received_since(self, moment: datetime) -> Sequence[Incoming]:
        """What people wrote to us since then, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class Providers:
    """The provider of each channel, and which channels really leave the machine."""

    by_channel: Mapping[Channel, Provider]
    live: frozenset[Channel]
    links: Links = field(default_factory=Links)
    email_events: bool = False
    """SendGrid's events can come in and be believed: a public address and the key that verifies them are set."""

    @property
    def names(self) -> Mapping[Channel, str]:
        return {channel: provider.name for channel, provider in self.by_channel.items()}

    def of(self, channel: Channel) -> Provider:
        return self.by_channel[channel]
