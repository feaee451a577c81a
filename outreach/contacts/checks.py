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
from outreach.access import Viewer, colleagues
from outreach.language import N_, _

from .errors import ContactRefused
from .new import LIVE_CHANNELS, OUTCOMES_OF_CHANNEL, OUTCOMES_WHERE_FAMILY_BEGAN, NewContact

CLOCKS_DIFFER = timedelta(minutes=5)
"""How far the clock of a person's phone may be ahead of ours."""
LONGEST_AGO = timedelta(days=20 * 366)
LONGEST_SUMMARY = 10_000
LONGEST_QUESTION = 4_000
"""Characters, as the form's own boxes hold them."""
NOTE_TOO_LONG = N_("The note has %(count)s characters; %(most)s is the most that fits. Shorten it.")
QUESTION_TOO_LONG = N_("The question has %(count)s characters; %(most)s is the most that fits. Shorten it.")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")

OUTCOME_WORDS = {
    Outcome.REACHED: N_("reached"), Outcome.LEFT_MESSAGE: N_("left a message"), Outcome.NO_ANSWER: N_("no answer"),
    Outcome.WRONG_NUMBER: N_("wrong number"), Outcome.DECLINED: N_("declined"), Outcome.SENT: N_("sent"),
    Outcome.DELIVERED: N_("delivered"), Outcome.REPLIED: N_("replied"),
}  # fmt: skip
DOES_NOT_FIT = {
    Channel.PHONE: N_("“%(outcome)s” does not fit a phone call; choose one of: %(choices)s."),
    Channel.SMS: N_("“%(outcome)s” does not fit a text; choose one of: %(choices)s."),
    Channel.EMAIL: N_("“%(outcome)s” does not fit an e-mail; choose one of: %(choices)s."),
    Channel.IN_PERSON: N_("“%(outcome)s” does not fit a talk in person; choose one of: %(choices)s."),
    Channel.VIDEO: N_("“%(outcome)s” does not fit a video call; choose one of: %(choices)s."),
    Channel.LETTER: N_("“%(outcome)s” does not fit a letter; choose one of: %(choices)s."),
    Channel.APP: N_("“%(outcome)s” does not fit a message in an app; choose one of: %(choices)s."),
}
DOES_NOT_FIT_THEIRS = {
    Channel.PHONE: N_("“%(outcome)s” does not fit a phone call that the family began; choose one of: %(choices)s."),
    Channel.SMS: N_("“%(outcome)s” does not fit a text that the family began; choose one of: %(choices)s."),
    Channel.EMAIL: N_("“%(outcome)s” does not fit an e-mail that the family began; choose one of: %(choices)s."),
    Channel.IN_PERSON: N_(
        "“%(outcome)s” does not fit a talk in person that the family began; choose one of: %(choices)s."
    ),
    Channel.VIDEO: N_("“%(outcome)s” does not fit a video call that the family began; choose one of: %(choices)s."),
    Channel.LETTER: N_("“%(outcome)s” does not fit a letter that the family began; choose one of: %(choices)s."),
    Channel.APP: N_(
        "“%(outcome)s” does not fit a message in an app that the family began; choose one of: %(choices)s."
    ),
}


def check(session: Session, new: NewContact, now: datetime, *, linked: int | None = None) -> NewContact:
    """``new`` with its words tidied, where it can be kept. Raises :class:`ContactRefused` with the first thing wrong.

    ``linked`` is the request that this contact answers already; where it no longer can, the link is dropped.
    """
    check_time(new.occurred_at, now)
    check_outcome(new)
    if new.language is not None and not LANGUAGE.fullmatch(new.language):
        sentence = _("“%(tag)s” is not a language; give a tag such as en or es.", tag=new.language)
        raise ContactRefused(sentence, "language")
    students = _students(session, new.student_ids)
    if new.staff_id is not None and session.get(Staff, new.staff_id) is None:
        raise ContactRefused(_("The staff member of this contact does not exist; choose another."), "staff_id")
    if new.guardian_id is not None:
        _check_guardian(session, new.guardian_id, students)
    if new.answers_request_id is not None and new.answers_request_id == linked:
        new = new if _still_answers(session, new, linked) else replace(new, answers_request_id=None)
    elif new.answers_request_id is not None:
        _check_answer(session, new, new.answers_request_id)
    if new.question is not None and new.initiator is not Initiator.FAMILY:
        raise ContactRefused(_("Only a contact that the family began can leave a question open."), "question")
    return replace(
        new, student_ids=tuple(student.id for student in students), summary=tidy(new.summary),
        question=_within(new.question, LONGEST_QUESTION, QUESTION_TOO_LONG, "question"),
        language=new.language.lower() if new.language else None,
    )  # fmt: skip


def tidy(words: str | None) -> str | None:
    """A note without characters that no database keeps, and without blanks around; None where nothing is left."""
    return _within(words, LONGEST_SUMMARY, NOTE_TOO_LONG, "summary")


