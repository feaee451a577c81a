"""A school's who-to-ask directory: read by families and staff, kept by the school's administrators."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from sqlalchemy import Select, func, or_, select, true
from sqlalchemy.orm import Session

from models import JsonObject, OrgKind, School, Staff, StaffSchool, WhoToAsk
from outreach.access.administration import administered_schools
from outreach.access.audit import audit
from outreach.access.viewer import NotAllowed, Viewer
from outreach.errors import NotFound, OutreachError
from outreach.language import SOURCE, _

from .lines_typed import WORDS, LineTyped, LineWrong, line_values

PLAIN_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
BY_NUMBER = re.compile(r"school-(\d{1,9})")
FROM_TOP = 1


class LineMovedOn(OutreachError):
    """Somebody changed or removed this line since the form was made."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as somebody reads it, in the language spoken now."""

    id: int
    what: str
    what_language: str
    """The language that ``what`` is written in."""
    who: str
    phone: str | None
    extension: str | None
    email: str | None
    hours: str | None
    hours_language: str

    @property
    def dialed(self) -> str | None:
        """For a link: +13125550142;ext=12."""
        return f"{self.phone};ext={self.extension}" if self.phone and self.extension else self.phone


def directory(session: Session, school_id: int) -> list[WhoToAsk]:
    """The lines of a school in its own order."""
    return list(session.scalars(_standing(school_id)))


def line_as_read(line: WhoToAsk, language: str) -> Line:
    """``line`` for a reader of ``language``: Spanish where that is theirs and was written, else English."""
    spanish = language == "es"
    hours = (line.hours_es or line.hours_en) if spanish else (line.hours_en or line.hours_es)
    return Line(
        line.id, line.what_es if spanish else line.what_en, "es" if spanish else SOURCE, line.who, line.phone,
        line.extension, line.email, hours, "es" if hours and hours == line.hours_es else SOURCE,
    )  # fmt: skip


def school_of_code(session: Session, code: str) -> School | None:
    """The school that an address of the public page names: by its code, else ``school-12``; None: no such school."""
    if "\x00" in code:
        return None  # no database keeps it, and PostgreSQL will not even be asked
    found = session.scalars(_schools().where(func.lower(School.code) == code.lower()).limit(2)).all()
    if len(found) == 1:
        return found[0]
    by_number = BY_NUMBER.fullmatch(code)
    return session.scalar(_schools().where(School.id == int(by_number[1]))) if by_number else None


def code_of_school(session: Session, school: School) -> str:
    """What stands for the school in the public page's address: short, since it goes into texts."""
    code = (school.code or "").strip()
    plain = PLAIN_CODE.fullmatch(code) and school_of_code(session, code)
    return code if plain and plain.id == school.id else f"school-{school.id}"


def schools_listed(session: Session) -> list[School]:
    """The schools whose directory has a line, by name."""
    have = select(WhoToAsk.school_id).where(WhoToAsk.removed_at.is_(None))
    return list(session.scalars(_schools().where(School.id.in_(have)).order_by(func.lower(School.name), School.id)))


def ask_path(session: Session, school_id: int | None, language: str | None = None) -> str | None:
    """Where a family of that school finds whom to ask, beginning with a slash; of no school yet, the list of schools.

    In Spanish where ``language`` is; None where the directory has no line.
    """
    spanish = (language or "").lower().partition("-")[0] == "es"
    if school_id is None:
        listed = session.scalar(select(WhoToAsk.id).where(WhoToAsk.removed_at.is_(None)).limit(1))
        return ("/ask/es" if spanish else "/ask") if listed is not None else None
    school = session.get(School, school_id)
    if school is None or session.scalar(_standing(school_id).with_only_columns(WhoToAsk.id).limit(1)) is None:
        return None
    return f"/ask/{quote(code_of_school(session, school))}{'/es' if spanish else ''}"


def schools_seen(session: Session, viewer: Viewer) -> list[School]:
    """The schools whose directory ``viewer`` works with, by name: those it works at, or all of the district."""
    own = true() if viewer.sees_district else School.id.in_(viewer.school_ids)
    return list(session.scalars(_schools().where(own).order_by(func.lower(School.name), School.id)))


def may_keep(session: Session, viewer: Viewer, school_id: int) -> bool:
    """Whether ``viewer`` may change this school's directory."""
    return school_id in {school.id for school in administered_schools(session, viewer)}


def add_line(session: Session, viewer: Viewer, school_id: int, typed: LineTyped, now: datetime) -> WhoToAsk:
    """Put a line at the end of the school's directory. Raises :class:`NotAllowed` and :class:`LineWrong`."""
    _require(session, viewer, school_id)
    values = _values(session, school_id, typed)
    last = session.scalar(select(func.max(WhoToAsk.place)).where(WhoToAsk.school_id == school_id)) or 0
    line = WhoToAsk(school_id=school_id, place=last + 1, changed_at=now, changed_by=viewer.account_id, **values)
    session.add(line)
    session.flush()
    audit(session, viewer, "add", "who_to_ask", line.id, now)
    return line


