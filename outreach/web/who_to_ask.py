"""A school's who-to-ask directory for staff, and its editor for the school's administrators."""

from __future__ import annotations

from dataclasses import asdict, fields

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from models import Department, School, Staff, StaffSchool, WhoToAsk
from outreach.access import NotAllowed
from outreach.contacts.lines_typed import LineTyped, LineWrong
from outreach.contacts.who_to_ask import (
    LineMovedOn,
    add_line,
    change_line,
    code_of_school,
    directory,
    line_as_read,
    may_keep,
    move_line,
    put_line_back,
    remove_line,
    schools_seen,
    undo_change,
)
from outreach.errors import NotFound, OutreachError
from outreach.language import _, tongue

from . import asking
from .database import session
from .notices import say, warn
from .typed import number
from .words import phone

blueprint = Blueprint("who_to_ask", __name__, url_prefix="/who-to-ask")
Problems = list[tuple[str, str]]


@blueprint.get("")
@asking.signed_in()
def page() -> ResponseReturnValue:
    """The school that the address names, else the first that this person works at."""
    schools = schools_seen(session(), asking.viewer())
    wanted = request.args.get("school", type=number)
    school = next((one for one in schools if one.id == wanted), schools[0] if schools else None)
    lines = directory(session(), school.id) if school is not None else []
    return render_template(
        "who_to_ask/list.html", school=school, schools=schools, lines=lines,
        read=[line_as_read(line, tongue()) for line in lines],
        keeps=school is not None and may_keep(session(), asking.viewer(), school.id),
        public=url_for("ask.page", code=code_of_school(session(), school)) if school is not None else None,
    )  # fmt: skip


@blueprint.route("/<int:school_id>/new", methods=["GET", "POST"])
@asking.signed_in()
def new(school_id: int) -> ResponseReturnValue:
    school = _school(school_id)
    if request.method == "GET":
        return _form(school, LineTyped())
    typed = _typed()
    try:
        line = add_line(session(), asking.viewer(), school_id, typed, asking.now())
    except LineWrong as wrong:
        session().rollback()
        return _form(_school(school_id), typed, wrong.problems), 422
    undo = url_for("who_to_ask.remove", line_id=line.id, seen=line.version)
    return _done(line, _("In the directory now. Families see it at once."), undo)


@blueprint.route("/lines/<int:line_id>", methods=["GET", "POST"])
@asking.signed_in()
def change(line_id: int) -> ResponseReturnValue:
    line = _line(line_id)
    school = _school(line.school_id)
    if request.method == "GET":
        return _form(school, _as_typed(line), line=line)
    typed = _typed()
    try:
        line = change_line(session(), asking.viewer(), line_id, typed, asking.now(), seen=_seen())
    except LineWrong as wrong:
        session().rollback()
        return _form(_school(school.id), typed, wrong.problems, line=_line(line_id)), 422
    except LineMovedOn as moved_on:
        session().rollback()
        return _form(_school(school.id), typed, [("", str(moved_on))], line=_line(line_id), moved_on=True), 409
    return _done(line, _("Kept. Families see it at once."), url_for("who_to_ask.as_before", line_id=line.id,
                                                                    seen=line.version))  # fmt: skip


@blueprint.post("/lines/<int:line_id>/undo")
@asking.signed_in()
def as_before(line_id: int) -> ResponseReturnValue:
    try:
        line = undo_change(session(), asking.viewer(), line_id, asking.now(), seen=_seen())
    except LineMovedOn as moved_on:
        return _told_why(line_id, moved_on)
    return _done(line, _("As it was before."))


@blueprint.post("/lines/<int:line_id>/remove")
@asking.signed_in()
def remove(line_id: int) -> ResponseReturnValue:
    try:
        line = remove_line(session(), asking.viewer(), line_id, asking.now(), seen=_seen())
    except LineMovedOn as moved_on:
        return _told_why(line_id, moved_on)
    return _done(line, _("Out of the directory."), url_for("who_to_ask.put_back", line_id=line.id))


@blueprint.post("/lines/<int:line_id>/put-back")
@asking.signed_in()
def put_back(line_id: int) -> ResponseReturnValue:
    line = put_line_back(session(), asking.viewer(), line_id, asking.now())
    return _done(line, _("Back in the directory, where it stood."))


@blueprint.post("/lines/<int:line_id>/<any(up, down):way>")
@asking.signed_in()
def move(line_id: int, way: str) -> ResponseReturnValue:
    try:
        line = move_line(session(), asking.viewer(), line_id, asking.now(), up=way == "up")
    except LineMovedOn as moved_on:
        return _told_why(line_id, moved_on)
    session().commit()
    return redirect(url_for("who_to_ask.page", school=line.school_id, _anchor=f"line-{line.id}"), 303)


def _told_why(line_id: int, why: OutreachError) -> ResponseReturnValue:
    session().rollback()
    warn(str(why))
    return redirect(url_for("who_to_ask.page", school=_line(line_id).school_id), 303)


def _done(line: WhoToAsk, text: str, undo: str | None = None) -> ResponseReturnValue:
    session().commit()
    say(text, undo)
    return redirect(url_for("who_to_ask.page", school=line.school_id), 303)


def _school(school_id: int) -> School:
    """Raises NotFound for a school of others, NotAllowed for one whose directory is not this person's to keep."""
    school = next((one for one in schools_seen(session(), asking.viewer()) if one.id == school_id), None)
    if school is None:
        raise NotFound(_("There is no such school, or you do not work there."))
    if not may_keep(session(), asking.viewer(), school_id):
        raise NotAllowed(_("Only an administrator of this school changes its directory."))
    return school


def _line(line_id: int) -> WhoToAsk:
    line = session().get(WhoToAsk, line_id, populate_existing=True)
    if line is None:
        raise NotFound(_("There is no such line in the directory."))
    return line


def _seen() -> int:
    return request.values.get("seen", 0, type=number)


def _typed() -> LineTyped:
    return LineTyped(**{field.name: request.form.get(field.name, "") for field in fields(LineTyped)})


def _as_typed(line: WhoToAsk) -> LineTyped:
    dialed = phone(line.phone) if line.phone else ""
    if dialed and line.extension:
        dialed = f"{dialed} ext. {line.extension}"
    return LineTyped(
        what_en=line.what_en, what_es=line.what_es, who=line.who, phone=dialed, email=line.email or "",
        department=line.department.value if line.department else "", staff_id=str(line.staff_id or ""),
        hours_en=line.hours_en or "", hours_es=line.hours_es or "",
    )  # fmt: skip


def _form(
    school: School, typed: LineTyped, problems: Problems | None = None, *, line: WhoToAsk | None = None,
    moved_on: bool = False,
) -> str:  # fmt: skip
    people = session().scalars(
        select(Staff)
        .join(StaffSchool, StaffSchool.staff_id == Staff.id)
        .where(StaffSchool.school_id == school.id, Staff.active)
        .order_by(Staff.family_name, Staff.given_name, Staff.id)
    )
    return render_template(
        "who_to_ask/form.html", school=school, typed=asdict(typed), problems=problems or [], line=line,
        stands=asdict(_as_typed(line)) if line is not None and moved_on and line.removed_at is None else None,
        departments=list(Department), people=list(people),
    )  # fmt: skip
