"""One calendar: days and hours, days that differ, the year at a glance; and what a change would do, said before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import Department
from outreach.access import ADMINISTRATORS, AdministrationRefused, administered_school, administered_schools
from outreach.errors import NotFound
from outreach.language import _, clock
from outreach.schooltime import CalendarPlan, CalendarRefused, ClosureRefused, DayRange, day_ranges
from outreach.upkeep.calendar_days import enter_school_days, remove_school_days, take_back_days
from outreach.upkeep.calendars import (
    Effect,
    add_department,
    copy_from,
    foresee,
    keep_hours,
    kept_calendar,
    kept_calendars,
    proposed_plan,
    remove_department,
)
from outreach.upkeep.month_grids import month_grids

from .. import asking
from ..database import session
from ..notices import say
from .calendar_form import (
    Times,
    did,
    entry_from,
    entry_of_address,
    month_words,
    plan_from,
    times_of,
    typed_times,
    weekday_words,
    weekdays,
    with_room,
    would,
)
from .form import Form, Problem
from .taking_back import take_back

blueprint = Blueprint("calendars", __name__, url_prefix="/schools/<int:school_id>/calendars")
WHOLE = "school"
"""In the address: the school's own calendar."""
WHICH = f"<any({', '.join([WHOLE, *Department])}):which>"
LOOK, SAVE, SAME = "look", "save", "same"


@dataclass(frozen=True, slots=True)
class Told:
    """What a form that was looked at would do."""

    of: str
    """hours, days or copy."""
    sentences: tuple[str, ...]
    looked: str


@blueprint.get(f"/{WHICH}")
@asking.signed_in(*ADMINISTRATORS)
def page(school_id: int, which: str) -> ResponseReturnValue:
    return _page(school_id, which)


@blueprint.post(f"/{WHICH}/hours")
@asking.signed_in(*ADMINISTRATORS)
def hours(school_id: int, which: str) -> ResponseReturnValue:
    form, times = Form(request.form), typed_times(request.form)
    if request.form.get("do") == SAME:
        return _page(
            school_id, which, times=[times[0] if weekday in range(1, 5) else times[weekday] for weekday in range(7)]
        )
    plan = plan_from(form, times)
    act = partial(_keep_hours, school_id, which, plan)
    kept = kept_calendar(session(), asking.viewer(), school_id, _department(which))
    if request.form.get("do") == SAVE and kept is not None and form.text("seen") != kept.seen:
        form.wrong(
            "first_day", _("Somebody changed this calendar meanwhile. Here is what you typed; look again and save.")
        )
    return _look_or_save(school_id, which, "hours", form, act, times=times)


@blueprint.post(f"/{WHICH}/days")
@asking.signed_in(*ADMINISTRATORS)
def days(school_id: int, which: str) -> ResponseReturnValue:
    form = Form(request.form)
    return _look_or_save(school_id, which, "days", form, partial(_enter, school_id, which, entry_from(form)))


@blueprint.post(f"/{WHICH}/days/remove")
@asking.signed_in(*ADMINISTRATORS)
def remove(school_id: int, which: str) -> ResponseReturnValue:
    entry = entry_of_address(request.values)
    act = remove_school_days(session(), asking.viewer(), school_id, _department(which), entry, asking.now())
    session().commit()
    say(
        _("Removed: %(name)s. Due times that it had moved stay; a later time was promised.", name=entry.name),
        _way_back(school_id, which, act),
    )
    return _back(school_id, which, "differ")


@blueprint.post(f"/{WHICH}/days/take-back/<int:act>")
@asking.signed_in(*ADMINISTRATORS)
def take_back_one(school_id: int, which: str, act: int) -> ResponseReturnValue:
    take_back(
        lambda: take_back_days(session(), asking.viewer(), school_id, act, asking.now()),
        _("Taken back. Due times that had moved stay where they are; a later time was promised."),
    )
    return _back(school_id, which, "differ")


@blueprint.post(f"/{WHICH}/copy")
@asking.signed_in(*ADMINISTRATORS)
def copy(school_id: int, which: str) -> ResponseReturnValue:
    form = Form(request.form)

    def act() -> Effect:
        return copy_from(
            session(), asking.viewer(), school_id, _department(which), form.number("source") or 0, asking.now(),
            hours=form.ticked("copy_hours"), days=form.ticked("copy_days"),
        )  # fmt: skip

    return _look_or_save(school_id, which, "copy", form, act)


