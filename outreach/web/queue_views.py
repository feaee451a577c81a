"""Saved views of the queue: kept under a name, renamed, deleted, one to open with; each person's own."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import AccountRole
from outreach.access import audit
from outreach.language import _
from outreach.risk import ViewRefused, delete_view, keep_view, open_with, rename_view, views_of

from . import asking
from .database import session
from .notices import say
from .queue_address import address, address_of, filters_of, in_words, queue_address

blueprint = Blueprint("views", __name__, url_prefix="/views")
READERS = (AccountRole.COUNSELOR, AccountRole.ADMINISTRATOR, AccountRole.DISTRICT_ADMINISTRATOR)


@blueprint.get("")
@asking.signed_in(*READERS)
def page() -> ResponseReturnValue:
    return _page()


@blueprint.post("")
@asking.signed_in(*READERS)
def keep() -> ResponseReturnValue:
    """Keep the queue as the form (or, where a deletion is undone, the address) narrows it."""
    filters, given = address_of(filters_of(request.values)), request.values
    try:
        view_id = keep_view(session(), asking.viewer(), given.get("name", ""), filters, first="first" in given)
    except ViewRefused as refused:
        session().rollback()
        return _page(problem=str(refused), typed=given.get("name", "")), 422
    return _done("keep_view", view_id, _("Kept: %(name)s.", name=" ".join(given.get("name", "").split())), filters)


@blueprint.post("/<int:view_id>/rename")
@asking.signed_in(*READERS)
def rename(view_id: int) -> ResponseReturnValue:
    name = request.form.get("name", "")
    try:
        rename_view(session(), asking.viewer(), view_id, name)
    except ViewRefused as refused:
        session().rollback()
        return _page(problem=str(refused), at=view_id, typed=name), 422
    return _done("rename_view", view_id, _("Renamed."))


@blueprint.post("/<int:view_id>/delete")
@asking.signed_in(*READERS)
def delete(view_id: int) -> ResponseReturnValue:
    gone = delete_view(session(), asking.viewer(), view_id)
    first = {"first": "1"} if gone.opens_first else {}
    undo = address("queue.views.keep", {"name": gone.name, **gone.filters, **first})
    return _done("delete_view", view_id, _("Deleted: %(name)s.", name=gone.name), undo=undo)


@blueprint.post("/<int:view_id>/<any(first, not_first):step>")
@asking.signed_in(*READERS)
def choose_first(view_id: int, step: str) -> ResponseReturnValue:
    open_with(session(), asking.viewer(), view_id if step == "first" else None)
    said = _("The queue opens with it.") if step == "first" else _("The queue opens with what is new and mine.")
    return _done("open_queue_with", view_id, said)


def _done(
    action: str, view_id: int, said: str, shown: dict[str, str] | None = None, undo: str | None = None
) -> ResponseReturnValue:
    audit(session(), asking.viewer(), action, "queue_view", view_id, asking.now())
    session().commit()
    say(said, undo)
    return redirect(queue_address(shown) if shown and not undo else url_for("queue.views.page"), 303)


def _page(problem: str = "", at: int | None = None, typed: str = "") -> str:
    views = [
        (view, address_of(filters_of(view.filters)), in_words(filters_of(view.filters)))
        for view in views_of(session(), asking.viewer())
    ]
    return render_template(
        "queue/views.html", views=views, problem=problem, at=at, typed=typed,
        address=address_of(filters_of(request.values)),
    )  # fmt: skip
