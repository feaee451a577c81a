"""What did not go out or did not arrive, in words, with what a person can do next. Nothing here sends anything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from models import (
    CONTACT_OUTCOMES,
    Channel,
    Contact,
    ContactStudent,
    FamilyMember,
    Guardian,
    Initiator,
    Message,
    MessageState,
    Outreach,
    OutreachState,
)
from outreach.delivery.health import DEAD_NUMBER, GETS_NO_TEXTS
from outreach.language import N_, _
from outreach.schooltime import district_day

from .channel import SENT, Person, Reach
from .dispatch import students_of
from .people import people_of_students

DID_NOT_GO = (OutreachState.SKIPPED, OutreachState.FAILED, OutreachState.EXPIRED)
STANDS_FOR = timedelta(days=7)
"""How long what did not go out is held up to its sender; then it is only in the list of what ended."""
OFFERED = 4
"""Ways out beside one message at most."""
LATER = (MessageState.SCHEDULED, MessageState.SENDING)


class Out(StrEnum):
    CALL = "call"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class WayOut:
    """One thing that a person can do about a message that did not arrive."""

    out: Out
    guardian_id: int
    words: str
    """"Call Rosa", "Write to Luis instead"."""
    phone: str | None = None
    channel: Channel | None = None
    name: str = ""
    """In full, of whoever would be called."""


def not_gone(now: datetime) -> ColumnElement[bool]:
    """For a statement over outreaches: one that was to be sent and did not arrive, lately, and nobody has acted since.

    Acted has who reached the family since, or put something new on its way to it.
    """
    newer = aliased(Outreach)
    reached = exists().where(
        Contact.staff_id == Outreach.staff_id, Contact.voided_at.is_(None), Contact.initiator != Initiator.FAMILY,
        Contact.occurred_at > func.coalesce(Outreach.send_at, Outreach.created_at),
        Contact.outcome.in_(CONTACT_OUTCOMES), ContactStudent.contact_id == Contact.id,
        FamilyMember.student_id == ContactStudent.student_id, FamilyMember.until_on.is_(None),
        FamilyMember.family_id == Outreach.family_id,
    )  # fmt: skip
    again = exists().where(
        newer.family_id == Outreach.family_id,
        newer.staff_id == Outreach.staff_id,
        newer.id > Outreach.id,
        newer.approved_at.is_not(None),
        newer.state.not_in(DID_NOT_GO),
    )
    return and_(
        Outreach.state.in_(DID_NOT_GO), Outreach.approved_at.is_not(None), Outreach.channel.in_(SENT),
        func.coalesce(Outreach.send_at, Outreach.created_at) > now - STANDS_FOR, ~reached, ~again,
    )  # fmt: skip


def detours(session: Session, outreach_ids: Iterable[int]) -> dict[int, str]:
    """Of messages that moved on to another address: why, and where they went: "Rosa's number is not in service. It
    went by e-mail instead." """
    first = aliased(Message)
    rows = session.execute(
        select(Message, first, func.coalesce(Guardian.preferred_name, Guardian.given_name))
        .join(first, first.id == Message.fallback_of_id)
        .outerjoin(Guardian, Guardian.id == Message.guardian_id)
        .where(Message.outreach_id.in_(list(outreach_ids)))
        .order_by(Message.outreach_id, Message.id)
    )
    chains: defaultdict[int, list[tuple[Message, Message, str | None]]] = defaultdict(list)
    for made, failed, name in rows:
        chains[made.outreach_id or 0].append((made, failed, name))
    return {outreach_id: _detour(chain) for outreach_id, chain in chains.items()}


class _Problem(StrEnum):
    MAIL = "mail"
    NO_TEXTS = "no_texts"
    NOT_IN_SERVICE = "not_in_service"
    NOT_VALID = "not_valid"


FIRST = {
    _Problem.MAIL: N_("%(name)s's e-mail address takes no mail."),
    _Problem.NO_TEXTS: N_("%(name)s's number gets no texts."),
    _Problem.NOT_IN_SERVICE: N_("%(name)s's number is not in service."),
    _Problem.NOT_VALID: N_("%(name)s's number is not a valid one."),
}
FIRST_OF_NOBODY = {
    _Problem.MAIL: N_("This e-mail address takes no mail."),
    _Problem.NO_TEXTS: N_("This number gets no texts."),
    _Problem.NOT_IN_SERVICE: N_("This number is not in service."),
    _Problem.NOT_VALID: N_("This number is not a valid one."),
}
ANOTHER = {
    _Problem.MAIL: N_("Another e-mail address takes no mail."),
    _Problem.NO_TEXTS: N_("Another number gets no texts."),
    _Problem.NOT_IN_SERVICE: N_("Another number is not in service."),
    _Problem.NOT_VALID: N_("Another number is not a valid one."),
}
GOES = {
    (Channel.EMAIL, True): N_("It goes by e-mail instead."),
    (Channel.SMS, True): N_("It goes by text instead."),
    (Channel.EMAIL, False): N_("It goes to another e-mail address instead."),
    (Channel.SMS, False): N_("It goes to another number instead."),
}
WENT = {
    (Channel.EMAIL, True): N_("It went by e-mail instead."),
    (Channel.SMS, True): N_("It went by text instead."),
    (Channel.EMAIL, False): N_("It went to another e-mail address instead."),
    (Channel.SMS, False): N_("It went to another number instead."),
}
WAS_TO_GO = {
    (Channel.EMAIL, True): N_("It was to go by e-mail instead."),
    (Channel.SMS, True): N_("It was to go by text instead."),
    (Channel.EMAIL, False): N_("It was to go to another e-mail address instead."),
    (Channel.SMS, False): N_("It was to go to another number instead."),
}
"""By the channel it takes now, and by whether that is another than before."""


