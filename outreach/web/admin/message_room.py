"""What the pages of messages have in common: which language, who signs, what is said afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from models import AccountRole, MessageRevision
from outreach.errors import NotFound
from outreach.language import _
from outreach.language.catalogs import LOCALES, SOURCE
from outreach.planning.errors import WordsRefused
from outreach.planning.message_revisions import Signed, changed_since, name_of_viewer, newest_revision
from outreach.planning.wording import STAFF_LANGUAGE, Form, Situation
from outreach.planning.words_in_force import SHARED, approved_languages, language_in_force, words_in_force

from .. import asking
from ..database import session
from ..notices import say, warn
from ..typed import number

ONLY = AccountRole.DISTRICT_ADMINISTRATOR
Problems = Sequence[tuple[str, str]]
TAG = re.compile(r"[a-z]{2,3}")


def known_language(tag: str) -> str:
    """A language that has a name. Raises ``NotFound`` for any other, and for a tag with a region."""
    if not TAG.fullmatch(tag) or tag not in LOCALES[SOURCE].languages:
        raise NotFound(_("There is no such language."))
    return tag


def signed() -> Signed:
    """Who read the words, why they change, and what was known, from the form that was sent."""
    return Signed(
        request.form.get("approved_by", ""), request.form.get("why", ""), request.form.get("seen", 0, type=number)
    )


@dataclass(frozen=True, slots=True)
class Signature:
    """What stands in the fields of :func:`signed`."""

    approved_by: str
    why: str
    seen: int
    stands: Mapping[str, tuple[str, ...]]
    """What others have put into force meanwhile, by form (an e-mail's subject line first) or shared word; empty where
    there are no words any more."""


def signature(language: str, situation: str) -> Signature:
    """As typed; on a fresh page what is newest now, and the person's own name where the words are in the staff's
    language. Who reads another, the page does not guess.

    What was refused comes back with what others changed meanwhile in sight, so that it may be saved again; a preview
    has not seen it.
    """
    newest = newest_revision(session(), language, situation)
    if request.method == "POST":
        typed = signed()
        if request.form.get("do") == "preview":
            return Signature(typed.approved_by, typed.why, typed.seen, {})
        return Signature(typed.approved_by, typed.why, newest, _stands(language, situation, typed.seen))
    own = name_of_viewer(session(), asking.viewer()) if language == STAFF_LANGUAGE else ""
    return Signature(own, "", newest, {})


def _stands(language: str, situation: str, seen: int) -> dict[str, tuple[str, ...]]:
    words, found = language_in_force(session(), language), dict[str, tuple[str, ...]]()
    for form in changed_since(session(), language, situation, seen):
        if situation == SHARED:
            table, _dot, key = form.partition(".")
            found[form] = tuple(filter(None, (words.shared(table, key),)))
            continue
        template = words.templates.get((Situation(situation), Form(form)))
        found[form] = (*filter(None, (template.title,)), *template.bodies) if template else ()
    return found


def kept(made: list[MessageRevision], language: str, situation: str) -> ResponseReturnValue:
    """Keep what was made, and say from when it counts."""
    used = language in approved_languages(words_in_force(session()))
    session().commit()
    undo = url_for("admin.messages.take_back", revision_id=made[0].id) if len(made) == 1 else None
    if used:
        say(_("In force now, for what is drafted from tonight on. Drafts that wait already keep their words."), undo)
    else:
        say(_("Kept. It is used once all words of this language are there."), undo)
    return back(language, situation)


def put_back(verb: Callable[[], MessageRevision], language: str, situation: str) -> ResponseReturnValue:
    try:
        verb()
    except WordsRefused as refused:
        session().rollback()
        warn(str(refused))
        return back(language, situation)
    session().commit()
    say(_("Put back as it was."))
    return back(language, situation)


def back(language: str, situation: str) -> ResponseReturnValue:
    if situation == SHARED:
        return redirect(url_for("admin.shared_words.page", language=language), 303)
    return redirect(url_for("admin.messages.one", language=language, situation=situation), 303)
