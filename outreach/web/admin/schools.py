"""The schools: what the student system says of each, and what the district sets."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import Department
from outreach.access import ADMINISTRATORS, AdministrationRefused, ChangedMeanwhile
from outreach.access.staff import name_of
from outreach.language import _, zone_name
from outreach.upkeep.calendars import kept_calendars
from outreach.upkeep.schools import (
    ZONES,
    calendar_state,
    change_school,
    fallback_choices,
    school_line,
    school_lines,
    seen_of,
)

from .. import asking
from ..database import session
from ..notices import say
from ..words import words
from .form import Form, Problem

blueprint = Blueprint("schools", __name__, url_prefix="/schools")


@blueprint.get("")
@asking.signed_in(*ADMINISTRATORS)
def page() -> ResponseReturnValue:
    return render_template("admin/schools.html", lines=school_lines(session(), asking.viewer()))


@blueprint.get("/<int:school_id>")
@asking.signed_in(*ADMINISTRATORS)
def one(school_id: int) -> ResponseReturnValue:
    return _one(school_id)


@blueprint.post("/<int:school_id>")
@asking.signed_in(*ADMINISTRATORS)
def keep(school_id: int) -> ResponseReturnValue:
    form = Form(request.form)
    began, moved_on = form.day("log_began"), False
    if not form.problems:
        try:
            change_school(
                session(), asking.viewer(), school_id, asking.now(), phone=form.text("phone"),
                timezone=form.text("timezone"), fallback_staff_id=form.number("fallback_staff_id"), log_began=began,
                seen=form.text("seen"),
            )  # fmt: skip
        except AdministrationRefused as refused:
            session().rollback()
            form.wrong(refused.field, str(refused))
            moved_on = isinstance(refused, ChangedMeanwhile)
    if form.problems:
        return _one(school_id, form.problems, moved_on=moved_on), 409 if moved_on else 422
    session().commit()
    say(_("Kept."))
    return redirect(url_for("admin.schools.one", school_id=school_id), 303)


def _one(school_id: int, problems: list[Problem] | None = None, *, moved_on: bool = False) -> str:
    looking = asking.viewer()
    line = school_line(session(), looking, school_id)
    kept = kept_calendars(session(), looking, school_id)
    school, typed = line.school, request.form
    zones = list(dict.fromkeys([*ZONES, *([school.timezone] if school.timezone else [])]))
    values = {
        "phone": school.phone or "", "timezone": school.timezone or "",
        "fallback_staff_id": str(school.fallback_staff_id or ""), "log_began": str(school.log_began or ""),
    }  # fmt: skip
    return render_template(
        "admin/school.html", line=line, school=school, problems=problems or [], seen=seen_of(school),
        stands=values if moved_on else {},
        zones=[(zone, f"{zone_name(zone)} ({zone})") for zone in zones],
        typed={name: typed.get(name, value) for name, value in values.items()},
        calendars=[(one, calendar_state(one.hours, looking.on)) for one in kept],
        without=[one for one in Department if one not in {kept_one.department for kept_one in kept}],
        colleagues=[
            (str(one.id), f"{name_of(one)} · {words(one.role)}")
            for one in fallback_choices(session(), looking, school_id)
        ],
    )  # fmt: skip
