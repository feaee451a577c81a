"""The words that families receive, form by form: read as a family reads them, changed, put back."""

from __future__ import annotations

import re

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import MessageRevision
from outreach.delivery.wording import PLACEHOLDERS
from outreach.effective import effective_config
from outreach.errors import NotFound
from outreach.language import _, language_name
from outreach.planning import language_in_force
from outreach.planning.errors import WordsRefused
from outreach.planning.made_up import made_up
from outreach.planning.message_check import Written, allowed_in
from outreach.planning.message_history import message_history
from outreach.planning.message_revisions import back_to_file, revise_messages, take_back_message
from outreach.planning.placeholders import MARKS
from outreach.planning.wording import STAFF_LANGUAGE, Form, LanguageWords, Situation, language_words

from .. import asking
from ..counting import script_words
from ..database import session
from ..typed import number
from .message_languages import overview
from .message_room import ONLY, Problems, kept, known_language, put_back, signature, signed
from .message_shown import placeholder_values, shown_form
from .message_words import FORMS, SITUATIONS

blueprint = Blueprint("messages", __name__, url_prefix="/messages")
BODY = re.compile(r"(?P<form>\w+)\.body\.(?P<at>\d{1,2})")
Typed = dict[Form, Written]


@blueprint.get("")
@asking.signed_in(ONLY)
def page() -> ResponseReturnValue:
    wanted = request.args.get("language")
    if wanted is not None:
        return redirect(url_for("admin.messages.of_language", language=known_language(wanted)), 303)
    return overview(STAFF_LANGUAGE)


@blueprint.get("/<language>")
@asking.signed_in(ONLY)
def of_language(language: str) -> ResponseReturnValue:
    return overview(known_language(language))


@blueprint.get("/<language>/<situation>")
@asking.signed_in(ONLY)
def one(language: str, situation: str) -> ResponseReturnValue:
    return _one(known_language(language), _situation(situation))


@blueprint.post("/<language>/<situation>")
@asking.signed_in(ONLY)
def keep(language: str, situation: str) -> ResponseReturnValue:
    """Show what was typed as a family reads it; with ``do=keep`` put it into force."""
    language, of = known_language(language), _situation(situation)
    typed = _typed()
    if request.form.get("do") != "keep":
        return _one(language, of, typed)
    try:
        made = revise_messages(session(), asking.viewer(), language, of, typed, signed(), asking.now())
    except WordsRefused as refused:
        session().rollback()
        return _one(language, of, typed, refused.problems), 422
    return kept(made, language, of)


@blueprint.post("/<language>/<situation>/<form>/file")
@asking.signed_in(ONLY)
def to_file(language: str, situation: str, form: str) -> ResponseReturnValue:
    """Back to the words of the file; for a shared word too."""

    def verb() -> MessageRevision:
        return back_to_file(
            session(), asking.viewer(), known_language(language), situation, form, asking.now(), seen=_seen()
        )

    return put_back(verb, language, situation)


@blueprint.post("/revisions/<int:revision_id>/back")
@asking.signed_in(ONLY)
def take_back(revision_id: int) -> ResponseReturnValue:
    found = session().get(MessageRevision, revision_id)
    if found is None:
        raise NotFound(_("There is no such revision."))
    language, situation = found.language, found.situation
    return put_back(
        lambda: take_back_message(session(), asking.viewer(), revision_id, asking.now(), seen=_seen()),
        language, situation,
    )  # fmt: skip


def _seen() -> int | None:
    """The newest revision that the page showed; None: the notice with the way back, which showed none."""
    return request.form.get("seen", type=number)


def _situation(name: str) -> Situation:
    if name not in set(Situation):
        raise NotFound(_("There is no such message."))
    return Situation(name)


def _typed() -> Typed:
    """Title and bodies of each form of message, as they stand in the fields that were sent."""
    found: dict[Form, dict[int, str]] = {}
    for field, words in request.form.items():
        match = BODY.fullmatch(field)
        if match and match["form"] in set(Form):
            found.setdefault(Form(match["form"]), {})[int(match["at"])] = words
    return {
        form: Written(
            tuple(found[form].get(at, "") for at in range(max(found[form]) + 1)), request.form.get(f"{form}.title", "")
        )
        for form in Form
        if form in found
    }


def _forms(situation: Situation, words: LanguageWords, staff: LanguageWords) -> list[Form]:
    """Those that have words in either language, and those that families are reached by; an incident is told aloud."""
    there = {form for of, form in (*words.templates, *staff.templates) if of is situation}
    usual = {Form.CALL} if situation is Situation.INCIDENT else set(Form) - {Form.TEXT_WITH_MARKS}
    figures = {Form.TEXT_WITH_MARKS} if situation in WITH_FIGURES else set()
    return [form for form in Form if form in there | usual | figures]


WITH_FIGURES = frozenset({Situation.PRAISE, Situation.CONCERN})
"""Where a mark is known, so that a text with marks makes sense."""


def _one(language: str, of: Situation, typed: Typed | None = None, problems: Problems = ()) -> str:
    own = language == STAFF_LANGUAGE
    words, staff = language_in_force(session(), language), language_in_force(session(), STAFF_LANGUAGE)
    files, values = language_words(language), made_up(language, words, staff)
    most = effective_config(session(), asking.now()).cadence.sending.most_segments
    names = allowed_in(of)
    forms = [
        shown_form(of, form, (typed or {}).get(form), words, files, None if own else staff, values, most)
        for form in _forms(of, words, staff)
    ]
    return render_template(
        "admin/message.html", language=language, language_name=language_name(language), situation=of, forms=forms,
        name=_(SITUATIONS[of][0]), when=_(SITUATIONS[of][1]), problems=problems, most=most, own=own,
        placeholders={name: _(PLACEHOLDERS[name]) for name in names}, marks=MARKS,
        values=placeholder_values(values, names), script_words=script_words(), signature=signature(language, of),
        changed=[(one.form, one.name, one.from_file) for one in forms if one.in_force and one.in_force.revision_id],
        history=message_history(session(), asking.viewer(), language, of, request.args.get("before", type=number)),
        form_names={form.value: _(name) for form, (name, _help) in FORMS.items()},
    )  # fmt: skip
