"""What the words mean: a contact, an attempt, a teacher's contact, a general notice, an answer, low performance.

Each is one SQLAlchemy expression over the models (DESIGN §3 and §4), so that the night's score, a page and an export
count the same rows.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, false, or_

from config.tuning import RiskTerms
from models import (
    CONTACT_OUTCOMES,
    GENERAL_NOTICES,
    Contact,
    Initiator,
    Level,
    Outcome,
    Purpose,
    Request,
    RequestState,
)

CORRECTABLE = (Purpose.CONCERN, Purpose.IMPROVE)
"""Purposes after which a family expects to hear how it went."""
CONVERSATIONS = (Outcome.REACHED, Outcome.REPLIED)
SCHOOL_SIDE = (Initiator.TEACHER, Initiator.SCHOOL)
LEVELS_FROM_LOWEST = (Level.FAILING, Level.BELOW_AVERAGE, Level.AVERAGE, Level.ABOVE_AVERAGE)
RANK = {level: rank for rank, level in enumerate(LEVELS_FROM_LOWEST)}
"""Levels as numbers, lowest first, for comparing them in SQL."""
LOW_PERFORMANCE = (Level.FAILING, Level.BELOW_AVERAGE)


def current() -> ColumnElement[bool]:
    """The contact stands: nobody undid it."""
    return Contact.voided_at.is_(None)


def counts_as_contact() -> ColumnElement[bool]:
    """Somebody was reached, replied, or a message was delivered; all else was an attempt."""
    return and_(current(), Contact.outcome.in_(CONTACT_OUTCOMES))


def attempt() -> ColumnElement[bool]:
    """Tried and not reached: no contact, and never an answer."""
    return and_(current(), Contact.outcome.not_in(CONTACT_OUTCOMES))


def general_notice() -> ColumnElement[bool]:
    """A message that no person chose for this family, and that reached it."""
    return and_(counts_as_contact(), Contact.initiator.in_(SCHOOL_SIDE), Contact.authored.in_(GENERAL_NOTICES))


def personal_contact() -> ColumnElement[bool]:
    """Begun by a person at school, about this child, and it reached the family."""
    return and_(counts_as_contact(), Contact.initiator.in_(SCHOOL_SIDE), Contact.authored.not_in(GENERAL_NOTICES))


def teacher_contact() -> ColumnElement[bool]:
    """A personal contact that a teacher began."""
    return and_(counts_as_contact(), Contact.initiator == Initiator.TEACHER, Contact.authored.not_in(GENERAL_NOTICES))


def family_contact() -> ColumnElement[bool]:
    """Begun by the family."""
    return and_(counts_as_contact(), Contact.initiator == Initiator.FAMILY)


def two_way() -> ColumnElement[bool]:
    """Both sides spoke: somebody was reached or replied, or the family itself wrote. A delivered text is one-way."""
    return and_(
        counts_as_contact(),
        Contact.authored.not_in(GENERAL_NOTICES),
        or_(Contact.outcome.in_(CONVERSATIONS), Contact.initiator == Initiator.FAMILY),
    )


def raises_a_matter() -> ColumnElement[bool]:
    """A teacher's contact with purpose concern or improve."""
    return and_(teacher_contact(), Contact.purpose.in_(CORRECTABLE))


def waiting() -> ColumnElement[bool]:
    """The request has no answer yet."""
    return Request.state == RequestState.OPEN


def past_due(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """The request waits past its due time. Without a due time (the calendar has ended) it is unknown, so not."""
    return and_(waiting(), Request.due_at.is_not(None), Request.due_at < now)


def settled_in_time() -> ColumnElement[bool]:
    """Answered by the due time, or closed because no answer was needed. Where no due time is known any answer is."""
    answered = and_(
        Request.answered_at.is_not(None), or_(Request.due_at.is_(None), Request.answered_at <= Request.due_at)
    )
    return case((waiting(), false()), else_=or_(answered, Request.no_answer_needed.is_not(None)))


def level_of(percent: float, terms: RiskTerms) -> Level:
    """The level of a subject whose standing is ``percent``."""
    if percent >= terms.above_average_from:
        return Level.ABOVE_AVERAGE
    if percent >= terms.average_from:
        return Level.AVERAGE
    return Level.BELOW_AVERAGE if percent >= terms.below_average_from else Level.FAILING
