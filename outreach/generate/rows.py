"""Rows on their way into the database: collected by table, numbered here, written in bulk, in an order that holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Table, bindparam, func, insert, inspect, select, text, update
from sqlalchemy.orm import Session

from models import (
    Absence,
    Address,
    Assignment,
    Base,
    Calendar,
    CalendarDay,
    CalendarHours,
    Consent,
    Contact,
    ContactPoint,
    ContactStudent,
    Course,
    District,
    Enrollment,
    Family,
    FamilyMember,
    Guardian,
    GuardianMerge,
    Guardianship,
    Hold,
    Incident,
    Mark,
    OnCall,
    Request,
    RequestEvent,
    School,
    Section,
    SectionTerm,
    Staff,
    StaffSchool,
    Student,
    SurveyResponse,
    Term,
    Verdict,
    WhoToAsk,
)

Kind = type[Base]
ORDER: tuple[Kind, ...] = (
    District, School, Term, Calendar, CalendarHours, CalendarDay, Course, Section, SectionTerm, Staff, StaffSchool,
    OnCall, WhoToAsk, Family, Student, FamilyMember, Guardian, Guardianship, Address, ContactPoint, Consent,
    GuardianMerge, Assignment, Enrollment, Mark, Absence, Incident, Contact, ContactStudent, Request, RequestEvent,
    Verdict, SurveyResponse, Hold,
)  # fmt: skip
"""Parents before children. Whatever is not in it, the generator does not write."""
HELD_AT_MOST = 60_000


class Rows:
    """Collects plain rows, gives each its id, and writes them; memory is bounded by :meth:`write_if_many`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._waiting: dict[Kind, list[dict[str, Any]]] = {kind: [] for kind in ORDER}
        self._blank = {kind: _blank(kind) for kind in ORDER}
        self._next = {kind: _first_free_id(session, kind) for kind in ORDER if "id" in table(kind).c}
        self._answers: list[dict[str, int]] = []
        self._held = 0
        self.written = {table(kind).name: 0 for kind in ORDER}
        """Rows by table, waiting ones not counted."""

    def add(self, kind: Kind, /, **values: Any) -> int:
        """Take one row; columns not named get their default. Returns its id, or 0 for a table without one."""
        row = self._blank[kind] | values
        number = 0
        if kind in self._next and "id" not in values:
            row["id"] = number = self.reserve(kind)
        self._waiting[kind].append(row)
        self._held += 1
        return number

    def reserve(self, kind: Kind) -> int:
        """An id for a row that is added later, under that id."""
        number = self._next[kind]
        self._next[kind] = number + 1
        return number

    def answer(self, contact: int, request: int) -> None:
        """Say afterwards which request a contact answered: each of the two names the other."""
        self._answers.append({"answering": contact, "answered": request})

    def write_if_many(self) -> None:
        """Call where everything that the waiting rows name is either written or waiting too."""
        if self._held >= HELD_AT_MOST:
            self.write()

    def write(self) -> None:
        for kind in ORDER:
            waiting = self._waiting[kind]
            if waiting:
                self._session.execute(insert(table(kind)), waiting)
                self.written[table(kind).name] += len(waiting)
                self._waiting[kind] = []
        if self._answers:
            contacts = table(Contact)
            self._session.execute(
                update(contacts)
                .where(contacts.c.id == bindparam("answering"))
                .values(answers_request_id=bindparam("answered")),
                self._answers,
            )
            self._answers = []
        self._held = 0

    def finish(self) -> None:
        """Write the rest. PostgreSQL is told to go on counting after the ids given here, and to look at the tables:
        until it has, it plans as if they were empty (measured: minutes for a join of four)."""
        self.write()
        if self._session.get_bind().dialect.name == "postgresql":
            count_on(self._session, [kind for kind in self._next if table(kind).name != "district"])
            self._session.execute(text(f"ANALYZE {', '.join(table(kind).name for kind in ORDER)}"))


def count_on(session: Session, kinds: Iterable[Kind]) -> None:
    """Have PostgreSQL go on counting after ids that were written by hand."""
    for kind in kinds:
        counted = table(kind)
        sequence = func.pg_get_serial_sequence(counted.name, "id")
        session.execute(select(func.setval(sequence, func.greatest(func.max(counted.c.id), 1))))


def table(kind: Kind) -> Table:
    found = inspect(kind).local_table
    assert isinstance(found, Table)
    return found


def _blank(kind: Kind) -> dict[str, Any]:
    """Every column with its scalar default or nothing: all rows of one statement must name the same columns. What the
    database itself keeps is left to it."""
    blank: dict[str, Any] = {}
    for column in table(kind).columns:
        if column.computed is not None:
            continue
        default = column.default
        blank[column.name] = default.arg if default is not None and default.is_scalar else None  # type: ignore[attr-defined]  # DefaultGenerator of the kind that is_scalar names
    return blank


def _first_free_id(session: Session, kind: Kind) -> int:
    highest: int | None = session.scalar(select(func.max(table(kind).c.id)))
    return (highest or 0) + 1
