"""What is done with a question: taken, handed over, given to an administrator, closed, opened again; and taken back."""

from __future__ import annotations

from collections.abc import Callable

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from models import Department, Request, RequestEventKind, Staff, WhoToAsk
from outreach.access import audit, colleagues, why_may_see
from outreach.access.colleagues import Colleague
from outreach.contacts import (
    OWN_STEP_WITHIN,
    MovedOn,
    RequestRefused,
    close_request,
    department_words,
    give_to_administrator,
    hand_over,
    hold_request,
    reopen_request,
    step_of,
    take_back_step,
    take_request,
    versions_of,
)
from outreach.delivery.handed_over import tell_who_has_it, unsay_who_has_it
from outreach.errors import NotFound
from outreach.language import _

from .. import asking
from ..database import session
from ..notices import say, warn
from ..plan_ground import live_channels
from ..typed import number_or_none
from .question import shown
from .room import Asked, Problems, blueprint, find, seen

UNDONE = {
    RequestEventKind.HANDED_OVER: "undo_hand_over", RequestEventKind.TAKEN: "undo_take_request",
    RequestEventKind.HOSTILE: "undo_hostile", RequestEventKind.NO_ANSWER_NEEDED: "undo_close_request",
    RequestEventKind.REOPENED: "undo_reopen_request",
}  # fmt: skip


@blueprint.post("/<int:request_id>/take")
@asking.signed_in()
def take(request_id: int) -> ResponseReturnValue:
    asked, staff_id = find(request_id), asking.viewer().staff_id
    if asked.withheld is not None:
        return _unread(asked)

    def step() -> str:
        if staff_id is None:
            raise RequestRefused(_("Only somebody who works at a school takes a question."))
        take_request(session(), asked.question.id, asking.now(), asking.viewer().account_id,
                     staff_id=staff_id, seen=seen())  # fmt: skip
        return _("The question is yours. The family’s due time stays.")

    return _done(asked, "take_request", step)


@blueprint.post("/<int:request_id>/hand-over")
@asking.signed_in()
def give(request_id: int) -> ResponseReturnValue:
    asked = _find_or_done(request_id, RequestEventKind.HANDED_OVER)
    if not isinstance(asked, Asked):
        return asked

    def step() -> str:
        department, staff_id = _receiver(asked)
        question = hand_over(
            session(), asked.question.id, asking.now(), asking.viewer().account_id, to_department=department,
            to_staff_id=staff_id, why=request.form.get("why", "").strip()[:500] or None,
            as_administrator=asking.viewer().administers, seen=seen(),
        )  # fmt: skip
        return _handed_over(question)

    return _done(asked, "hand_over_request", step, "to")


@blueprint.post("/<int:request_id>/hostile")
@asking.signed_in()
def hostile(request_id: int) -> ResponseReturnValue:
    asked = _find_or_done(request_id, RequestEventKind.HOSTILE)
    if not isinstance(asked, Asked):
        return asked
    if asked.withheld is not None:
        return _unread(asked)

    def step() -> str:
        question = give_to_administrator(
            session(), asked.question.id, asking.now(), asking.viewer().account_id, seen=seen()
        )
        return _given_to_administrator(question)

    return _done(asked, "hostile_request", step)


@blueprint.post("/<int:request_id>/close")
@asking.signed_in()
def close(request_id: int) -> ResponseReturnValue:
    asked = _find_or_done(request_id, RequestEventKind.NO_ANSWER_NEEDED)
    if not isinstance(asked, Asked):
        return asked
    if asked.withheld is not None:
        return _unread(asked)

    def step() -> str:
        close_request(
            session(), asked.question.id, asking.now(), asking.viewer().account_id,
            no_answer_needed=request.form.get("reason", "")[:500], seen=seen(),
        )  # fmt: skip
        return _closed(asked.question)

    return _done(asked, "close_request", step, "reason")


@blueprint.post("/<int:request_id>/reopen")
@asking.signed_in()
def open_again(request_id: int) -> ResponseReturnValue:
    asked = find(request_id)

    def step() -> str:
        reopen_request(session(), asked.question.id, asking.now(), asking.viewer().account_id, seen=seen())
        return _("Open again.")

    return _done(asked, "reopen_request", step)


@blueprint.post("/<int:request_id>/undo/<int:event_id>")
@asking.signed_in()
def undo(request_id: int, event_id: int) -> ResponseReturnValue:
    """Also by who gave the family out of their hands with that very step, for an hour. What only who reads a
    question's words may do, only they take back."""
    looking, now = asking.viewer(), asking.now()
    step = step_of(session(), request_id, event_id)
    question = session().get_one(Request, request_id)
    grant = why_may_see(session(), looking, question.family_id)
    own = step.by_account_id == looking.account_id and now - step.at <= OWN_STEP_WITHIN
    if grant is None and not own:
        raise NotFound(_("There is no such question, or you do not work with its family."))
    if not own and step.kind is not RequestEventKind.HANDED_OVER and (asked := find(request_id)).withheld is not None:
        return _unread(asked)
    try:
        take_back_step(session(), request_id, event_id, now, looking.account_id)
    except RequestRefused as refused:
        session().rollback()
        if grant is None:
            warn(str(refused))
            return redirect(url_for("requests.page"), 303)
        return _refused(find(request_id), refused, "", event_id)
    if step.kind is RequestEventKind.HANDED_OVER and not unsay_who_has_it(session(), question, event_id, now):
        tell_who_has_it(session(), question, now, live_channels())
    because = grant.because if grant is not None else "took back a step of their own"
    audit(session(), looking, UNDONE[step.kind], "request", request_id, now, because=because)
    session().commit()
    say(_("Taken back. The question stands as it stood before."))
    return _back(request_id)


