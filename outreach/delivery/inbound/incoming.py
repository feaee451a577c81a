"""A family's message as a provider hands it in, before anything is made of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from models import Channel, InboundReading, JsonObject


@dataclass(frozen=True, slots=True)
class Incoming:
    """One text or e-mail to us. ``provider_id`` makes it this one, however often it is handed in."""

    provider: str
    provider_id: str
    channel: Channel
    """sms or email."""
    from_value: str
    """As given; a phone number in E.164, an e-mail without its display name."""
    to_value: str
    body: str
    """The words as they came; of an e-mail its plain text, still with what it quotes."""
    received_at: datetime
    title: str | None = None
    pictures: int = 0
    taken_as: InboundReading | None = None
    """STOP, START or HELP where the provider has itself read and answered it (Twilio's Advanced Opt-Out)."""
    automatic: bool = False
    """Its headers say that no person wrote it (Auto-Submitted, Precedence, an empty return path)."""
    answers_attempt: str | None = None
    """The attempt whose own reply address it came to."""
    raw: JsonObject = field(default_factory=dict)
