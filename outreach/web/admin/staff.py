"""The staff: found and listed, and each person's page with the sign-in, the leave, and whom the person answers for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import AccountRole, StaffRole
from outreach.access import ADMINISTRATORS, AdministrationRefused, ChangedMeanwhile, administered_schools
from outreach.access.assignments import assignments_of
from outreach.access.leave import Leave, leave_of, set_leave, set_left, substitutes_for
from outreach.access.sign_ins import (
    grantable,
    sign_in_of,
    sign_ins_without_staff,
    usual_roles,
    why_not_all_yours,
    why_not_yours,
    without_sign_in,
)
from outreach.access.staff import (
    StaffFilter,
    Standing,
    has_left,
    is_on_leave,
    name_of,
    one_of_staff,
    schools_of,
    staff_page,
)
from outreach.language import N_, _, ngettext
from outreach.upkeep.schools import fallback_for
from outreach.upkeep.standing_in import Moves, what_moves

from .. import asking
from ..database import session
from ..notices import say
from ..typed import number
from ..words import words
from .assignment_words import assignment_words
from .form import Form, Problem
from .taking_back import take_back

blueprint = Blueprint("staff", __name__, url_prefix="/staff")
STANDINGS = {
    Standing.SIGN_IN: N_("with a sign-in"), Standing.NO_SIGN_IN: N_("cannot sign in"),
    Standing.LEAVE: N_("on leave, now or soon"), Standing.LEFT: N_("left"),
}  # fmt: skip


@blueprint.get("")
@asking.signed_in(*ADMINISTRATORS)
def page() -> ResponseReturnValue:
    looking, asked = asking.viewer(), Form(request.args)
    wanted = StaffFilter(
        asked.text("q"), asked.number("school"), asked.choice(StaffRole, "role"), asked.choice(Standing, "standing")
    )
    after = request.args.get("after", type=number)
    return render_template(
        "admin/staff.html", wanted=wanted, found=staff_page(session(), looking, wanted, after), first=after is None,
        schools=administered_schools(session(), looking), roles=list(StaffRole), standings=STANDINGS,
        others=sign_ins_without_staff(session(), looking) if looking.sees_district and after is None else [],
        to_invite=without_sign_in(session(), looking) if looking.sees_district else 0,
    )  # fmt: skip


@blueprint.get("/<int:staff_id>")
@asking.signed_in(*ADMINISTRATORS)
def one(staff_id: int) -> ResponseReturnValue:
    return person_page(staff_id)


@blueprint.post("/<int:staff_id>/leave")
@asking.signed_in(*ADMINISTRATORS)
def leave(staff_id: int) -> ResponseReturnValue:
    form = Form(request.form)
    wanted = Leave(form.day("leave_from"), form.day("leave_until"), form.number("substitute_id"))

    def keep() -> str:
        before = set_leave(session(), asking.viewer(), staff_id, wanted, asking.now(), seen=form.text("seen"))
        return _undo_leave(staff_id, before, wanted)

    return _keep(staff_id, form, keep)


@blueprint.post("/<int:staff_id>/leave/undo")
@asking.signed_in(*ADMINISTRATORS)
def undo_leave(staff_id: int) -> ResponseReturnValue:
    asked = Form(request.args)
    before = Leave(asked.day("first"), asked.day("last"), asked.number("substitute"))
    take_back(
        lambda: set_leave(session(), asking.viewer(), staff_id, before, asking.now(), seen=asked.text("seen"))
    )  # fmt: skip
    return _back(staff_id, "leave")


@blueprint.post("/<int:staff_id>/left")
@asking.signed_in(*ADMINISTRATORS)
def left(staff_id: int) -> ResponseReturnValue:
    form = Form(request.form)
    day, seen = form.day("left_on"), form.day("seen")

    def keep() -> str:
        before = set_left(session(), asking.viewer(), staff_id, day, asking.now(), seen=seen)
        return url_for("admin.staff.undo_left", staff_id=staff_id, day=before, seen=day)

    return _keep(staff_id, form, keep)


@blueprint.post("/<int:staff_id>/left/undo")
@asking.signed_in(*ADMINISTRATORS)
def undo_left(staff_id: int) -> ResponseReturnValue:
    asked = Form(request.args)
    day, seen = asked.day("day"), asked.day("seen")
    take_back(lambda: set_left(session(), asking.viewer(), staff_id, day, asking.now(), seen=seen))
    return _back(staff_id, "leave")


def _keep(staff_id: int, form: Form, keep: Callable[[], str]) -> ResponseReturnValue:
    """Say what is wrong with a form, or ``keep`` it, which gives the way back, and say what the night makes of it."""
    undo, moved_on = "", False
    if not form.problems:
        try:
            undo = keep()
        except AdministrationRefused as refused:
            session().rollback()
            form.wrong(refused.field, str(refused))
            moved_on = isinstance(refused, ChangedMeanwhile)
    if form.problems:
        return person_page(staff_id, form.problems, moved_on=moved_on), 409 if moved_on else 422
    moves = what_moves(session(), staff_id, asking.now())
    session().commit()
    say(" ".join([_("Kept."), *_tonight(moves)]), undo)
    return _back(staff_id, "leave")


def person_page(staff_id: int, problems: Sequence[Problem] = (), *, moved_on: bool = False) -> str:
    """One colleague's page; also for the forms of other files of this room that were refused. ``moved_on``: since
    somebody changed the same, so that what stands now is shown beside what was typed."""
    looking = asking.viewer()
    staff = one_of_staff(session(), looking, staff_id)
    sign_in = sign_in_of(session(), staff_id)
    works_at = schools_of(session(), [staff_id]).get(staff_id, {})
    held = assignments_of(session(), looking, staff_id)
    return render_template(
        "admin/person.html", staff=staff, name=name_of(staff), works_at=works_at, sign_in=sign_in, problems=problems,
        moved_on=moved_on, seen_leave=leave_of(staff).seen,
        leave_not_yours=why_not_all_yours(session(), looking, staff_id),
        not_yours=why_not_yours(session(), looking, staff_id, sign_in), roles=list(AccountRole),
        grantable=grantable(looking), usual=usual_roles(staff), typed=request.form,
        on_leave=is_on_leave(staff, looking.on), gone=has_left(staff, looking.on),
        substitutes=[
            (other.id, f"{name_of(other)} · {words(other.role)}")
            for other in substitutes_for(session(), looking, staff)
        ],
        fallback_for=fallback_for(session(), staff_id), held=[one for one in held if not one.over],
        over=[one for one in held if one.over], today=looking.on,
        assignment_words=assignment_words, yours={school.id for school in administered_schools(session(), looking)},
    )  # fmt: skip


def _tonight(moves: Moves | None) -> list[str]:
    """What the next night does with this person's work."""
    if moves is None:
        return []
    parts = [
        ngettext("%(count)s open question", "%(count)s open questions", moves.questions) if moves.questions else "",
        ngettext("%(count)s case", "%(count)s cases", moves.cases) if moves.cases else "",
        ngettext("%(count)s suggestion", "%(count)s suggestions", moves.suggestions) if moves.suggestions else "",
    ]
    what = ", ".join(part for part in parts if part)
    if not what:
        return [_("Nothing is open that would have to be handed on tonight.")]
    if moves.to is not None:
        return [_("Handed on to %(name)s tonight: %(what)s.", name=moves.to, what=what)]
    return [_("Nobody stands in. Tonight it goes to whom the school names, or to the list: %(what)s.", what=what)]


def _undo_leave(staff_id: int, before: Leave, now: Leave) -> str:
    return url_for(
        "admin.staff.undo_leave", staff_id=staff_id, first=before.from_on, last=before.until_on,
        substitute=before.substitute_id, seen=now.seen,
    )  # fmt: skip


def _back(staff_id: int, anchor: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("admin.staff.one", staff_id=staff_id, _anchor=anchor), 303)
