"""A text or e-mail that a person writes unasked, for now or for a time, once or weekly until a date.

It passes the same gate as every message. A weekly one is a chain: each night adds the next link once the last has
gone, so that what changes in between (an address, a withdrawal, a teacher who leaves) is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import Authored, Channel, FamilyMember, JsonObject, Outreach, OutreachState, Request, Staff, Student
from outreach.access import NotAllowed, Viewer, audit, require
from outreach.contacts import students_of_family
from outreach.effective import effective_config
from outreach.errors import NotFound
from outreach.schooltime import district_day, zone_of_school

from .acts import check_language
from .channel import SENT, Person, Reach
from .dispatch import BY_HAND, to_outbox
from .drafts import zones
from .errors import DraftBlocked, NoWayToReach, PlanningError, WrongTime
from .people import people_of_students
from .send_time import SendTime, a_week_later, chosen_time
from .words_check import Words, check_words

LONGEST_CHAIN = timedelta(days=370)
AHEAD = timedelta(days=7)
ENDS_A_CHAIN = (OutreachState.CANCELLED, OutreachState.DISMISSED)


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


def write_by_hand(session: Session, viewer: Viewer, message: NewMessage, now: datetime) -> Outreach:
    """Put it in the outbox for its time. A second submit of the same form gives the same outreach.

    Raises ``NotFound`` (no such family), ``NotAllowed`` (a sign-in without a staff member), NoWayToReach, WrongTime,
    DraftBlocked, MarkInText, LanguageNotConfirmed. Does not commit.
    """
    require(session, viewer, message.family_id)
    _check_form(viewer, message)
    first = _key(message.form_key, viewer, 0)
    sent = session.scalar(select(Outreach).where(Outreach.rule == BY_HAND, Outreach.slot == first))
    if sent is not None:
        return sent
    person, reach = _addressee(session, message, now)
    zone = zone_of_school(session, _school_of(session, message))
    when = _when(session, message, zones(person, reach.timezone, zone), now)
    _check_weekly(message, when)
    words = _words(session, viewer, message, reach, now)
    check_language(person.language, message.language_confirmed)
    row = Outreach(
        family_id=message.family_id, student_id=message.student_ids[0], guardian_id=person.guardian_id,
        staff_id=viewer.staff_id, rule=BY_HAND, about="", slot=first,
        evidence=_evidence(session, message), channel=message.channel, language=person.language,
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


def _words(session: Session, viewer: Viewer, message: NewMessage, reach: Reach, now: datetime) -> str:
    """The words as they may go out; raises what :func:`write_by_hand` says."""
    body, title = message.body.strip(), (message.title or "").strip() or None
    going = Words(
        body, title, message.channel, reach.address_id, message.family_id, message.student_ids, viewer.staff_id
    )  # fmt: skip
    check_words(session, going, effective_config(session, now))
    if message.channel is Channel.EMAIL and title is None:
        raise DraftBlocked("Give the e-mail a subject line; families look at it first.")
    return body


def _check_form(viewer: Viewer, message: NewMessage) -> None:
    if viewer.staff_id is None:
        raise NotAllowed("Only somebody who works at a school writes to families.")
    if not message.form_key.strip():
        raise PlanningError("This form has no key; reload the page and write again.")


def continue_weekly(session: Session, now: datetime) -> int:
    """Add to each running weekly message the next one due within a week; how many were added. Safe to repeat.

    A chain ends on its last day, when somebody takes a message back, and when its sender or its students have left.
    """
    newest = (
        select(func.max(Outreach.id))
        .where(Outreach.rule == BY_HAND, Outreach.repeats_until.is_not(None))
        .group_by(func.substr(Outreach.slot, 1, func.length(Outreach.slot) - COUNTER))
    )
    tuning = effective_config(session, now)
    added = 0
    for last in session.scalars(select(Outreach).where(Outreach.id.in_(newest)).order_by(Outreach.id)):
        when = _next_time(last, now)
        if when is None or last.state in ENDS_A_CHAIN or not _still_there(session, last, now):
            continue
        row = Outreach(**_next_link(last, when, now))
        session.add(row)
        session.flush()
        to_outbox(session, row, tuning, now)
        added += 1
    return added


COUNTER = 5
"""Length of the link's number at the end of a weekly message's slot: "#0001"."""


def _key(form_key: str, viewer: Viewer, link: int) -> str:
    return f"{viewer.account_id}:{form_key.strip()}#{link:04d}"


def _next_time(last: Outreach, now: datetime) -> SendTime | None:
    """The next link's time, at most a week ahead and not past the last day; times missed meanwhile are left out."""
    if last.local_time is None or last.timezone is None or last.repeats_until is None:
        return None
    when = a_week_later(datetime.fromisoformat(last.local_time), last.timezone)
    while when.at <= now:
        when = a_week_later(when.local, when.zone)
    due_soon = when.at <= now + AHEAD and when.local.date() <= date.fromisoformat(last.repeats_until)
    return when if due_soon else None


