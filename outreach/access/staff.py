"""The staff whom an administrator answers for: found, listed page by page, and one of them alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.elements import SQLColumnExpression

from models import Account, School, Staff, StaffRole, StaffSchool
from models.plain_letters import plain_letters, plain_word
from outreach.errors import NotFound
from outreach.language import _

from .administration import ADMINISTRATORS
from .grants import require_role
from .viewer import Viewer

PAGE = 50
LONGEST_SEARCH = 100


class Standing(StrEnum):
    """A choice of the list; without one: everybody who works here."""

    SIGN_IN = "sign_in"
    NO_SIGN_IN = "no_sign_in"
    LEAVE = "leave"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class StaffFilter:
    words: str = ""
    """Parts of the name or e-mail; each must occur."""
    school_id: int | None = None
    role: StaffRole | None = None
    standing: Standing | None = None

    @property
    def narrows(self) -> bool:
        return bool(self.words or self.school_id or self.role or self.standing)


@dataclass(frozen=True, slots=True)
class StaffLine:
    id: int
    name: str
    """Family name first, as lists are read."""
    role: StaffRole
    schools: tuple[str, ...]
    signs_in: bool | None
    """False: the sign-in is switched off; None: there is none."""
    on_leave: bool
    left: bool


@dataclass(frozen=True, slots=True)
class StaffPage:
    lines: tuple[StaffLine, ...]
    after: int | None
    """Ask for what follows this one; None: there is no more."""


def staff_page(session: Session, viewer: Viewer, wanted: StaffFilter, after: int | None = None) -> StaffPage:
    """The staff of the viewer's schools who fit, by name, fifty a page; ``after`` is the last page's.

    Raises :class:`~outreach.access.viewer.NotAllowed` for who administers nothing.
    """
    statement = _fitting(viewer, wanted)
    last = session.get(Staff, after) if after else None
    if last is not None:
        key = (plain_letters(literal(last.family_name)), plain_letters(literal(last.given_name)), last.id)
        statement = statement.where(tuple_(*_order()) > tuple_(*key))
    found = session.scalars(statement.order_by(*_order()).limit(PAGE + 1)).all()
    shown = found[:PAGE]
    ids = [staff.id for staff in shown]
    schools, sign_ins = schools_of(session, ids), _sign_ins(session, ids)
    lines = tuple(
        StaffLine(
            staff.id, name_of(staff), staff.role, tuple(schools.get(staff.id, {}).values()), sign_ins.get(staff.id),
            is_on_leave(staff, viewer.on), has_left(staff, viewer.on),
        )
        for staff in shown
    )  # fmt: skip
    return StaffPage(lines, shown[-1].id if len(found) > PAGE else None)


def one_of_staff(session: Session, viewer: Viewer, staff_id: int) -> Staff:
    """One of them. Raises :class:`~outreach.errors.NotFound` for anybody else."""
    require_role(viewer, *ADMINISTRATORS)
    staff = session.scalar(select(Staff).where(Staff.id == staff_id, _mine(viewer)))
    if staff is None:
        raise NotFound(_("There is no such colleague, or you do not administer a school of theirs."))
    return staff


def schools_of(session: Session, staff_ids: Collection[int]) -> Mapping[int, Mapping[int, str]]:
    """The schools of each, by name: staff to school to name."""
    rows = session.execute(
        select(StaffSchool.staff_id, School.id, School.name)
        .join(School, School.id == StaffSchool.school_id)
        .where(StaffSchool.staff_id.in_(staff_ids))
        .order_by(School.name, School.id)
    )
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for staff_id, school_id, name in rows:
        found[staff_id][school_id] = name
    return found


def present_colleagues(session: Session, school_ids: Collection[int], on: date) -> Sequence[Staff]:
    """Who works at one of these schools, or in the district office, on that day: whom to name as a substitute or for
    what has no owner. By name."""
    here = Staff.id.in_(select(StaffSchool.staff_id).where(StaffSchool.school_id.in_(school_ids)))
    statement = select(Staff).where(works_here(on), or_(here, Staff.role == StaffRole.DISTRICT))
    return session.scalars(statement.order_by(*_order())).all()


def head_count(session: Session, school_ids: Collection[int], on: date) -> Mapping[int, Mapping[StaffRole, int]]:
    """How many work at each school, by role. It counts places filled, and nothing that anybody does."""
    rows = session.execute(
        select(StaffSchool.school_id, Staff.role, func.count())
        .join(Staff, Staff.id == StaffSchool.staff_id)
        .where(StaffSchool.school_id.in_(school_ids), works_here(on))
        .group_by(StaffSchool.school_id, Staff.role)
    )
    found: dict[int, dict[StaffRole, int]] = defaultdict(dict)
    for school_id, role, count in rows:
        found[school_id][role] = count
    return {school_id: {role: of[role] for role in StaffRole if role in of} for school_id, of in found.items()}


def name_of(staff: Staff) -> str:
    """Alvarez, Lucia."""
    return ", ".join(part for part in (staff.family_name, staff.given_name) if part)


def named(word: str, *columns: InstrumentedAttribute[str] | InstrumentedAttribute[str | None]) -> ColumnElement[bool]:
    """One of ``columns`` holds ``word``, with its marks or without those of its first letters: nunez finds Núñez."""
    ways: list[ColumnElement[bool]] = []
    for column in columns:
        ways.append(func.lower(column).contains(word.lower(), autoescape=True))
        ways.append(plain_letters(column).contains(plain_word(word), autoescape=True))
    return or_(*ways)


def works_here(on: date) -> ColumnElement[bool]:
    return and_(Staff.active, or_(Staff.left_on.is_(None), Staff.left_on > on))


def has_left(staff: Staff, on: date) -> bool:
    return not staff.active or (staff.left_on is not None and staff.left_on <= on)


def is_on_leave(staff: Staff, on: date) -> bool:
    """From its first day to its last; without a last day it lasts."""
    begun = staff.leave_from is not None and staff.leave_from <= on
    return begun and (staff.leave_until is None or on <= staff.leave_until)


def _fitting(viewer: Viewer, wanted: StaffFilter) -> Select[Staff]:
    require_role(viewer, *ADMINISTRATORS)
    statement = select(Staff).where(_mine(viewer))
    for word in wanted.words[:LONGEST_SEARCH].lower().split():
        statement = statement.where(named(word, Staff.given_name, Staff.family_name, Staff.display_name, Staff.email))
    if wanted.school_id is not None:
        statement = statement.where(
            Staff.id.in_(select(StaffSchool.staff_id).where(StaffSchool.school_id == wanted.school_id))
        )
    if wanted.role is not None:
        statement = statement.where(Staff.role == wanted.role)
    return statement.where(_standing(viewer, wanted.standing))


def _standing(viewer: Viewer, standing: Standing | None) -> ColumnElement[bool]:
    present = works_here(viewer.on)
    signs_in = Staff.id.in_(select(Account.staff_id).where(Account.active, Account.staff_id.is_not(None)))
    match standing:
        case Standing.SIGN_IN:
            return and_(present, signs_in)
        case Standing.NO_SIGN_IN:
            return and_(present, ~signs_in)
        case Standing.LEAVE:
            until = or_(Staff.leave_until.is_(None), Staff.leave_until >= viewer.on)
            return and_(present, Staff.leave_from.is_not(None), until)
        case Standing.LEFT:
            return ~present
    return present


def _mine(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.sees_district:
        return Staff.id.is_not(None)
    return Staff.id.in_(select(StaffSchool.staff_id).where(StaffSchool.school_id.in_(viewer.school_ids)))


def _sign_ins(session: Session, staff_ids: Collection[int]) -> dict[int, bool]:
    """Of those who have a sign-in, whether one is switched on."""
    rows = session.execute(select(Account.staff_id, Account.active).where(Account.staff_id.in_(staff_ids)))
    found: dict[int, bool] = {}
    for staff_id, active in rows:
        if staff_id is not None:
            found[staff_id] = active or found.get(staff_id, False)
    return found


def _order() -> tuple[SQLColumnExpression[str], SQLColumnExpression[str], SQLColumnExpression[int]]:
    return plain_letters(Staff.family_name), plain_letters(Staff.given_name), Staff.id