def _find_or_done(request_id: int, kind: RequestEventKind) -> Asked | ResponseReturnValue:
    """The question; or, where this very step took the family out of these hands and its form comes in once more, the
    answer that it got the first time."""
    try:
        return find(request_id)
    except NotFound:
        newest = versions_of(session(), [request_id]).get(request_id)
        step = step_of(session(), request_id, newest) if newest is not None else None
        own = step is not None and (step.kind, step.by_account_id) == (kind, asking.viewer().account_id)
        if step is None or not own or step.id <= (seen() or step.id) or asking.now() - step.at > OWN_STEP_WITHIN:
            raise
        question = session().get_one(Request, request_id)
        told = DONE[kind](question)
        session().commit()  # where the first time no message could go to the family, one may by now
        say(told, url_for("requests.undo", request_id=request_id, event_id=step.id))
        return _back(request_id)


def _unread(asked: Asked) -> ResponseReturnValue:
    """To take a question would be to read it; and what it needs is judged by who reads it."""
    why = _("%(kept)s Only who reads its words does this; anybody can hand it over.", kept=asked.words)
    return shown(asked, [("", why)]), 422


def _done(asked: Asked, action: str, step: Callable[[], str], field: str = "") -> ResponseReturnValue:
    """Take one step, keep it in the trail, say so with the way back; a refusal is shown with what was typed."""
    looking, request_id = asking.viewer(), asked.question.id
    try:
        hold_request(session(), request_id)  # so that of two that come in at once the second sees what the first did
        before = versions_of(session(), [request_id]).get(request_id)
        done = step()
    except RequestRefused as refused:
        session().rollback()
        return _refused(find(request_id), refused, field, seen())
    newest = versions_of(session(), [request_id])[request_id]
    if newest != before:  # else the same form came in again, and what it did the first time is said once more
        audit(session(), looking, action, "request", request_id, asking.now(), because=asked.grant.because)
    session().commit()
    say(done, url_for("requests.undo", request_id=request_id, event_id=newest))
    return _back(request_id)


def _refused(asked: Asked, refused: RequestRefused, field: str, last_seen: int | None) -> ResponseReturnValue:
    """Also where somebody was quicker: what they did, the question as it stands, and what was typed here."""
    if isinstance(refused, MovedOn):
        return shown(asked, [("meanwhile", str(refused))], moved_on_since=last_seen), 409
    problems: Problems = [(field, str(refused))]
    return shown(asked, problems), 422


def _receiver(asked: Asked) -> tuple[Department | None, int | None]:
    """What the form names: a line of the directory, a department or a person; nothing where it names none of ours."""
    kind, _colon, name = request.form.get("to", "").partition(":")
    if kind == "line":
        line = session().get(WhoToAsk, number_or_none(name) or 0)
        if line is None or line.removed_at is not None or line.school_id != asked.question.school_id:
            raise RequestRefused(_("This line is no longer in the directory; choose another."))
        return line.department, line.staff_id
    if kind == "department" and name in list(Department):
        return Department(name), None
    staff_id = number_or_none(name) if kind == "staff" else None
    if staff_id is not None and staff_id not in {one.id for one in _colleagues(asked)}:
        raise RequestRefused(_("Choose a colleague who works at this family’s schools."))
    return None, staff_id


def _colleagues(asked: Asked) -> list[Colleague]:
    """Not who asks: one takes a question, where one may read it, and hands it to others."""
    return colleagues(session(), asking.viewer(), asked.question.family_id)


def _handed_over(question: Request) -> str:
    """Tell the family, and say whether it is told."""
    to = {"name": _owner(question), "department": department_words(question.department)}
    if tell_who_has_it(session(), question, asking.now(), live_channels()) is not None:
        return _(
            "Handed over to %(name)s (%(department)s). The family’s due time stays, and the family is told who has it.",
            **to,
        )
    return _(
        "Handed over to %(name)s (%(department)s). The family’s due time stays. No text or e-mail may go to this "
        "family, so tell it who has the question when you speak.",
        **to,
    )


def _given_to_administrator(question: Request) -> str:
    return _(
        "%(name)s, an administrator, has it now. The due time stays, and nothing was sent to the family.",
        name=_owner(question),
    )


def _closed(_question: Request) -> str:
    return _("Closed: no answer needed.")


def _owner(question: Request) -> str:
    owner = session().get(Staff, question.owner_staff_id) if question.owner_staff_id is not None else None
    return owner.display_name if owner is not None else _("a colleague")


def _back(request_id: int) -> ResponseReturnValue:
    """To the question, as long as this viewer may see it; else to the board."""
    question = session().get_one(Request, request_id)
    seen_still = why_may_see(session(), asking.viewer(), question.family_id) is not None
    return asking.back_to(url_for("requests.one", request_id=request_id) if seen_still else url_for("requests.page"))


DONE: dict[RequestEventKind, Callable[[Request], str]] = {
    RequestEventKind.HANDED_OVER: _handed_over, RequestEventKind.HOSTILE: _given_to_administrator,
    RequestEventKind.NO_ANSWER_NEEDED: _closed,
}  # fmt: skip
"""What is said of a step that may take the family out of one's hands."""
