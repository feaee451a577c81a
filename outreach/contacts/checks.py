"""What must hold of a contact before it is kept, each rule with the sentence that a teacher reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    CONTACT_OUTCOMES,
    GENERAL_NOTICES,
    Authored,
    Channel,
    FamilyMember,
    Guardian,
    Guardianship,
    Initiator,
    Outcome,
    Request,
    RequestState,
    Staff,
    Student,
)

from .errors import ContactRefused
from .new import LIVE_CHANNELS, OUTCOMES_OF_CHANNEL, OUTCOMES_WHERE_FAMILY_BEGAN, NewContact

CLOCKS_DIFFER = timedelta(minutes=5)
"""How far the clock of a person's phone may be ahead of ours."""
LONGEST_AGO = timedelta(days=20 * 366)
LONGEST_SUMMARY = 10_000
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")

OUTCOME_WORDS = {
    Outcome.REACHED: "reached", Outcome.LEFT_MESSAGE: "left a message", Outcome.NO_ANSWER: "no answer",
    Outcome.WRONG_NUMBER: "wrong number", Outcome.DECLINED: "declined", Outcome.SENT: "sent",
    Outcome.DELIVERED: "delivered", Outcome.REPLIED: "replied",
}  # fmt: skip
CHANNEL_WORDS = {
    Channel.PHONE: "a phone call", Channel.SMS: "a text", Channel.EMAIL: "an e-mail",
    Channel.IN_PERSON: "a talk in person", Channel.VIDEO: "a video call", Channel.LETTER: "a letter",
    Channel.APP: "a message in an app",
}  # fmt: skip


def check(session: Session, new: NewContact, now: datetime, *, linked: int | None = None) -> NewContact:
    """``new`` with its words tidied, where it can be kept. Raises :class:`ContactRefused` with the first thing wrong.

    ``linked`` is the request that this contact answers already; where it no longer can, the link is dropped.
    """
    check_time(new.occurred_at, now)
    check_outcome(new)
    if new.language is not None and not LANGUAGE.fullmatch(new.language):
        raise ContactRefused(f"“{new.language}” is not a language; give a tag such as en or es.", "language")
    students = _students(session, new.student_ids)
    if new.staff_id is not None and session.get(Staff, new.staff_id) is None:
        raise ContactRefused("The staff member of this contact does not exist; choose another.", "staff_id")
    if new.guardian_id is not None:
        _check_guardian(session, new.guardian_id, students)
    if new.answers_request_id is not None and new.answers_request_id == linked:
        new = new if _still_answers(session, new, linked) else replace(new, answers_request_id=None)
    elif new.answers_request_id is not None:
        _check_answer(session, new, new.answers_request_id)
    if new.question is not None and new.initiator is not Initiator.FAMILY:
        raise ContactRefused("Only a contact that the family began can leave a question open.", "question")
    return replace(
        new, student_ids=tuple(student.id for student in students), summary=tidy(new.summary),
        question=tidy(new.question), language=new.language.lower() if new.language else None,
    )  # fmt: skip


def tidy(words: str | None) -> str | None:
    """Without characters that no database keeps, and without blanks around; None where nothing is left."""
    if words is None:
        return None
    words = words.replace("\x00", "").replace("\r\n", "\n").strip()
    if len(words) > LONGEST_SUMMARY:
        raise ContactRefused(
            f"The note has {len(words)} characters; {LONGEST_SUMMARY} is the most that fits. Shorten it.", "summary"
        )
    return words or None


CUT_SHORT = "\n\n[Cut here: {:,} more characters stand in the message itself.]"


def fitting(words: str) -> str:
    """The words of a message as a contact carries them: all of them, or as many as fit with a mark that more follow."""
    words = words.replace("\x00", "").replace("\r\n", "\n").strip()
    if len(words) <= LONGEST_SUMMARY:
        return words
    kept = LONGEST_SUMMARY - len(CUT_SHORT) - len(f"{len(words):,}")
    return words[:kept] + CUT_SHORT.format(len(words) - kept)