def _within(words: str | None, most: int, too_long: str, field: str) -> str | None:
    words = _plain(words or "")
    if len(words) > most:
        raise ContactRefused(_(too_long, count=len(words), most=most), field)
    return words or None


def _plain(words: str) -> str:
    return words.replace("\x00", "").replace("\r\n", "\n").strip()


CUT_SHORT = "\n\n[Cut here: {:,} more characters stand in the message itself.]"
"""Becomes a part of the kept words, which every reader reads as they are."""


def fitting(words: str) -> str:
    """The words of a message as a contact carries them: all of them, or as many as fit with a mark that more follow."""
    words = _plain(words)
    if len(words) <= LONGEST_SUMMARY:
        return words
    kept = LONGEST_SUMMARY - len(CUT_SHORT) - len(f"{len(words):,}")
    return words[:kept] + CUT_SHORT.format(len(words) - kept)


def check_staff(
    session: Session, viewer: Viewer, family_id: int, staff_id: int | None, kept: int | None = None
) -> None:  # fmt: skip
    """Refuses to name in a contact anybody but the viewer, a colleague at the family's schools
    (:func:`outreach.access.colleagues`, whom the form offers), or ``kept``, who stands in the contact already."""
    if staff_id in (None, viewer.staff_id, kept):
        return
    if staff_id not in {one.id for one in colleagues(session, viewer, family_id)}:
        raise ContactRefused(_("Choose somebody who works at this family’s schools."), "staff_id")


def check_time(occurred_at: datetime, now: datetime) -> None:
    """Refuses a time still to come, or one so long ago that it must be mistyped."""
    if occurred_at.tzinfo is None:
        raise ValueError("occurred_at has no zone")
    if occurred_at > now + CLOCKS_DIFFER:
        sentence = _("This time lies in the future; give the time at which the contact happened.")
        raise ContactRefused(sentence, "occurred_at")
    if occurred_at < now - LONGEST_AGO:
        sentence = _(
            "%(day)s is more than twenty years ago; correct the year of the contact.", day=str(occurred_at.date())
        )
        raise ContactRefused(sentence, "occurred_at")


def check_outcome(new: NewContact) -> None:
    """Refuses an outcome that a contact by this channel, begun by this side, cannot have."""
    family_began = new.initiator is Initiator.FAMILY
    fitting = (OUTCOMES_WHERE_FAMILY_BEGAN if family_began else OUTCOMES_OF_CHANNEL)[new.channel]
    if new.outcome not in fitting:
        sentence = (DOES_NOT_FIT_THEIRS if family_began else DOES_NOT_FIT)[new.channel]
        choices = ", ".join(_(OUTCOME_WORDS[outcome]) for outcome in fitting)
        raise ContactRefused(_(sentence, outcome=_(OUTCOME_WORDS[new.outcome]), choices=choices), "outcome")


def _students(session: Session, student_ids: Sequence[int]) -> list[Student]:
    wanted = sorted(set(student_ids))
    if not wanted:
        raise ContactRefused(_("Choose the student or students that this contact was about."), "student_ids")
    found = list(session.scalars(select(Student).where(Student.id.in_(wanted)).order_by(Student.id)))
    if len(found) < len(wanted):
        raise ContactRefused(_("A student of this contact does not exist; choose the students again."), "student_ids")
    return found


def _check_guardian(session: Session, guardian_id: int, students: Sequence[Student]) -> None:
    guardian = session.get(Guardian, guardian_id)
    if guardian is None:
        raise ContactRefused(_("The guardian of this contact does not exist; choose another."), "guardian_id")
    theirs = set(session.scalars(select(Guardianship.student_id).where(Guardianship.guardian_id == guardian_id)))
    for student in students:
        if student.id not in theirs:
            adult = f"{guardian.given_name} {guardian.family_name}"
            child = f"{student.given_name} {student.family_name}"
            sentence = _(
                "%(guardian)s is not a guardian of %(student)s; choose another guardian, or log a contact for each "
                "student.",
                guardian=adult, student=child,
            )  # fmt: skip
            raise ContactRefused(sentence, "guardian_id")


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
        raise ContactRefused(_("The question that this should answer does not exist."), "answers_request_id")
    if not _same_family(session, new, request):
        sentence = _("The question that this should answer was asked by another family.")
        raise ContactRefused(sentence, "answers_request_id")
    if request.state is RequestState.CLOSED:
        sentence = _("The question that this should answer is closed; reopen it first.")
        raise ContactRefused(sentence, "answers_request_id")
    if new.occurred_at < request.opened_at - CLOCKS_DIFFER:
        sentence = _("This contact happened before the family asked, so it cannot be the answer; correct its time.")
        raise ContactRefused(sentence, "occurred_at")
    if not _can_answer(new):
        sentence = _(
            "“%(outcome)s” is an attempt and does not answer the family's question; leave the question open, or choose "
            "what came of it.",
            outcome=_(OUTCOME_WORDS[new.outcome]),
        )
        raise ContactRefused(sentence, "answers_request_id")


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
