"""Whom a colleague answers for: a student, a class or a caseload is found, given, and ended."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import AssignmentRole
from outreach.access import ADMINISTRATORS, AdministrationRefused, administered_schools
from outreach.access.assignable import Target, find_sections, find_students, grades_of
from outreach.access.assignments import assign, end_assignment, restore_assignment
from outreach.access.staff import name_of, one_of_staff
from outreach.language import _

from .. import asking
from ..database import session
from ..notices import say
from ..words import grade
from .assignment_words import assignment_words
from .form import Form, Problem

blueprint = Blueprint("assignments", __name__, url_prefix="/staff/<int:staff_id>/assignments")
STUDENT, SECTION, CASELOAD = "student", "section", "caseload"
KINDS = (STUDENT, SECTION, CASELOAD)


@blueprint.get("/new")
@asking.signed_in(*ADMINISTRATORS)
def new(staff_id: int) -> ResponseReturnValue:
    return _page(staff_id, Form(request.args))


@blueprint.post("")
@asking.signed_in(*ADMINISTRATORS)
def give(staff_id: int) -> ResponseReturnValue:
    form = Form(request.form)
    role, kind = form.choice(AssignmentRole, "role"), form.text("kind")
    if role is None:
        form.wrong("role", _("Choose as what."))
    first, last = form.day("from_on"), form.day("last_on")
    if role is not None and not form.problems:
        try:
            made = assign(
                session(), asking.viewer(), staff_id, role, _target(form, kind), asking.now(),
                from_on=first, last_on=last,
            )  # fmt: skip
        except AdministrationRefused as refused:
            session().rollback()
            form.wrong(refused.field, str(refused))
    if form.problems:
        return _page(staff_id, form, form.problems), 422
    session().commit()
    undo = url_for("admin.assignments.end", staff_id=staff_id, assignment_id=made.id)
    say(_("Given. These families can be opened from now on."), undo)
    return _back(staff_id)


@blueprint.post("/<int:assignment_id>/end")
@asking.signed_in(*ADMINISTRATORS)
def end(staff_id: int, assignment_id: int) -> ResponseReturnValue:
    ended = end_assignment(session(), asking.viewer(), assignment_id, asking.now())
    session().commit()
    undo = url_for("admin.assignments.restore", staff_id=staff_id, assignment_id=assignment_id) if ended else None
    say(_("Ended. What is open is handed on tonight."), undo)
    return _back(staff_id)


@blueprint.post("/<int:assignment_id>/restore")
@asking.signed_in(*ADMINISTRATORS)
def restore(staff_id: int, assignment_id: int) -> ResponseReturnValue:
    restore_assignment(session(), asking.viewer(), assignment_id, asking.now())
    session().commit()
    say(_("Back as it was."))
    return _back(staff_id)


def _target(form: Form, kind: str) -> Target:
    if kind == STUDENT:
        return Target(student_id=form.number("target"))
    if kind == SECTION:
        return Target(section_id=form.number("target"))
    return Target(
        school_id=form.number("school_id"), grade=form.text("grade") or None,
        surname_from=form.text("surname_from") or None, surname_to=form.text("surname_to") or None,
    )  # fmt: skip


def _back(staff_id: int) -> ResponseReturnValue:
    return redirect(url_for("admin.staff.one", staff_id=staff_id, _anchor="assignments"), 303)


def _page(staff_id: int, form: Form, problems: list[Problem] | None = None) -> str:
    looking = asking.viewer()
    staff = one_of_staff(session(), looking, staff_id)
    kind = form.text("kind") if form.text("kind") in KINDS else STUDENT
    words = form.text("q")
    search = find_sections if kind == SECTION else find_students
    return render_template(
        "admin/assignment.html", staff=staff, name=name_of(staff), kind=kind, words=words, problems=problems or [],
        found=search(session(), looking, words) if kind != CASELOAD else [], typed=request.values,
        role_choices=[(one.value, assignment_words(one)) for one in AssignmentRole],
        school_choices=[(one.id, one.name) for one in administered_schools(session(), looking)],
        grade_choices=[(one, grade(one)) for one in grades_of(session(), looking)] if kind == CASELOAD else [],
    )  # fmt: skip
