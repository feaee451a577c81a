"""One person's day: who would like to hear from them, and what waits for their answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select
from sqlalchemy.orm import Session

from models import (
    CONTACT_OUTCOMES,
    Contact,
    ContactStudent,
    FamilyMember,
    Initiator,
    Outreach,
    OutreachState,
    Request,
    RequestState,
)
from outreach.access import Viewer, visible_families
from outreach.contacts import waiting_on
from outreach.effective import effective_config
from outreach.language import N_, _, ngettext, pgettext

from .candidates import Rule
from .cards import cards
from .exclusions import on_hold
from .undelivered import not_gone
from .views import Today

TO_DO = (OutreachState.SUGGESTED, OutreachState.APPROVED)


def today(session: Session, viewer: Viewer, now: datetime) -> Today:
    """The families who would like to hear from this person, most needed first, and what waits for an answer.

    A card goes as soon as the family was reached by this person, its question answered, or the family put on hold.
    There is no quota: with nobody due the headline says so.
    """
    shown = cards(session, list(session.scalars(open_cards(viewer, now))), now)
    waiting = tuple(waiting_on(session, viewer, now)) if viewer.staff_id is not None else ()
    each = effective_config(session, now).cadence.planning.minutes_per_family
    minutes = int(len(shown) * each)
    return Today(
        viewer.on, headline(len(shown), len(waiting), minutes), shown, waiting, minutes, _not_gone(session, viewer, now)
    )


def _not_gone(session: Session, viewer: Viewer, now: datetime) -> int:
    if viewer.staff_id is None:
        return 0
    mine = select(func.count()).where(
        not_gone(now), Outreach.staff_id == viewer.staff_id, Outreach.family_id.in_(visible_families(viewer))
    )
    return session.scalars(mine).one()


def open_cards(viewer: Viewer, now: datetime) -> Select[Outreach]:
    """What this person has still to do, in the order of need."""
    order = case({rule.code: rule.value for rule in Rule}, value=Outreach.rule, else_=len(Rule))
    return (
        select(Outreach)
        .where(
            Outreach.staff_id == viewer.staff_id, Outreach.state.in_(TO_DO), Outreach.rule != "by_hand",
            Outreach.family_id.in_(visible_families(viewer)), Outreach.family_id.not_in(on_hold(now)),
            ~spoken_since(), or_(Outreach.rule != Rule.WAITING.code, still_asked()),
        )
        .order_by(order, Outreach.id)
    )  # fmt: skip


def spoken_since() -> ColumnElement[bool]:
    """The same person has reached the family since it was put on the list."""
    return exists().where(
        Contact.staff_id == Outreach.staff_id, Contact.voided_at.is_(None), Contact.occurred_at > Outreach.created_at,
        Contact.initiator != Initiator.FAMILY, Contact.outcome.in_(CONTACT_OUTCOMES),
        ContactStudent.contact_id == Contact.id, FamilyMember.student_id == ContactStudent.student_id,
        FamilyMember.until_on.is_(None), FamilyMember.family_id == Outreach.family_id,
    )  # fmt: skip


def still_asked() -> ColumnElement[bool]:
    """The family still waits for an answer."""
    return exists().where(Request.family_id == Outreach.family_id, Request.state == RequestState.OPEN)


NUMBERS = {
    2: N_("Two"), 3: N_("Three"), 4: N_("Four"), 5: N_("Five"), 6: N_("Six"), 7: N_("Seven"), 8: N_("Eight"),
    9: N_("Nine"), 10: N_("Ten"),
}  # fmt: skip
"""As they begin a sentence; larger ones stand in figures."""


def headline(families: int, questions: int, minutes: int) -> str:
    """ "Five families would most like to hear from you. About 12 minutes." """
    if families:
        said = ngettext(
            "%(number)s family would most like to hear from you.",
            "%(number)s families would most like to hear from you.", families, number=_number(families),
        )  # fmt: skip
        return " ".join([said, _("About %(minutes)s minutes.", minutes=minutes)]) if minutes > 1 else said
    if questions:
        return ngettext(
            "No family is due today. %(number)s question waits for you.",
            "No family is due today. %(number)s questions wait for you.", questions, number=_number(questions),
        )  # fmt: skip
    return _("Nothing today.")


def _number(number: int) -> str:
    if number == 1:
        return pgettext("one family, one question", "One")
    return _(NUMBERS[number]) if number in NUMBERS else str(number)