def _next_link(last: Outreach, when: SendTime, now: datetime) -> dict[str, object]:
    kept = {
        name: getattr(last, name)
        for name in (
            "family_id", "student_id", "guardian_id", "staff_id", "rule", "about", "channel", "language",
            "address_id", "title", "body", "authored", "timezone", "repeats_until", "approved_at", "approved_by",
        )
    }  # fmt: skip
    number = int(last.slot[-COUNTER + 1 :]) + 1
    about = {name: value for name, value in last.evidence.items() if name != "request_id"}  # only the first answers
    return {
        **kept, "evidence": about, "slot": f"{last.slot[:-COUNTER]}#{number:04d}", "state": OutreachState.SCHEDULED,
        "created_at": now, "local_time": when.local.isoformat(timespec="minutes"), "send_at": when.at,
    }  # fmt: skip


def _still_there(session: Session, last: Outreach, now: datetime) -> bool:
    """The sender works here, and the students still belong to the family and are at school."""
    sender, today = session.get(Staff, last.staff_id), district_day(session, now)
    if sender is None or not sender.active or (sender.left_on is not None and sender.left_on <= today):
        return False
    named = last.evidence.get("student_ids")
    ids = [one for one in named if isinstance(one, int)] if isinstance(named, list) else []
    present = session.scalar(
        select(func.count())
        .select_from(FamilyMember)
        .join(Student, Student.id == FamilyMember.student_id)
        .where(
            FamilyMember.family_id == last.family_id, FamilyMember.until_on.is_(None), Student.active,
            Student.id.in_(ids),
        )
    )  # fmt: skip
    return bool(ids) and present == len(ids)


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
        raise NoWayToReach("Only a text or an e-mail can be sent; a call or a note is logged once it is done.")
    if not message.student_ids:
        raise PlanningError("Say which child this is about.")
    members = {student.id for student in students_of_family(session, message.family_id)}
    if not members.issuperset(message.student_ids):
        raise PlanningError("This child does not belong to the family; reload the page.")
    for person, reach in _everyone(session, message.student_ids, now):
        if person.guardian_id == message.guardian_id and message.channel in reach.channels:
            return person, reach
    by = "text" if message.channel is Channel.SMS else "e-mail"
    raise NoWayToReach(f"This person cannot be reached by {by} about this child; choose another way.")


def _evidence(session: Session, message: NewMessage) -> JsonObject:
    about: JsonObject = {"student_ids": list(message.student_ids)}
    if message.answers_request_id is None:
        return about
    request = session.get(Request, message.answers_request_id)
    if request is None or request.family_id != message.family_id:
        raise NotFound("There is no such question of this family.")
    return {**about, "request_id": request.id}


def _school_of(session: Session, message: NewMessage) -> int:
    student = session.get_one(Student, message.student_ids[0])
    return student.school_id


def _when(session: Session, message: NewMessage, theirs: list[ZoneInfo], now: datetime) -> SendTime:
    """Now stands for the next moment the gate lets it out; a chosen time must lie in the window."""
    if message.local_time is None:
        local = now.astimezone(theirs[0]).replace(tzinfo=None, second=0, microsecond=0)
        return SendTime(local, theirs[0].key, now)
    sending = effective_config(session, now).cadence.sending
    return chosen_time(message.local_time, theirs, sending.window_opens, sending.window_closes, now=now)


def _check_weekly(message: NewMessage, when: SendTime) -> None:
    until = message.weekly_until
    if until is None:
        return
    if until < when.local.date():
        raise WrongTime("The last day lies before the first message; choose a later one.")
    if until > when.local.date() + LONGEST_CHAIN:
        raise WrongTime("A weekly message runs for a year at most; choose an earlier last day.")


def _masked(value: str) -> str:
    if "@" in value:
        name, _, domain = value.partition("@")
        return f"{name[:1]}…@{domain}"
    return f"•••• {value[-4:]}"
