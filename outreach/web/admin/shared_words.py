"""The words that the templates of a language share: subjects, one thing that would help, subject lines."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from outreach.language import _, language_name
from outreach.planning import language_in_force
from outreach.planning.errors import WordsRefused
from outreach.planning.message_history import message_history
from outreach.planning.message_revisions import revise_shared
from outreach.planning.shared_words import LONGEST, SHARED_KEYS
from outreach.planning.wording import STAFF_LANGUAGE, language_words
from outreach.planning.words_in_force import SHARED, lacking

from .. import asking
from ..database import session
from ..typed import number
from .message_room import ONLY, Problems, kept, known_language, signature, signed
from .message_words import KEYS, TABLES

blueprint = Blueprint("shared_words", __name__, url_prefix="/messages")


@blueprint.get("/<language>/words")
@asking.signed_in(ONLY)
def page(language: str) -> ResponseReturnValue:
    return _page(known_language(language))


@blueprint.post("/<language>/words")
@asking.signed_in(ONLY)
def keep(language: str) -> ResponseReturnValue:
    language = known_language(language)
    typed = {(table, key): request.form.get(f"{table}.{key}", "") for table, key in SHARED_KEYS}
    try:
        made = revise_shared(session(), asking.viewer(), language, typed, signed(), asking.now())
    except WordsRefused as refused:
        session().rollback()
        return _page(language, refused.problems), 422
    return kept(made, language, SHARED)


def _page(language: str, problems: Problems = ()) -> str:
    words, staff = language_in_force(session(), language), language_in_force(session(), STAFF_LANGUAGE)
    typed = request.form if request.method == "POST" else {}
    shown = {
        f"{table}.{key}": typed.get(f"{table}.{key}", words.shared(table, key) or "") for table, key in SHARED_KEYS
    }  # fmt: skip
    return render_template(
        "admin/message_words.html", language=language, language_name=language_name(language), problems=problems,
        tables={
            table: (_(name), _(help_words), [(f"{of}.{key}", _(KEYS[key])) for of, key in SHARED_KEYS if of == table])
            for table, (name, help_words) in TABLES.items()
        },
        shown=shown, own=language == STAFF_LANGUAGE, longest=LONGEST,
        in_english={f"{table}.{key}": staff.shared(table, key) for table, key in SHARED_KEYS},
        needed={f"{table}.{key}" for table, key in lacking(words, staff).shared},
        in_force={f"{table}.{key}" for table, key in words.words},
        from_file={f"{table}.{key}" for table, key in language_words(language).words},
        signature=signature(language, SHARED),
        history=message_history(session(), asking.viewer(), language, SHARED, request.args.get("before", type=number)),
        form_names={
            f"{table}.{key}": _("%(table)s: %(word)s", table=_(TABLES[table][0]), word=_(KEYS[key]))
            for table, key in SHARED_KEYS
        },
    )  # fmt: skip
