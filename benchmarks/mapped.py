"""The same tables mapped once more, with relationships, for a loop that loads families the usual ORM way."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Table
from sqlalchemy.orm import Mapped, foreign, registry, relationship, remote

import models

mapping = registry(metadata=models.Base.metadata)


class Family:
    id: Mapped[int]
    ended_at: Mapped[datetime | None]
    members: Mapped[list[Member]]
    requests: Mapped[list[Request]]
    verdicts: Mapped[list[Verdict]]
    surveys: Mapped[list[Survey]]


class Member:
    until_on: Mapped[date | None]
    student: Mapped[Student]


class Student:
    id: Mapped[int]
    school_id: Mapped[int]
    enrolled_on: Mapped[date | None]
    active: Mapped[bool]
    marks: Mapped[list[Mark]]
    absences: Mapped[list[Absence]]
    mentions: Mapped[list[Mention]]
    guardianships: Mapped[list[Guardianship]]


class Guardianship:
    may_contact: Mapped[bool]
    holds_rights: Mapped[bool]
    emergency_only: Mapped[bool]
    ended_on: Mapped[date | None]
    guardian: Mapped[Guardian]


class Guardian:
    id: Mapped[int]
    active: Mapped[bool]
    merged_into_id: Mapped[int | None]
    points: Mapped[list[Point]]


class Point:
    active: Mapped[bool]
    address: Mapped[Address]


class Address:
    id: Mapped[int]
    kind: Mapped[models.AddressKind]
    health: Mapped[models.AddressHealth]
    last_receipt_at: Mapped[datetime | None]
    consents: Mapped[list[Consent]]


class Consent:
    id: Mapped[int]
    channel: Mapped[models.Channel]
    category: Mapped[models.ConsentCategory]
    state: Mapped[models.ConsentState]


class Mark:
    id: Mapped[int]
    kind: Mapped[models.MarkKind]
    subject: Mapped[models.Subject]
    level: Mapped[models.Level]
    percent: Mapped[float | None]
    marked_on: Mapped[date]
    active: Mapped[bool]


class Absence:
    category: Mapped[models.AbsenceCategory]
    occurred_on: Mapped[date | None]
    school_year: Mapped[int]
    days: Mapped[float]


class Mention:
    contact: Mapped[Contact]


class Contact:
    id: Mapped[int]
    occurred_at: Mapped[datetime]
    initiator: Mapped[models.Initiator]
    purpose: Mapped[models.Purpose | None]
    outcome: Mapped[models.Outcome]
    authored: Mapped[models.Authored]
    voided_at: Mapped[datetime | None]


class Request:
    id: Mapped[int]
    school_id: Mapped[int]
    department: Mapped[models.Department]
    state: Mapped[models.RequestState]
    opened_at: Mapped[datetime]
    reopened_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    no_answer_needed: Mapped[str | None]
    opened_by_contact_id: Mapped[int | None]
    answered_by_contact_id: Mapped[int | None]
    events: Mapped[list[Event]]


class Event:
    contact_id: Mapped[int | None]


class Verdict:
    id: Mapped[int]
    contact_id: Mapped[int | None]
    request_id: Mapped[int | None]
    helped: Mapped[bool]
    given_at: Mapped[datetime]
    contact: Mapped[Contact | None]


class Survey:
    id: Mapped[int]
    score: Mapped[int]
    segment: Mapped[models.Segment]
    answered_at: Mapped[datetime]


def _table(model: type[models.Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _map() -> None:
    plain = {
        Mark: models.Mark, Absence: models.Absence, Contact: models.Contact, Event: models.RequestEvent,
        Survey: models.SurveyResponse, Consent: models.Consent,
    }  # fmt: skip
    for mapped, model in plain.items():
        mapping.map_imperatively(mapped, _table(model))
    mention, verdict, request = _table(models.ContactStudent), _table(models.Verdict), _table(models.Request)
    student, member = _table(models.Student), _table(models.FamilyMember)
    contact = _table(models.Contact)
    mapping.map_imperatively(Mention, mention, properties={"contact": relationship(Contact, viewonly=True)})
    about = foreign(verdict.c.contact_id) == remote(contact.c.id)
    one = {"contact": relationship(Contact, primaryjoin=about, viewonly=True)}
    mapping.map_imperatively(Verdict, verdict, properties=one)
    mapping.map_imperatively(Request, request, properties={"events": relationship(Event, viewonly=True)})
    _map_reach()
    many = {"marks": Mark, "absences": Absence, "mentions": Mention, "guardianships": Guardianship}
    mapping.map_imperatively(
        Student, student, properties={name: relationship(to, viewonly=True) for name, to in many.items()}
    )
    mapping.map_imperatively(Member, member, properties={"student": relationship(Student, viewonly=True)})
    many_of_family = {"members": Member, "requests": Request, "verdicts": Verdict, "surveys": Survey}
    mapping.map_imperatively(
        Family, _table(models.Family),
        properties={name: relationship(to, viewonly=True) for name, to in many_of_family.items()},
    )  # fmt: skip
    mapping.configure()


def _map_reach() -> None:
    """Who is told about a child, and by which address."""
    address, point = _table(models.Address), _table(models.ContactPoint)
    mapping.map_imperatively(Address, address, properties={"consents": relationship(Consent, viewonly=True)})
    mapping.map_imperatively(Point, point, properties={"address": relationship(Address, viewonly=True)})
    guardian, bond = _table(models.Guardian), _table(models.Guardianship)
    mapping.map_imperatively(Guardian, guardian, properties={"points": relationship(Point, viewonly=True)})
    mapping.map_imperatively(Guardianship, bond, properties={"guardian": relationship(Guardian, viewonly=True)})


_map()
