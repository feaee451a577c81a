"""Imports: what came in and what was left out; a file uploaded, tried without changing anything, then imported."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from models import AccountRole, ImportOrigin
from outreach.access import AdministrationRefused
from outreach.language import N_, _, ngettext, said
from outreach.language import number as figure
from outreach.roster import RosterError
from outreach.roster.drop import look_at_drop
from outreach.store import read_only
from outreach.upkeep.imports import (
    files_of,
    import_report,
    import_runs,
    rejection_rows,
    rejections,
    total_of,
)
from outreach.upkeep.uploads import (
    COLUMNS_OF,
    KINDS,
    LARGEST_UPLOAD,
    discard_upload,
    find_upload,
    import_upload,
    keep_refusal,
    try_upload,
    waiting_uploads,
)

from .. import asking
from ..database import session
from ..notices import say
from ..sign_in import csrf
from ..typed import number
from .form import Form, Problem
from .home import settings

blueprint = Blueprint("imports", __name__, url_prefix="/imports")
FORM_BYTES = 64 << 10
"""What a form has around its file."""
MEGABYTE = 1 << 20
ORIGINS = {
    ImportOrigin.COMMAND: N_("at the command line"),
    ImportOrigin.NIGHT: N_("by the night"),
    ImportOrigin.PERSON: N_("by an administrator"),
}


@blueprint.get("")
@asking.signed_in(AccountRole.DISTRICT_ADMINISTRATOR)
def page() -> ResponseReturnValue:
    return _page()


@blueprint.post("")
def upload() -> ResponseReturnValue:
    """Says first how large a form it takes: whoever asks for the token reads all of it."""
    request.max_content_length = LARGEST_UPLOAD + FORM_BYTES
    session().rollback()
    read_only(session())  # a slow upload must not hold the writer's place on SQLite
    try:
        return _upload()
    except RequestEntityTooLarge:
        session().rollback()
        return _page([("file", _too_large())], {}), 413


csrf.exempt(upload)  # the guard of what it calls asks for the token


@asking.signed_in(AccountRole.DISTRICT_ADMINISTRATOR)
def _upload() -> ResponseReturnValue:
    sent, form = request.files.get("file"), Form(request.form)
    content = sent.read() if sent is not None else b""
    name = (sent.filename if sent is not None else "") or ""
    session().rollback()
    try:
        tried = try_upload(
            session(), asking.viewer(), form.text("kind"), name, content, asking.now(), zone=settings().timezone.key
        )
    except AdministrationRefused as refused:
        session().rollback()
        return _page([(refused.field, str(refused))]), 422
    except RosterError as refused:
        session().rollback()
        return _page([("file", str(refused))]), 422
    session().commit()
    return redirect(url_for("admin.imports.tried", upload_id=tried.id), 303)


@blueprint.get("/uploads/<int:upload_id>")
@asking.signed_in(AccountRole.DISTRICT_ADMINISTRATOR)
def tried(upload_id: int) -> ResponseReturnValue:
    return _tried(upload_id)


@blueprint.post("/uploads/<int:upload_id>")
@asking.signed_in(AccountRole.DISTRICT_ADMINISTRATOR)
def carry_out(upload_id: int) -> ResponseReturnValue:
    accepted = Form(request.form).ticked("accepted")
    try:
        run_id = import_upload(
            session(), asking.viewer(), upload_id, asking.now(), zone=settings().timezone.key, accepted=accepted
        )
    except AdministrationRefused as refused:
        session().rollback()
        return _tried(upload_id, [(refused.field, str(refused))]), 422
    except RosterError as refused:
        session().rollback()
        keep_refusal(session(), asking.viewer(), upload_id, refused, asking.now())
        session().commit()
        return _tried(upload_id, [("", str(refused))]), 422
    session().commit()
    say(_("Imported. The night hands on, scores and plans with it."))
    return redirect(url_for("admin.imports.one", run_id=run_id), 303)


@blueprint.post("/uploads/<int:upload_id>/discard")
@asking.signed_in(AccountRole.DISTRICT_ADMINISTRATOR)
def discard(upload_id: int) -> ResponseReturnValue:
    discard_upload(session(), asking.viewer(), upload_id)
    session().commit()
    say(_("Discarded. Nothing has changed."))
    return redirect(url_for("admin.imports.page"), 303)


@blueprint.get("/<int:run_id>")
@asking.signed_in(AccountRole.DISTRICT_ADMINISTRATOR)
def one(run_id: int) -> ResponseReturnValue:
    looking, after = asking.viewer(), request.args.get("after", type=number)
    return render_template(
        "admin/import.html", report=import_report(session(), looking, run_id), origins=ORIGINS, kinds=KINDS,
        found=rejections(session(), looking, run_id, after), first=after is None, run_id=run_id,
        people_words=people_words,
    )  # fmt: skip


@blueprint.get("/<int:run_id>/rejected.csv")
@asking.signed_in(AccountRole.DISTRICT_ADMINISTRATOR)
def rejected(run_id: int) -> ResponseReturnValue:
    import_report(session(), asking.viewer(), run_id)  # 404 where there is no such import
    written = io.StringIO()
    csv.writer(written).writerows(rejection_rows(session(), asking.viewer(), run_id))
    # Spreadsheets read UTF-8 for certain only after a byte-order mark.
    answer = Response("\ufeff" + written.getvalue(), mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="import-{run_id}-rejected.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def people_words(kind: str, count: int) -> str:
    """1,204 students."""
    match kind:
        case "students":
            return ngettext("%(shown)s student", "%(shown)s students", count, shown=figure(count))
        case "guardians":
            return ngettext("%(shown)s guardian", "%(shown)s guardians", count, shown=figure(count))
        case "staff":
            return ngettext("%(shown)s colleague", "%(shown)s colleagues", count, shown=figure(count))
    return ngettext("%(shown)s family", "%(shown)s families", count, shown=figure(count))


def _too_large() -> str:
    return _(
        "The file is larger than the %(limit)s MB that this page takes; import it at the command line: "
        "outreach import KIND PATH",
        limit=LARGEST_UPLOAD // MEGABYTE,
    )


def _page(problems: Sequence[Problem] = (), typed: dict[str, str] | None = None) -> str:
    looking, before = asking.viewer(), request.args.get("before", type=number)
    return render_template(
        "admin/imports.html", found=import_runs(session(), looking, before), first=before is None, kinds=KINDS,
        origins=ORIGINS, drop=look_at_drop(settings().roster_path, asking.now()), problems=problems,
        columns=COLUMNS_OF, typed=request.form if typed is None else typed, limit=LARGEST_UPLOAD // MEGABYTE,
        waiting=waiting_uploads(session(), looking),
    )  # fmt: skip


def _tried(upload_id: int, problems: Sequence[Problem] = ()) -> str:
    found = find_upload(session(), asking.viewer(), upload_id)
    files, notes, left_out = (found.figures.get(name) for name in ("files", "notes", "rejections"))
    lines = files_of(files)
    return render_template(
        "admin/tried.html", upload=found, files=lines, total=total_of(lines), kinds=KINDS, problems=problems,
        notes=[said(str(note)) for note in notes] if isinstance(notes, list) else [],
        rejections=[one for one in left_out if isinstance(one, dict)] if isinstance(left_out, list) else [],
    )  # fmt: skip