def check_time(occurred_at: datetime, now: datetime) -> None:
    """Refuses a time still to come, or one so long ago that it must be mistyped."""
    if occurred_at.tzinfo is None:
        raise ValueError("occurred_at has no zone")
    if occurred_at > now + CLOCKS_DIFFER:
        raise ContactRefused(
            "This time lies in the future; give the time at which the contact happened.", "occurred_at"
        )
    if occurred_at < now - LONGEST_AGO:
        raise ContactRefused(
            f"{occurred_at.date()} is more than twenty years ago; correct the year of the contact.", "occurred_at"
        )


def check_outcome(new: NewContact) -> None:
    """Refuses an outcome that a contact by this channel, begun by this side, cannot have."""
    family_began = new.initiator is Initiator.FAMILY
    fitting = (OUTCOMES_WHERE_FAMILY_BEGAN if family_began else OUTCOMES_OF_CHANNEL)[new.channel]
    if new.outcome not in fitting:
        choices = ", ".join(OUTCOME_WORDS[outcome] for outcome in fitting)
        what = CHANNEL_WORDS[new.channel] + (" that the family began" if family_began else "")
        raise ContactRefused(
            f"“{OUTCOME_WORDS[new.outcome]}” does not fit {what}; choose one of: {choices}.",
            "outcome",
        )


def _students(session: Session, student_ids: Sequence[int]) -> list[Student]:
    wanted = sorted(set(student_ids))
    if not wanted:
        raise ContactRefused("Choose the student or students that this contact was about.", "student_ids")
    found = list(session.scalars(select(Student).where(Student.id.in_(wanted)).order_by(Student.id)))
    if len(found) < len(wanted):
        raise ContactRefused("A student of this contact does not exist; choose the students again.", "student_ids")
    return found


def _check_guardian(session: Session, guardian_id: int, students: Sequence[Student]) -> None:
    guardian = session.get(Guardian, guardian_id)
    if guardian is None:
        raise ContactRefused("The guardian of this contact does not exist; choose another.", "guardian_id")
    theirs = set(session.scalars(select(Guardianship.student_id).where(Guardianship.guardian_id == guardian_id)))
    for student in students:
        if student.id not in theirs:
            raise ContactRefused(
                f"{guardian.given_name} {guardian.family_name} is not a guardian of {student.given_name} "
                f"{student.family_name}; choose another guardian, or log a contact for each student.",
                "guardian_id",
            )


def can_answer(initiator: Initiator, channel: Channel, outcome: Outcome, authored: Authored) -> bool:
    """Whether a contact with these facts answers a family's request: a person's words that came across.

    What the family itself wrote never does; a call or visit that it began does, where somebody talked with it.
    """
    if outcome not in CONTACT_OUTCOMES or authored in GENERAL_NOTICES:
        return False
    return initiator is not Initiator.FAMILY or (channel in LIVE_CHANNELS and outcome is Outcome.REACHED)


def _check_answer(session: Session, new: NewContact, request_id: int) -> None:
    request = session.get(Request, request_id)
    if request is None:
        raise ContactRefused("The question that this should answer does not exist.", "answers_request_id")
    if not _same_family(session, new, request):
        raise ContactRefused("The question that this should answer was asked by another family.", "answers_request_id")
    if request.state is RequestState.CLOSED:
        raise ContactRefused("The question that this should answer is closed; reopen it first.", "answers_request_id")
    if new.occurred_at < request.opened_at - CLOCKS_DIFFER:
        raise ContactRefused(
            "This contact happened before the family asked, so it cannot be the answer; correct its time.",
            "occurred_at",
        )
    if not _can_answer(new):
        raise ContactRefused(
            f"“{OUTCOME_WORDS[new.outcome]}” is an attempt and does not answer the family's question; "
            "leave the question open, or choose what came of it.",
            "answers_request_id",
        )


def _can_answer(new: NewContact) -> bool:
    return can_answer(new.initiator or Initiator.SCHOOL, new.channel, new.outcome, new.authored)


def _still_answers(session: Session, new: NewContact, request_id: int) -> bool:
    request = session.get(Request, request_id)
    return request is not None and _can_answer(new) and _same_family(session, new, request)


def _same_family(session: Session, new: NewContact, request: Request) -> bool:
    members = select(FamilyMember.student_id).where(
        FamilyMember.family_id == request.family_id, FamilyMember.until_on.is_(None)
    )
    return not set(session.scalars(members)).isdisjoint(new.student_ids)
