"""A text or e-mail that a person writes unasked, for now or for a time, once or weekly until a date (:mod:`.series`).

It passes the same gate as every message.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import Authored, Channel, JsonObject, MessageKind, Outreach, OutreachState, Request, Student
from outreach.access import NotAllowed, Viewer, audit, require
from outreach.contacts import students_of_family, withheld_questions
from outreach.delivery.foresight import Wish
from outreach.effective import effective_config
from outreach.errors import NotFound
from outreach.language import _, said
from outreach.schooltime import district_day, zone_of_school

from .acts import check_language
from .channel import SENT, Person, Reach
from .dispatch import BY_HAND, answered_request, students_of, to_outbox
from .drafts import zones
from .errors import DraftBlocked, NoWayToReach, PlanningError, WrongTime
from .moment import SendTime
from .people import people_of_students
from .series import first_slot
from .times import Times, times_for
from .words_check import Words, check_words

LONGEST_CHAIN = timedelta(days=370)


@dataclass(frozen=True, slots=True)
class WayToReach:
    """One guardian and one channel by which a message may go out, for the form's choice."""

    guardian_id: int
    guardian_name: str
    channel: Channel
    address_id: int
    shown: str
    """The address as the form shows it: "•••• 0142" or "r…@example.org"."""
    language: str | None
    timezone: str


@dataclass(frozen=True, slots=True)
class NewMessage:
    """What the form holds."""

    form_key: str
    """A random id made when the form was rendered; a repeated submit is one message."""
    family_id: int
    guardian_id: int
    student_ids: tuple[int, ...]
    """Whom it is about; the guardian must be one who may be told about each."""
    channel: Channel
    """sms or email."""
    body: str
    title: str | None = None
    """The subject line of an e-mail; needed for one."""
    local_time: datetime | None = None
    """By the family's clock, without zone; None: now."""
    weekly_until: date | None = None
    """Every week at that time, the last time on or before this day; None: once."""
    language_confirmed: bool = False
    answers_request_id: int | None = None
    """The family's open request that these words answer, once they are delivered."""


def ways_to_reach(session: Session, viewer: Viewer, family_id: int, now: datetime) -> list[WayToReach]:
    """Who of the family can be written to about all of its students, and how, best first. Raises ``NotFound``."""
    require(session, viewer, family_id)
    students = students_of_family(session, family_id)
    if not students:
        return []
    zone = zone_of_school(session, students[0].school_id)
    found: dict[tuple[int, Channel], WayToReach] = {}
    for person, reach in _everyone(session, [student.id for student in students], now):
        for channel in (Channel.SMS, Channel.EMAIL):
            if channel in reach.channels:
                found.setdefault(
                    (person.guardian_id, channel),
                    WayToReach(
                        person.guardian_id, person.full_name, channel, reach.address_id, _masked(reach.value),
                        person.language, zones(person, reach.timezone, zone)[0].key,
                    ),
                )  # fmt: skip
    return list(found.values())


