"""How a form that logs contacts is answered: to a page by a notice and the way on, to a script by the same in JSON.

A browser that kept a form while there was no network sends it with ``Accept: application/json``. It learns from the
status alone what to do: 200 it is stored, forget it; 422 (or 403, 404, 409) it is refused, and ``problems`` says why;
400 its token is stale, fetch another; 401 nobody is signed in, keep it. Whatever else comes: keep, and try again.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from outreach.access import NotAllowed
from outreach.errors import NotFound, OutreachError
from outreach.language import _

from . import problems
from .notices import say, warn

Problem = tuple[str, str]
"""The field's id on the page, or nothing, and a sentence."""
JSON = "application/json"
WAITED = "waited"
"""Said by the script that sends what was kept while there was no network."""


def in_json() -> bool:
    """A script asked."""
    return request.accept_mimetypes.best == JSON


def kept(
    ids: Sequence[int], text: str, *, undo: str, url: str, warnings: Sequence[str] = ()
) -> ResponseReturnValue:  # fmt: skip
    """The contacts ``ids`` are stored; ``text`` says so, ``undo`` takes it back, ``url`` is the page to see next.

    One that waited on its device is told of by the script that sent it, wherever its reader is by then.
    """
    if not request.form.get(WAITED):
        say(text, undo)
        for warning in warnings:
            warn(warning)
    if in_json():
        return jsonify(contact=ids[0], contacts=list(ids), url=url, said=text, undo=undo, warnings=list(warnings))
    return redirect(url, 303)


def refused(found: Sequence[Problem], status: int = 422) -> ResponseReturnValue:
    return jsonify(problems=[{"field": field, "sentence": sentence} for field, sentence in found]), status


def speaks_json(blueprint: Blueprint) -> None:
    """Whatever is refused on these pages is said to a script in JSON, to a person by the common page."""

    def not_here(error: Exception) -> ResponseReturnValue:
        return refused([("", str(error))], 404) if in_json() else problems.page(404, sentence=str(error))

    def not_theirs(error: Exception) -> ResponseReturnValue:
        return refused([("", str(error))], 403) if in_json() else problems.page(403, sentence=str(error))

    def not_like_this(error: Exception) -> ResponseReturnValue:
        return refused([("", str(error))], 409) if in_json() else problems.page(409, _("Not like this"), str(error))

    blueprint.register_error_handler(NotFound, not_here)
    blueprint.register_error_handler(NotAllowed, not_theirs)
    blueprint.register_error_handler(OutreachError, not_like_this)
    blueprint.register_error_handler(CSRFError, _stale)


def _stale(_error: CSRFError) -> ResponseReturnValue:
    if in_json():
        return jsonify(stale=True), 400
    return problems.page(
        400,
        _("This page was open for too long"),
        _(
            "For safety it could no longer be sent. Go back, copy what you typed if it was long, load the page anew "
            "and send it again. Nothing was saved."
        ),
    )