@blueprint.post("/departments")
@asking.signed_in(*ADMINISTRATORS)
def add(school_id: int) -> ResponseReturnValue:
    form = Form(request.form)
    department = form.choice(Department, "department")
    if department is None:
        return redirect(url_for("admin.schools.one", school_id=school_id, _anchor="calendars"), 303)
    try:
        add_department(session(), asking.viewer(), school_id, department, asking.now())
    except AdministrationRefused as refused:
        session().rollback()
        return _page(school_id, WHOLE, problems=[("first_day", str(refused))]), 422
    session().commit()
    say(_("Made, at first the same as the school’s. Change what differs."))
    return _back(school_id, department.value)


@blueprint.post(f"/{WHICH}/remove")
@asking.signed_in(*ADMINISTRATORS)
def drop(school_id: int, which: str) -> ResponseReturnValue:
    department = _department(which)
    if department is None:
        raise NotFound(_("The school’s own calendar stays; change it instead."))
    remove_department(session(), asking.viewer(), school_id, department, asking.now())
    session().commit()
    say(_("Removed. The department goes by the school’s calendar; due times stay where they are."))
    return redirect(url_for("admin.schools.one", school_id=school_id, _anchor="calendars"), 303)


def _look_or_save(
    school_id: int, which: str, of: str, form: Form, act: Callable[[], Effect],
    *, times: Sequence[Times] | None = None,
) -> ResponseReturnValue:  # fmt: skip
    """Tell what a change would do, and do it once it was told."""
    looked = form.digest()
    save = request.form.get("do") == SAVE and form.text("looked") == looked
    effect = Effect()
    if not form.problems:
        try:
            effect = act() if save else foresee(session(), act)
        except CalendarRefused as refused:
            form.problems.extend(refused.problems)
        except (ClosureRefused, AdministrationRefused) as refused:
            form.wrong(refused.field, str(refused))
    if form.problems or not save:
        session().rollback()
        told = None if form.problems else Told(of, would(of, effect), looked)
        answer = _page(school_id, which, problems=form.problems, times=times, told=told, of=of)
        return answer, 422 if form.problems else 200
    session().commit()
    say(" ".join([_("Kept."), *did(effect)]), _way_back(school_id, which, effect.act))
    return _back(school_id, which)


def _keep_hours(school_id: int, which: str, plan: CalendarPlan | None) -> Effect:
    assert plan is not None, "without one there are problems, and nothing is done"
    return keep_hours(session(), asking.viewer(), school_id, _department(which), plan, asking.now())


def _enter(school_id: int, which: str, entry: DayRange | None) -> Effect:
    assert entry is not None, "without one there are problems, and nothing is done"
    return enter_school_days(session(), asking.viewer(), school_id, _department(which), entry, asking.now())


def _way_back(school_id: int, which: str, act: int | None) -> str | None:
    if act is None:
        return None
    return url_for("admin.calendars.take_back_one", school_id=school_id, which=which, act=act)


def _department(which: str) -> Department | None:
    return None if which == WHOLE else Department(which)


def _back(school_id: int, which: str, anchor: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("admin.calendars.page", school_id=school_id, which=which, _anchor=anchor), 303)


def _page(
    school_id: int, which: str, *, problems: list[Problem] | None = None, times: Sequence[Times] | None = None,
    told: Told | None = None, of: str = "",
) -> str:  # fmt: skip
    looking = asking.viewer()
    school = administered_school(session(), looking, school_id)
    kept = kept_calendar(session(), looking, school_id, _department(which))
    if kept is None and which != WHOLE:
        raise NotFound(_("This department has no calendar of its own; it goes by the school’s."))
    plan = kept.plan if kept else proposed_plan(session(), looking, school_id)
    others = kept_calendars(session(), looking, school_id)
    today = asking.now().astimezone(kept.hours.zone).date() if kept else looking.on
    return render_template(
        "admin/calendar.html", school=school, which=which, department=_department(which), kept=kept, plan=plan,
        departments=[one.department for one in others if one.department], problems=problems or [], of=of, told=told,
        times=with_room(times or times_of(plan)), typed=request.form,
        ranges=day_ranges(kept.hours) if kept else [], months=month_grids(kept.hours, today) if kept else [],
        sources=[
            (one.id, one.name)
            for one in administered_schools(session(), looking) if which != WHOLE or one.id != school_id
        ],
        clock=clock, month_words=month_words, weekday_words=weekday_words, weekdays=weekdays,
    )  # fmt: skip
