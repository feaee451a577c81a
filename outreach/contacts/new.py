"""What a person says about a contact, before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from models import Authored, Channel, Department, Initiator, Outcome, Purpose, Subject, Topic

WRITTEN_CHANNELS = (Channel.SMS, Channel.EMAIL, Channel.LETTER, Channel.APP)
LIVE_CHANNELS = (Channel.PHONE, Channel.IN_PERSON, Channel.VIDEO)

_WRITTEN = (Outcome.SENT, Outcome.DELIVERED, Outcome.REPLIED, Outcome.DECLINED)
OUTCOMES_OF_CHANNEL: Mapping[Channel, tuple[Outcome, ...]] = MappingProxyType(
    {
        Channel.PHONE: (
            Outcome.REACHED,
            Outcome.LEFT_MESSAGE,
            Outcome.NO_ANSWER,
            Outcome.WRONG_NUMBER,
            Outcome.DECLINED,
        ),
        Channel.VIDEO: (Outcome.REACHED, Outcome.NO_ANSWER, Outcome.DECLINED),
        Channel.IN_PERSON: (Outcome.REACHED, Outcome.NO_ANSWER, Outcome.DECLINED),
        Channel.SMS: (Outcome.SENT, Outcome.DELIVERED, Outcome.REPLIED, Outcome.WRONG_NUMBER, Outcome.DECLINED),
        Channel.EMAIL: _WRITTEN,
        Channel.LETTER: _WRITTEN,
        Channel.APP: _WRITTEN,
    }
)
"""What may come of a contact by its channel, in the order in which a form offers it. ``replied``: words went both
ways; ``sent`` is an attempt until it is known to have arrived."""

OUTCOMES_WHERE_FAMILY_BEGAN: Mapping[Channel, tuple[Outcome, ...]] = MappingProxyType(
    {
        Channel.PHONE: (Outcome.REACHED, Outcome.LEFT_MESSAGE, Outcome.NO_ANSWER),
        Channel.VIDEO: (Outcome.REACHED, Outcome.NO_ANSWER),
        Channel.IN_PERSON: (Outcome.REACHED, Outcome.NO_ANSWER),
        **dict.fromkeys(WRITTEN_CHANNELS, (Outcome.DELIVERED, Outcome.REPLIED)),
    }
)
"""The same where the family began: ``no_answer`` is a call that we missed, ``delivered`` a message that arrived."""


@dataclass(frozen=True, kw_only=True)
class NewContact:
    """One contact as a person describes it.

    Who began it and for which department follow from ``staff_id``: a teacher's contact where that person's role is
    teacher, else the school's. Say ``initiator=Initiator.FAMILY`` where the family began; then ``staff_id`` is whom
    it turned to.
    """

    student_ids: tuple[int, ...]
    channel: Channel
    outcome: Outcome
    occurred_at: datetime
    """When it happened; with a zone."""
    initiator: Initiator | None = None
    """None: our side. ``teacher`` and ``school`` mean the same, and the staff member's role decides between them."""
    staff_id: int | None = None
    guardian_id: int | None = None
    department: Department | None = None
    """None: that of the staff member's role."""
    language: str | None = None
    interpreter: bool = False
    topic: Topic | None = None
    subject: Subject | None = None
    purpose: Purpose | None = None
    authored: Authored = Authored.WRITTEN
    summary: str | None = None
    said_it_helped: bool | None = None
    """What staff heard; never a verdict."""
    answers_request_id: int | None = None
    """The family's request that this contact answers; refused where its outcome cannot answer one."""
    question: str | None = None
    """Where the family began: what it asked and still waits for. Joins, reopens or opens its request."""
    client_key: str | None = None
    """Made when the form was rendered: with the account, a repeated submit is one contact."""
