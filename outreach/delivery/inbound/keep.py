"""Keep what came in, as it came, once: before anything is made of it, so that nothing that fails later loses it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import AddressHealth, Channel, InboundMessage, InboundReading, JsonObject
from outreach.roster import parse_email, parse_phone

from ..providers.storable import storable_object, storable_text
from .incoming import Incoming

log = structlog.get_logger(__name__)
HANDED_IN = "handed_in"
"""Where, in ``raw``, what the provider itself made of the message stands."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What the provider made of a message, as it was kept."""

    body: str
    """All of its words, of an e-mail with what it quotes."""
    taken_as: InboundReading | None
    automatic: bool
    answers_attempt: str | None
    authenticated: bool
    """False only where the mail server that brought it does not vouch for its sender."""


def keep(session: Session, incoming: Incoming, now: datetime) -> int | None:
    """Keep ``incoming`` as it came; the id of its row, or None where it was kept already. Does not commit.

    Its provider's id makes it this message: handed in twice, even at the same moment, it is kept once. ``now`` stands
    for a time of receipt that lies ahead of our clock.
    """
    if session.scalar(select(InboundMessage.id).where(InboundMessage.provider_id == incoming.provider_id)) is not None:
        return None
    kept = InboundMessage(
        provider=incoming.provider, provider_id=incoming.provider_id, channel=incoming.channel,
        from_value=normalised(incoming.channel, incoming.from_value), to_value=storable_text(incoming.to_value),
        title=storable_text(incoming.title) if incoming.title else None, body=storable_text(incoming.body),
        pictures=incoming.pictures, received_at=min(incoming.received_at, now), raw=_raw(incoming),
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(kept)
    except IntegrityError:  # the same message came over two ways at the same moment
        return None
    log.info("inbound kept", inbound_id=kept.id, channel=kept.channel.value, provider=kept.provider)
    return kept.id


def normalised(channel: Channel, value: str) -> str:
    """The sender as addresses are stored; as given where it is none (a short code, a mail server's empty sender)."""
    given = storable_text(value).strip()
    parsed = parse_phone(given) if channel is Channel.SMS else parse_email(given)
    return given if parsed.health is AddressHealth.DEAD else parsed.value


def handed_in(inbound: InboundMessage) -> HandedIn:
    """What :func:`keep` kept of the provider's own reading."""
    found = inbound.raw.get(HANDED_IN)
    kept = found if isinstance(found, dict) else {}
    body, taken_as, attempt = kept.get("body"), kept.get("taken_as"), kept.get("answers_attempt")
    return HandedIn(
        body=body if isinstance(body, str) else inbound.body,
        taken_as=InboundReading(taken_as) if taken_as in list(InboundReading) else None,
        automatic=kept.get("automatic") is True,
        answers_attempt=attempt if isinstance(attempt, str) else None,
        authenticated=inbound.raw.get("authenticated") is not False,
    )


def _raw(incoming: Incoming) -> JsonObject:
    return {
        **storable_object(incoming.raw),
        HANDED_IN: {
            "from": storable_text(incoming.from_value),
            "body": storable_text(incoming.body),
            "taken_as": incoming.taken_as.value if incoming.taken_as is not None else None,
            "automatic": incoming.automatic,
            "answers_attempt": incoming.answers_attempt,
        },
    }
