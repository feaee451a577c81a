"""How else the person on a card may be reached: a call, a text, an e-mail, each only where it may be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from models import Channel

from .channel import Person
from .people import people_of_students
from .views import Card


@dataclass(frozen=True, slots=True)
class CardWays:
    call: str | None
    """The number to dial, E.164; None: none that may be used."""
    text: bool
    email: bool


def ways_of_cards(session: Session, cards: Sequence[Card], day: date) -> dict[int, CardWays]:
    """Outreach id to the ways of its guardian: a fixed number of statements for a page of cards."""
    people = people_of_students(session, {card.student_id for card in cards if card.student_id is not None}, day)
    return {card.outreach_id: _ways(card, people.get(card.student_id or 0, [])) for card in cards}


def _ways(card: Card, people: Sequence[Person]) -> CardWays:
    reaches = [reach for person in people if person.guardian_id == card.guardian_id for reach in person.reaches]
    numbers = [reach.value for reach in reaches if Channel.PHONE in reach.channels]
    return CardWays(
        call=card.phone or (numbers[0] if numbers else None),
        text=any(Channel.SMS in reach.channels for reach in reaches),
        email=any(Channel.EMAIL in reach.channels for reach in reaches),
    )
