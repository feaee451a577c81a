"""The first page of messages: languages with who reads them, the situations of one, and what the system says itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import render_template
from sqlalchemy import select

from models import District
from outreach.language import SOURCE, _, language_name
from outreach.language.catalogs import LOCALES
from outreach.planning import words_in_force
from outreach.planning.message_history import families_by_language
from outreach.planning.wording import STAFF_LANGUAGE, Form, LanguageWords, Origin, Situation, Template
from outreach.planning.words_in_force import NONE, lacking

from .. import asking
from ..database import session
from .home import settings
from .message_shown import replies_said
from .message_words import FORMS, SITUATIONS

THREE_LETTERS = ("ckb", "fil", "haw", "hmn", "mam", "quc", "yue")
"""Languages of families whose tag has three letters, offered beside those of two."""


@dataclass(frozen=True, slots=True)
class LanguageLine:
    """One language: who reads it, and how far its words are."""

    tag: str
    name: str
    families: int
    whole: int
    """Situations that have words in each form."""
    shared_missing: int
    used: bool
    begun: bool

    @property
    def all(self) -> int:
        return len(Situation)


@dataclass(frozen=True, slots=True)
class SituationLine:
    situation: Situation
    name: str
    when: str
    first: Template | None
    """The words shown of it."""
    in_english: Template | None
    missing: tuple[str, ...]
    """Forms, in words."""
    changed: tuple[str, ...]
    """Forms that were changed on the page, in words."""
    district_file: bool
    approvals: tuple[Template, ...]
    """One for each who read some of its words."""


def overview(language: str) -> str:
    looking = asking.viewer()
    words, families = words_in_force(session()), families_by_language(session(), looking)
    staff, own = words.get(STAFF_LANGUAGE, NONE), words.get(language, NONE)
    tags = list(dict.fromkeys([STAFF_LANGUAGE, *(tag for tag in families if tag), *sorted(words), language]))
    lines = [_language_line(tag, words.get(tag, NONE), staff, families) for tag in tags]
    missing = lacking(own, staff)
    district = session().scalar(select(District.name)) or ""
    said, in_own_words = replies_said(language, district, settings().public_url)
    return render_template(
        "admin/messages.html", language=language, language_name=language_name(language), lines=lines,
        line=next(line for line in lines if line.tag == language), unknown=families.get(None, 0),
        situations=[
            _situation_line(of, own, None if language == STAFF_LANGUAGE else staff, missing.forms.get(of, ()))
            for of in Situation
        ],
        shared_missing=len(missing.shared), own_shared=len(own.words), others=_others(set(tags)), said=said,
        in_own_words=in_own_words, OPENING="first_text", FOOTER="footer",
    )  # fmt: skip


def _language_line(
    tag: str, words: LanguageWords, staff: LanguageWords, families: Mapping[str | None, int]
) -> LanguageLine:
    missing = lacking(words, staff)
    return LanguageLine(
        tag=tag, name=language_name(tag), families=families.get(tag, 0), whole=len(Situation) - len(missing.forms),
        shared_missing=len(missing.shared), used=missing.nothing or tag == STAFF_LANGUAGE,
        begun=bool(words.templates or words.words),
    )  # fmt: skip


def _situation_line(
    of: Situation, words: LanguageWords, staff: LanguageWords | None, missing: tuple[Form, ...]
) -> SituationLine:
    its = [words.templates[of, form] for form in Form if (of, form) in words.templates]
    english = [staff.templates[of, form] for form in Form if (of, form) in staff.templates] if staff else []
    return SituationLine(
        situation=of, name=_(SITUATIONS[of][0]), when=_(SITUATIONS[of][1]), first=its[0] if its else None,
        in_english=english[0] if english else None, missing=_named(missing),
        changed=_named(tuple(one.form for one in its if one.origin is Origin.REVISION)),
        district_file=any(one.origin is Origin.DISTRICT_FILE for one in its),
        approvals=tuple({(one.approved_by, one.approved_on): one for one in its}.values()),
    )  # fmt: skip


def _named(forms: tuple[Form, ...]) -> tuple[str, ...]:
    return tuple(_(FORMS[form][0]) for form in forms)


def _others(listed: set[str]) -> list[tuple[str, str]]:
    """Languages that may be begun, by name."""
    tags = (str(tag) for tag in LOCALES[SOURCE].languages)
    tags = (tag for tag in tags if len(tag) == 2 or tag in THREE_LETTERS)
    return sorted(
        ((tag, language_name(tag)) for tag in tags if tag not in listed), key=lambda one: one[1].casefold()
    )  # fmt: skip
