"""Whom to ask, for families: no sign-in, no scripts, office contacts only, in the reader's language."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models import District, School
from outreach.contacts.who_to_ask import code_of_school, directory, line_as_read, school_of_code, schools_listed
from outreach.errors import NotFound
from outreach.language import LANGUAGES, _, speaking, tongue

from .database import session

blueprint = Blueprint("ask", __name__, url_prefix="/ask")
SPOKEN = f"<any({', '.join(LANGUAGES)}):language>"


@blueprint.get("")
@blueprint.get(f"/{SPOKEN}", endpoint="schools_in")
def schools(language: str | None = None) -> ResponseReturnValue:
    """The schools that have a directory; where it is only one, its directory."""
    with speaking(language or tongue()):
        listed = schools_listed(session())
        links = [
            (school.name, url_for("ask.page", code=code_of_school(session(), school), language=language))
            for school in listed
        ]
        if len(links) == 1:
            return redirect(links[0][1], 302)
        return _shown(None, language, links=links)


@blueprint.get("/<code>")
@blueprint.get(f"/<code>/{SPOKEN}")
def page(code: str, language: str | None = None) -> ResponseReturnValue:
    with speaking(language or tongue()):
        school = school_of_code(session(), code)
        if school is None:
            raise NotFound(_("There is no such school. The school’s office can tell you the right address."))
        return _shown(school, language)


def _shown(school: School | None, language: str | None, links: list[tuple[str, str]] | None = None) -> str:
    spoken = tongue()
    code = code_of_school(session(), school) if school is not None else None
    lines = directory(session(), school.id) if school is not None else []
    others = {
        tag: url_for("ask.page", code=code, language=tag) if code else url_for("ask.schools_in", language=tag)
        for tag in LANGUAGES
        if tag != spoken
    }
    return render_template(
        "who_to_ask/public.html", school=school, spoken=spoken, lines=[line_as_read(line, spoken) for line in lines],
        links=links or [], others=others, chosen=language, named=session().get(District, 1),
    )  # fmt: skip
