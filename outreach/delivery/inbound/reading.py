"""One message with all that was understood of it, and the reply of the night that most of them get."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models import InboundMessage

from .. import safety
from ..providers.base import Providers
from .keep import HandedIn
from .language import language_of
from .route import Origin
from .words import Said


@dataclass(frozen=True, slots=True)
class Reading:
    session: Session
    inbound: InboundMessage
    origin: Origin
    providers: Providers
    now: datetime
    handed: HandedIn
    said: Said
    automatic: bool
    danger: bool
    """Listed words of danger stand in it, and the safety list is told."""
    by_hand: bool
    """A person has said whose it is: nothing is answered by machine any more."""

    @property
    def language(self) -> str | None:
        """The reader's own, else the language that this message is in."""
        return self.origin.language or self.said.language or language_of(self.inbound.body)


def night(reading: Reading) -> bool:
    """Whether this message got the reply of the night: nobody reads this until then; 911; 988."""
    if reading.by_hand or not reading.inbound.from_value:
        return False
    made = safety.night_reply(
        reading.session, reading.inbound, reading.origin.school_id, reading.language, reading.now
    )  # fmt: skip
    return made is not None and made.answers_inbound == reading.inbound.provider_id
