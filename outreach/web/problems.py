"""What people see when something is not there, not theirs, or broken: one sentence, and a way on."""

from __future__ import annotations

import structlog
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from outreach.access import NotAllowed
from outreach.errors import NotFound, OutreachError
from outreach.language import N_, _

from .database import db

log = structlog.get_logger(__name__)
SENTENCES = {
    403: (
        N_("Not yours to open"),
        N_("Your role does not include this page. If it should, ask your district's administrator."),
    ),
    404: (N_("Nothing here"), N_("There is no such page, or you do not work with the family that it is about.")),
    405: (N_("Not this way"), N_("That address takes no such request. Go back and use the page's own buttons.")),
    413: (N_("Too much at once"), N_("What was sent is larger than this page takes.")),
    429: (
        N_("A little slower, please"),
        N_("Too many tries in a short time. Wait a quarter of an hour, then try again."),
    ),
    500: (
        N_("That did not work"),
        N_("The fault is ours and has been written down. What you had saved before is safe."),
    ),
}

UNKNOWN = (N_("Something is not right"), N_("Go back and try once more."))


def init_app(app: Flask) -> None:
    app.register_error_handler(NotFound, lambda error: page(404, sentence=str(error)))
    app.register_error_handler(NotAllowed, lambda error: page(403, sentence=str(error)))
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(OutreachError, lambda error: page(409, _("Not like this"), str(error)))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(500, _ours)


def page(status: int, title: str | None = None, sentence: str | None = None) -> ResponseReturnValue:
    """One page for every problem, in the common look; htmx gets the same words."""
    known = SENTENCES.get(status, UNKNOWN)
    return render_template("problem.html", title=title or _(known[0]), sentence=sentence or _(known[1])), status


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()
    return page(error.code)


def _stale_form(_error: CSRFError) -> ResponseReturnValue:
    return page(
        400,
        _("This page was open for too long"),
        _(
            "For safety it could no longer be sent. Go back, copy what you typed if it was long, load the page anew "
            "and send it again. Nothing was saved."
        ),
    )


def _ours(error: Exception) -> ResponseReturnValue:
    cause = getattr(error, "original_exception", None) or error
    log.error("page_failed", path_rule=str(request.url_rule), kind=type(cause).__name__)
    db.session.rollback()  # PostgreSQL answers nothing more in a transaction that failed, and the page asks for names
    return page(500)
