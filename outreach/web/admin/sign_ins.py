"""Sign-ins: invite, invite again, give roles, switch off and on; from a colleague's page or a sign-in's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import Blueprint, Flask, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import AccountRole
from outreach.access import (
    ADMINISTRATORS,
    AdministrationRefused,
    ChangedMeanwhile,
    Invited,
    invite_from_roster,
    set_active,
    set_roles,
)
from outreach.access.sign_ins import account_of, grantable, invite_again, invite_one, why_not_yours
from outreach.language import _, ngettext

from .. import asking
from ..database import session
from ..invitations import send_invitations
from ..notices import say
from .form import Form, Problem
from .staff import person_page
from .taking_back import take_back

blueprint = Blueprint("sign_ins", __name__)


@blueprint.post("/invite")
@asking.signed_in(AccountRole.DISTRICT_ADMINISTRATOR)
def invite_all() -> ResponseReturnValue:
    figures = invite_from_roster(session(), asking.now())
    _send(figures.invited)
    session().commit()
    invited = ngettext("%(count)s colleague invited.", "%(count)s colleagues invited.", len(figures.invited))
    left_out = sum(figures.skipped.values())
    if left_out:
        invited += " " + ngettext(
            "%(count)s left out for want of an e-mail or role.", "%(count)s left out for want of an e-mail or role.",
            left_out,
        )  # fmt: skip
    say(invited)
    return redirect(url_for("admin.staff.page"), 303)


@blueprint.post("/staff/<int:staff_id>/invite")
@asking.signed_in(*ADMINISTRATORS)
def invite(staff_id: int) -> ResponseReturnValue:
    roles = Form(request.form).choices(AccountRole, "roles")
    try:
        made = invite_one(session(), asking.viewer(), staff_id, roles, asking.now())
    except AdministrationRefused as refused:
        session().rollback()
        return person_page(staff_id, [(refused.field, str(refused))]), 422
    _send([made])
    session().commit()
    say(_("Invited: a letter with a link to choose a password goes to %(email)s.", email=made.email))
    return redirect(url_for("admin.staff.one", staff_id=staff_id), 303)


@blueprint.get("/sign-ins/<int:account_id>")
@asking.signed_in(*ADMINISTRATORS)
def one(account_id: int) -> ResponseReturnValue:
    found = account_of(session(), asking.viewer(), account_id)
    if found.staff_id is not None:
        return redirect(url_for("admin.staff.one", staff_id=found.staff_id))
    return _page(account_id)


@blueprint.post("/sign-ins/<int:account_id>/again")
@asking.signed_in(*ADMINISTRATORS)
def again(account_id: int) -> ResponseReturnValue:
    try:
        invited = invite_again(session(), asking.viewer(), account_id, asking.now())
    except AdministrationRefused as refused:
        session().rollback()
        return _refused(account_id, refused)
    _send([invited], again=True)
    session().commit()
    say(_("Sent again to %(email)s; the link works for three days.", email=invited.email))
    return _back(account_id)


@blueprint.post("/sign-ins/<int:account_id>/roles")
@asking.signed_in(*ADMINISTRATORS)
def roles(account_id: int) -> ResponseReturnValue:
    form = Form(request.form)
    wanted = form.choices(AccountRole, "roles")
    try:
        before = set_roles(session(), asking.viewer(), account_id, wanted, asking.now(), seen=form.text("seen"))
    except AdministrationRefused as refused:
        session().rollback()
        return _refused(account_id, refused)
    session().commit()
    stands = account_of(session(), asking.viewer(), account_id).seen
    undo = url_for("admin.sign_ins.undo_roles", account_id=account_id, roles=list(before), seen=stands)
    say(_("Kept. It holds from the next page that this person opens."), undo)
    return _back(account_id)


@blueprint.post("/sign-ins/<int:account_id>/roles/undo")
@asking.signed_in(*ADMINISTRATORS)
def undo_roles(account_id: int) -> ResponseReturnValue:
    asked = Form(request.args)
    before = asked.choices(AccountRole, "roles")
    take_back(
        lambda: set_roles(session(), asking.viewer(), account_id, before, asking.now(), seen=asked.text("seen"))
    )  # fmt: skip
    return _back(account_id)


@blueprint.post("/accounts/<int:account_id>")
@asking.signed_in(*ADMINISTRATORS)
def switch(account_id: int) -> ResponseReturnValue:
    active = request.values.get("active") == "yes"
    try:
        set_active(session(), asking.viewer(), account_id, active, asking.now())
    except AdministrationRefused as refused:
        session().rollback()
        return _refused(account_id, refused)
    session().commit()
    undo = url_for("admin.sign_ins.switch", account_id=account_id, active="no" if active else "yes")
    say(_("Allowed to sign in again.") if active else _("Ended, on every device."), undo)
    return _back(account_id)


def _send(invited: Iterable[Invited], *, again: bool = False) -> None:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the proxy's own, which its hint leaves out
    send_invitations(app, session(), invited, asking.now(), again=again)


def _refused(account_id: int, refused: AdministrationRefused) -> ResponseReturnValue:
    problems, moved_on = [(refused.field, str(refused))], isinstance(refused, ChangedMeanwhile)
    found = account_of(session(), asking.viewer(), account_id)
    status = 409 if moved_on else 422
    if found.staff_id is not None:
        return person_page(found.staff_id, problems, moved_on=moved_on), status
    return _page(account_id, problems, moved_on=moved_on), status


def _back(account_id: int) -> ResponseReturnValue:
    found = account_of(session(), asking.viewer(), account_id)
    if found.staff_id is not None:
        return redirect(url_for("admin.staff.one", staff_id=found.staff_id), 303)
    return redirect(url_for("admin.sign_ins.one", account_id=account_id), 303)


def _page(account_id: int, problems: Sequence[Problem] = (), *, moved_on: bool = False) -> str:
    looking = asking.viewer()
    found = account_of(session(), looking, account_id)
    return render_template(
        "admin/sign_in.html", sign_in=found, problems=problems, typed=request.form, roles=list(AccountRole),
        grantable=grantable(looking), not_yours=why_not_yours(session(), looking, None, found), usual=(), staff=None,
        moved_on=moved_on,
    )  # fmt: skip
