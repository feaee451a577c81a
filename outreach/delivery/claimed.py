"""A message that is a worker's: as it was claimed, and as it stands while its rows are held for an attempt."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import Select, bindparam, select

from models import Address, Audience, Channel, ConsentCategory, Family, Message, MessageKind, MessageState
from outreach.prepared import Asked, Prepared


@dataclass(frozen=True, slots=True)
class Claimed:
    """One message that is this worker's until its lease is over."""

    id: int
    attempt_id: str
    """What its attempt will be called, if it comes to one; drawn with the claim, and nobody can guess it."""
    sender: str
    slot: datetime | None
    """Its sender's turn, not to be called before; None: none is kept."""
    gap: timedelta
    """Between two messages of this sender."""
    channel: Channel
    audience: Audience
    family_id: int | None
    address_id: int | None
    guardian_id: int | None
    school_id: int | None


@dataclass(frozen=True, slots=True)
class Held:
    """What the usual way asks of a :class:`~models.Message`, whose attributes these are."""

    id: int
    audience: Audience
    kind: MessageKind
    category: ConsentCategory
    automated: bool
    channel: Channel
    to_value: str
    address_id: int | None
    family_id: int | None
    guardian_id: int | None
    staff_id: int | None
    school_id: int | None
    language: str | None
    about_school_work: bool
    title: str | None
    body: str
    body_html: str | None
    urgent: bool
    answers_inbound: str | None
    state: MessageState
    expires_at: datetime | None
    lease_until: datetime | None
    attempts: int
    segments: int | None


AnyMessage = Message | Held
"""Either tells the gate, and the words that go out, the same."""


def to_hold(claimed: Claimed, worker: str) -> Asked:
    """A statement that locks the message's, the family's and the address's row, in this order as everybody does, until
    the transaction ends. It gives the message as :class:`Held`, where it is still this worker's.

    Not FOR UPDATE: rows that only point to the family (a score, a new intent) need not wait for us.
    """
    of_address = _OF_ADDRESS if claimed.family_id is None else _OF_FAMILY
    statement = _ALONE if claimed.address_id is None else of_address
    return statement, {"message_id": claimed.id, "worker": worker}


def still_as_claimed(held: Held, claimed: Claimed) -> bool:
    """What was asked about it, by what the claim told, is about the message as it now stands."""
    return all(getattr(held, name) == getattr(claimed, name) for name in ABOUT)


ABOUT = ("channel", "audience", "family_id", "address_id", "guardian_id", "school_id")
_MINE: Select[*tuple[object, ...]] = select(*(getattr(Message, field.name) for field in fields(Held))).where(
    Message.id == bindparam("message_id"), Message.state == MessageState.SCHEDULED,
    Message.claimed_by == bindparam("worker"),
)  # fmt: skip
_OF_FAMILY = Prepared(
    _MINE.join(Family, Family.id == Message.family_id)
    .join(Address, Address.id == Message.address_id)
    .with_for_update(key_share=True, of=[Message, Family, Address]),
    Held,
)
_OF_ADDRESS = Prepared(
    _MINE.join(Address, Address.id == Message.address_id).with_for_update(key_share=True, of=[Message, Address]), Held
)
"""A reply to a number that is nobody's; it counts once for the number."""
_ALONE = Prepared(_MINE.with_for_update(key_share=True, of=Message), Held)