def write_by_hand(
    session: Session, viewer: Viewer, message: NewMessage, now: datetime, *, live: Collection[Channel] = ()
) -> Outreach:
    """Put it in the outbox for its time; for now, it still waits ``undo_seconds``. A second submit of the same form
    gives the same outreach. ``live``: the channels that really leave the machine.

    Raises ``NotFound`` (no such family), ``NotAllowed`` (a sign-in without a staff member, or an answer to words
    that this viewer does not read), NoWayToReach, WrongTime, DraftBlocked, MarkInText, LanguageNotConfirmed. Does not
    commit.
    """
    require(session, viewer, message.family_id)
    _check_form(viewer, message)
    first = first_slot(viewer, message.form_key)
    sent = session.scalar(select(Outreach).where(Outreach.rule == BY_HAND, Outreach.slot == first))
    if sent is not None:
        return sent
    person, reach = _addressee(session, message, now)
    when = _when(times_by_hand(session, message, reach.address_id, now, live), message, now)
    _check_weekly(message, when)
    words = _words(session, viewer, message, reach, now)
    check_language(person.language, message.language_confirmed)
    row = Outreach(
        family_id=message.family_id, student_id=message.student_ids[0], guardian_id=person.guardian_id,
        staff_id=viewer.staff_id, rule=BY_HAND, about="", slot=first,
        evidence=_evidence(session, viewer, message), channel=message.channel, language=person.language,
        address_id=reach.address_id, title=(message.title or "").strip() or None, body=words,
        authored=Authored.WRITTEN, state=OutreachState.SCHEDULED, created_at=now, approved_at=now,
        approved_by=viewer.account_id, local_time=when.local.isoformat(timespec="minutes"), timezone=when.zone,
        send_at=when.at, repeats_until=message.weekly_until.isoformat() if message.weekly_until else None,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:  # the same form, submitted twice at the same moment
        return session.scalars(select(Outreach).where(Outreach.rule == BY_HAND, Outreach.slot == first)).one()
    to_outbox(session, row, effective_config(session, now), now)
    audit(session, viewer, "outreach.write", "outreach", row.id, now)
    return row


def stands_as_typed(row: Outreach, message: NewMessage) -> bool:
    """Whether ``row``, which a form made before, says the same to the same person about the same, at the same time."""
    made = (row.family_id, row.guardian_id, row.channel, row.body, row.title, row.repeats_until)
    until = message.weekly_until.isoformat() if message.weekly_until else None
    title = (message.title or "").strip() or None
    wanted = (message.family_id, message.guardian_id, message.channel, message.body.strip(), title, until)
    about = (set(students_of(row)), answered_request(row)) == (set(message.student_ids), message.answers_request_id)
    return made == wanted and about and _at_the_time(row, message.local_time)


def _at_the_time(row: Outreach, local: datetime | None) -> bool:
    if local is None:
        return row.send_at == row.created_at  # what was meant for now
    return row.local_time == local.isoformat(timespec="minutes")


def _words(session: Session, viewer: Viewer, message: NewMessage, reach: Reach, now: datetime) -> str:
    """The words as they may go out; raises what :func:`write_by_hand` says."""
    body, title = message.body.strip(), (message.title or "").strip() or None
    going = Words(
        body, title, message.channel, reach.address_id, message.family_id, message.student_ids, viewer.staff_id
    )  # fmt: skip
    check_words(session, going, effective_config(session, now))
    if message.channel is Channel.EMAIL and title is None:
        raise DraftBlocked(_("Give the e-mail a subject line; families look at it first."))
    return body


def _check_form(viewer: Viewer, message: NewMessage) -> None:
    if viewer.staff_id is None:
        raise NotAllowed(_("Only somebody who works at a school writes to families."))
    if not message.form_key.strip():
        raise PlanningError(_("This form has no key; reload the page and write again."))


def _everyone(session: Session, student_ids: Sequence[int], now: datetime) -> list[tuple[Person, Reach]]:
    """Those who may be told about every one of these students, with each address that reaches them."""
    people = people_of_students(session, student_ids, district_day(session, now))
    first = people.get(student_ids[0], [])
    allowed = [
        {(person.guardian_id, reach.address_id) for person in people.get(student, []) for reach in person.reaches}
        for student in student_ids
    ]
    return [
        (person, reach) for person in first for reach in person.reaches
        if all((person.guardian_id, reach.address_id) in each for each in allowed)
    ]  # fmt: skip


def _addressee(session: Session, message: NewMessage, now: datetime) -> tuple[Person, Reach]:
    if message.channel not in SENT:
        raise NoWayToReach(_("Only a text or an e-mail can be sent; a call or a note is logged once it is done."))
    if not message.student_ids:
        raise PlanningError(_("Say which child this is about."))
    members = {student.id for student in students_of_family(session, message.family_id)}
    if not members.issuperset(message.student_ids):
        raise PlanningError(_("This child does not belong to the family; reload the page."))
    for person, reach in _everyone(session, message.student_ids, now):
        if person.guardian_id == message.guardian_id and message.channel in reach.channels:
            return person, reach
    if message.channel is Channel.SMS:
        raise NoWayToReach(_("This person cannot be reached by text about this child; choose another way."))
    raise NoWayToReach(_("This person cannot be reached by e-mail about this child; choose another way."))


def _evidence(session: Session, viewer: Viewer, message: NewMessage) -> JsonObject:
    about: JsonObject = {"student_ids": list(message.student_ids)}
    if message.answers_request_id is None:
        return about
    request = session.get(Request, message.answers_request_id)
    if request is None or request.family_id != message.family_id:
        raise NotFound(_("There is no such question of this family."))
    withheld = withheld_questions(session, viewer, [request]).get(request.id)
    if withheld is not None:
        raise NotAllowed(
            _("%(kept)s Only who reads its words does this; anybody can hand it over.", kept=said(withheld))
        )
    return {**about, "request_id": request.id}


def times_by_hand(
    session: Session, message: NewMessage, address_id: int, now: datetime, live: Collection[Channel] = ()
) -> Times:
    """When a message that is being written may go to this address."""
    school_id = session.get_one(Student, message.student_ids[0]).school_id
    kind = MessageKind.TEACHER if message.answers_request_id is None else MessageKind.ANSWER
    wish = Wish(
        message.channel, kind, False, message.family_id, message.guardian_id, address_id, message.student_ids, school_id
    )  # fmt: skip
    return times_for(session, wish, now, live)


def _when(times: Times, message: NewMessage, now: datetime) -> SendTime:
    """Now stands for the next moment the gate lets it out; a chosen time must be one at which it may go."""
    if message.local_time is not None:
        return times.check(message.local_time)
    local = now.astimezone(times.zone).replace(tzinfo=None, second=0, microsecond=0)
    return SendTime(local, times.zone.key, now)


def _check_weekly(message: NewMessage, when: SendTime) -> None:
    until = message.weekly_until
    if until is None:
        return
    if until < when.local.date():
        raise WrongTime(_("The last day lies before the first message; choose a later one."))
    if until > when.local.date() + LONGEST_CHAIN:
        raise WrongTime(_("A weekly message runs for a year at most; choose an earlier last day."))


def _masked(value: str) -> str:
    if "@" in value:
        name, _, domain = value.partition("@")
        return f"{name[:1]}…@{domain}"
    return f"•••• {value[-4:]}"
