"""One student's contacts on paper, or as a table: for a conference, an IEP meeting or an attendance hearing."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from io import StringIO

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from models import AbsenceCategory, RequestState
from outreach.access import Child, Household, audit, household, listed, require
from outreach.contacts import Entry, Part, SheetAsked, SheetRefused, StudentSheet, readers_of, student_sheet
from outreach.language import N_, _, said
from outreach.risk.words import LEVELS, SUBJECTS

from . import asking
from .database import session, writing
from .typed import number
from .words import day, words

blueprint = Blueprint("print", __name__)
PARTS = {
    Part.CONTACTS: N_("Contacts"), Part.REQUESTS: N_("Questions of the family"), Part.ABSENCES: N_("Days absent"),
    Part.MARKS: N_("Marks"),
}  # fmt: skip
STATES = {
    RequestState.OPEN: N_("not answered yet"), RequestState.ANSWERED: N_("answered"), RequestState.CLOSED: N_("closed"),
}  # fmt: skip
ABSENCES = {AbsenceCategory.EXCUSED: N_("excused"), AbsenceCategory.UNEXCUSED: N_("unexcused")}
RISKY_FIRST = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet may take for a formula at the beginning of a cell."""
BYTE_ORDER_MARK = "\ufeff"
Problems = list[tuple[str, str]]


@blueprint.get("/<int:family_id>/print")
@asking.signed_in()
def page(family_id: int) -> ResponseReturnValue:
    grant, home = _home(family_id)
    problems: Problems = []
    sheet: StudentSheet | None = None
    if request.args.get("student"):
        asked, problems = _asked(family_id)
        if asked is not None:
            try:
                sheet = student_sheet(session(), asking.viewer(), asked, asking.now())
            except SheetRefused as refused:
                problems = [(refused.field, str(refused))]
    if sheet is not None:
        _leave_trace("print", sheet, family_id, grant)
    children = _open(home)
    chosen = _chosen(children)
    answer = render_template(
        "families/print.html", home=home, sheet=sheet, problems=problems, typed=request.args, parts=PARTS,
        children=children, chosen=chosen, readers=readers_of(session(), chosen) if chosen else (), absences=ABSENCES,
        levels=LEVELS, subjects=SUBJECTS, states=STATES, wanted=_parts(),
        days_absent=_days_absent(sheet),
    )  # fmt: skip
    return (answer, 422) if problems else answer


@blueprint.get("/<int:family_id>/print.csv")
@asking.signed_in()
def table(family_id: int) -> ResponseReturnValue:
    grant, _shown = _home(family_id)
    asked, problems = _asked(family_id)
    if asked is None:
        raise SheetRefused(problems[0][1], problems[0][0])
    sheet = student_sheet(session(), asking.viewer(), asked, asking.now())
    _leave_trace("export", sheet, family_id, grant)
    written = StringIO()
    writer = csv.writer(written)
    writer.writerows([_safe(cell) for cell in row] for row in _rows(sheet))
    made = Response(BYTE_ORDER_MARK + written.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"contacts-{sheet.student_id}-{sheet.from_on:%Y%m%d}-{sheet.until_on:%Y%m%d}.csv"
    made.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    made.headers["Cache-Control"] = "no-store"
    return made


def _days_absent(sheet: StudentSheet | None) -> str:
    """9 Nov (excused), 10 Nov (unexcused)."""
    days = (sheet.absences if sheet else None) or ()
    return ", ".join(
        _("%(day)s (%(how)s)", day=day(on), how=_(ABSENCES[AbsenceCategory(category)])) for on, category in days
    )


def _home(family_id: int) -> tuple[str, Household]:
    """Why the viewer may, and who is in the family. Raises NotFound."""
    grant = require(session(), asking.viewer(), family_id)
    return grant.because, household(session(), asking.viewer(), family_id, asking.now())


def _open(home: Household) -> list[Child]:
    """The children whose contacts the viewer may read."""
    return [child for child in home.children if child.open_to_viewer]


def _chosen(children: list[Child]) -> int | None:
    """The child whom the address names, else the first; none but one whose contacts the viewer may read."""
    ids = [child.id for child in children]
    asked = request.args.get("student", type=number)
    return asked if asked in ids else next(iter(ids), None)


def _parts() -> frozenset[Part]:
    """What is ticked; all before anything was."""
    chosen = frozenset(Part(each) for each in request.args.getlist("part") if each in set(Part))
    return chosen or frozenset(Part)


def _asked(family_id: int) -> tuple[SheetAsked | None, Problems]:
    typed, problems = request.args, []
    days: dict[str, date | None] = {"from": None, "until": None}
    for name in days:
        if typed.get(name):
            try:
                days[name] = date.fromisoformat(typed[name])
            except ValueError:
                problems.append((name, _("This day cannot be read; write it like 2026-11-24.")))
    if problems:
        return None, problems
    return SheetAsked(
        family_id=family_id, student_id=typed.get("student", 0, type=number), from_on=days["from"],
        until_on=days["until"], parts=_parts(), guardian_id=typed.get("guardian", type=number),
    ), []  # fmt: skip


def _leave_trace(action: str, sheet: StudentSheet, family_id: int, because: str) -> None:
    """Who took what out of the system, for whom, stands in the trail."""
    detail = {
        "family": family_id, "from": sheet.from_on.isoformat(), "until": sheet.until_on.isoformat(),
        "guardian": request.args.get("guardian", type=number), **sheet.figures(),
    }  # fmt: skip
    with writing() as trail:
        audit(
            trail, asking.viewer(), action, "student", sheet.student_id, asking.now(), because=because,
            detail={**detail},
        )  # fmt: skip
        trail.commit()


def _rows(sheet: StudentSheet) -> Iterator[tuple[str, ...]]:
    """One fact a row, the same as on paper; the first row names the columns."""
    yield (
        _("What"), _("Day"), _("Hour"), _("By"), _("With"), _("How"), _("What came of it"), _("About"),
        _("Answered in"), _("Words"),
    )  # fmt: skip
    for entry in sheet.contacts:
        yield _contact(entry, sheet)
    for question in sheet.questions:
        local = question.view.opened_at.astimezone(sheet.zone)
        yield (
            _("Question"), local.date().isoformat(), f"{local:%H:%M}", "", question.view.owner_name or "", "",
            _(STATES[question.view.state]), sheet.student, "", question.words or said(question.withheld),
        )  # fmt: skip
    for on, category in sheet.absences or ():
        yield _("Absent"), on.isoformat(), "", "", "", "", _(ABSENCES[AbsenceCategory(category)]), sheet.student, "", ""
    for subject in sheet.subjects:
        for mark in subject.marks:
            figure = f"{mark.percent:g}%" if mark.percent is not None else mark.letter or ""
            yield (
                _("Mark"), mark.on.isoformat(), "", "", "", "", _(LEVELS[mark.level]),
                _(SUBJECTS[subject.subject]), figure, mark.title or "",
            )  # fmt: skip


def _contact(entry: Entry, sheet: StudentSheet) -> tuple[str, ...]:
    local = entry.at.astimezone(sheet.zone)
    return (
        _("General notice") if entry.general_notice else _("Contact"), local.date().isoformat(), f"{local:%H:%M}",
        entry.who, entry.with_whom or "", words(entry.channel), words(entry.outcome), listed(entry.students),
        entry.answered_in or "", entry.words or said(entry.withheld),
    )  # fmt: skip


def _safe(cell: str) -> str:
    """What a spreadsheet would take for a formula is led by an apostrophe, which it takes for "these are words"."""
    return f"'{cell}" if cell.startswith(RISKY_FIRST) else cell