def change_line(
    session: Session, viewer: Viewer, line_id: int, typed: LineTyped, now: datetime, *, seen: int
) -> WhoToAsk:
    """Give a line other words; those before are kept for the undo.

    ``seen`` is the version that the form was made from. Raises :class:`NotFound`, :class:`NotAllowed`,
    :class:`LineWrong`, and :class:`LineMovedOn` where somebody was quicker.
    """
    line = _held(session, viewer, line_id, seen)
    values = _values(session, line.school_id, typed)
    before: JsonObject = {name: getattr(line, name) for name in WORDS}
    if before == values:
        return line
    for name, value in values.items():
        setattr(line, name, value)
    line.before = before
    _touched(session, viewer, line, "change", now)
    return line


def undo_change(session: Session, viewer: Viewer, line_id: int, now: datetime, *, seen: int) -> WhoToAsk:
    """What stood before the last change stands again. Raises as :func:`change_line`."""
    line = _held(session, viewer, line_id, seen)
    if line.before is None:
        raise LineMovedOn(_("This line was not changed, so there is nothing to take back."))
    now_there: JsonObject = {name: getattr(line, name) for name in WORDS}
    for name, value in line.before.items():
        setattr(line, name, value)
    line.before = now_there
    _touched(session, viewer, line, "change", now)
    return line


def remove_line(session: Session, viewer: Viewer, line_id: int, now: datetime, *, seen: int) -> WhoToAsk:
    """Take a line out of the directory. Raises as :func:`change_line`."""
    line = _held(session, viewer, line_id, seen)
    line.removed_at = now
    _touched(session, viewer, line, "remove", now)
    return line


def put_line_back(session: Session, viewer: Viewer, line_id: int, now: datetime) -> WhoToAsk:
    """A removed line stands where it stood. Told again it changes nothing. Raises as :func:`change_line`."""
    line = _found(session, viewer, line_id)
    if line.removed_at is not None:
        line.removed_at = None
        _touched(session, viewer, line, "put_back", now)
    return line


def move_line(session: Session, viewer: Viewer, line_id: int, now: datetime, *, up: bool) -> WhoToAsk:
    """One place up or down; at the end of the list nothing changes. Raises as :func:`change_line`, but asks for no
    version: two moves one after the other are two moves."""
    school_id = session.scalar(select(WhoToAsk.school_id).where(WhoToAsk.id == line_id))
    lines = list(session.scalars(_standing(school_id).with_for_update()))  # in order, before any one of them
    line = _found(session, viewer, line_id)
    at = next((place for place, one in enumerate(lines) if one.id == line.id), None)
    if at is None:
        raise LineMovedOn(_("This line was removed meanwhile."))
    to = at - 1 if up else at + 1
    if 0 <= to < len(lines):
        lines[at], lines[to] = lines[to], lines[at]
        for place, one in enumerate(lines, FROM_TOP):
            one.place = place
        audit(session, viewer, "move", "who_to_ask", line.id, now)
    return line


def _schools() -> Select[School]:
    return select(School).where(School.active, School.kind == OrgKind.SCHOOL)


def _standing(school_id: int | None) -> Select[WhoToAsk]:
    standing = select(WhoToAsk).where(WhoToAsk.school_id == school_id, WhoToAsk.removed_at.is_(None))
    return standing.order_by(WhoToAsk.place, WhoToAsk.id)


def _values(session: Session, school_id: int, typed: LineTyped) -> JsonObject:
    values = line_values(typed)
    staff_id = values["staff_id"]
    if staff_id is not None:
        works_here = session.scalar(
            select(Staff.id)
            .join(StaffSchool, StaffSchool.staff_id == Staff.id)
            .where(Staff.id == staff_id, StaffSchool.school_id == school_id, Staff.active)
        )
        if works_here is None:
            raise LineWrong([("staff_id", _("This person does not work at this school; choose another."))])
    return values


def _require(session: Session, viewer: Viewer, school_id: int) -> None:
    if not may_keep(session, viewer, school_id):
        raise NotAllowed(_("Only an administrator of this school changes its directory."))


def _found(session: Session, viewer: Viewer, line_id: int) -> WhoToAsk:
    line = session.get(WhoToAsk, line_id, with_for_update=True, populate_existing=True)
    if line is None:
        raise NotFound(_("There is no such line in the directory."))
    _require(session, viewer, line.school_id)
    return line


def _held(session: Session, viewer: Viewer, line_id: int, seen: int) -> WhoToAsk:
    line = _found(session, viewer, line_id)
    if line.removed_at is not None:
        raise LineMovedOn(_("Somebody removed this line meanwhile. What you typed is still below; add it anew."))
    if line.version != seen:
        raise LineMovedOn(
            _("Somebody changed this line meanwhile. Their words stand beside yours; save again to have yours.")
        )
    return line


def _touched(session: Session, viewer: Viewer, line: WhoToAsk, what: str, now: datetime) -> None:
    line.version += 1
    line.changed_at, line.changed_by = now, viewer.account_id
    session.flush()
    audit(session, viewer, what, "who_to_ask", line.id, now)


def receivers(session: Session, school_id: int) -> list[WhoToAsk]:
    """The lines by which a question can be handed over: those that name a department or a person of ours."""
    named = or_(WhoToAsk.department.is_not(None), WhoToAsk.staff_id.is_not(None))
    return list(session.scalars(_standing(school_id).where(named)))