def _detour(chain: Sequence[tuple[Message, Message, str | None]]) -> str:
    last, before, name = chain[-1]
    problems = [_problem(failed) for _message, failed, _name in chain]
    first = _(FIRST[problems[0]], name=name) if name else _(FIRST_OF_NOBODY[problems[0]])
    verbs = GOES if last.state in LATER else WAS_TO_GO if last.state is MessageState.CANCELLED else WENT
    way = _(verbs[last.channel, last.channel is not before.channel])
    return " ".join([first, *(_(ANOTHER[problem]) for problem in problems[1:]), way])


def _problem(failed: Message) -> _Problem:
    if failed.channel is Channel.EMAIL:
        return _Problem.MAIL
    code = failed.error_code or ""
    if code in GETS_NO_TEXTS:
        return _Problem.NO_TEXTS
    return _Problem.NOT_IN_SERVICE if code == "30005" or code not in DEAD_NUMBER else _Problem.NOT_VALID


def ways_out(session: Session, rows: Sequence[Outreach], now: datetime) -> dict[int, tuple[WayOut, ...]]:
    """For each that did not arrive: the same person by another way, then the other guardians. A few statements."""
    ended = [row for row in rows if row.state in DID_NOT_GO and row.channel in SENT]
    if not ended:
        return {}
    students = {row.id: students_of(row) for row in ended}
    named = {one for its in students.values() for one in its}
    people = people_of_students(session, named, district_day(session, now))
    return {row.id: tuple(_ways(row, _told(people, students[row.id])))[:OFFERED] for row in ended}


def _told(people: Mapping[int, list[Person]], students: Sequence[int]) -> list[Person]:
    """Those who may be told about every one of the students."""
    if not students:
        return []
    common = set.intersection(*({person.guardian_id for person in people.get(one, [])} for one in students))
    return [person for person in people.get(students[0], []) if person.guardian_id in common]


def _ways(row: Outreach, people: Sequence[Person]) -> Iterable[WayOut]:
    same = [person for person in people if person.guardian_id == row.guardian_id]
    others = [person for person in people if person.guardian_id != row.guardian_id]
    for person in same:
        yield from _call(person, _("Call %(name)s", name=person.first_name))
        tried = {(row.address_id, row.channel)} if row.state is not OutreachState.EXPIRED else set()
        open_ways = _writable(person, tried)
        for channel in (Channel.SMS, Channel.EMAIL):
            if channel in open_ways:
                yield WayOut(Out.WRITE, person.guardian_id, _words(person, channel, row), channel=channel)
    for person in others:
        open_ways = _writable(person, set())
        if open_ways:
            channel = Channel.SMS if Channel.SMS in open_ways else Channel.EMAIL
            words = _("Write to %(name)s instead", name=person.first_name)
            yield WayOut(Out.WRITE, person.guardian_id, words, channel=channel)
        else:
            yield from _call(person, _("Call %(name)s instead", name=person.first_name))


def _words(person: Person, channel: Channel, row: Outreach) -> str:
    if channel is row.channel:
        return _("Write to %(name)s again", name=person.first_name)
    if channel is Channel.SMS:
        return _("Write to %(name)s by text", name=person.first_name)
    return _("Write to %(name)s by e-mail", name=person.first_name)


def _writable(person: Person, tried: set[tuple[int | None, Channel]]) -> set[Channel]:
    return {
        channel for reach in person.reaches for channel in reach.channels
        if channel in SENT and (reach.address_id, channel) not in tried
    }  # fmt: skip


def _call(person: Person, words: str) -> Iterable[WayOut]:
    number: Reach | None = next((reach for reach in person.reaches if Channel.PHONE in reach.channels), None)
    if number is not None:
        yield WayOut(Out.CALL, person.guardian_id, words, phone=number.value, name=person.full_name)
