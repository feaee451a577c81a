"""The words in force: what an administrator changed on a page, over the district's files, over the shipped ones. The
only reader; and which languages families can be written to in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import CORE_SUBJECTS, MessageRevision
from outreach.schooltime import zone_of_district

from .placeholders import asked_for
from .wording import (
    STAFF_LANGUAGE,
    Form,
    LanguageWords,
    Origin,
    Situation,
    Template,
    base_language,
    language_words,
    words_of_files,
)

SHARED = "words"
"""In place of a situation: a word that the templates of a language share. Its form is its table and key."""
OPTIONAL = frozenset({Form.TEXT_WITH_MARKS})
"""Where a language lacks it, the plain text stands in."""
SUBJECTS = tuple(subject.value for subject in CORE_SUBJECTS)
KEYS_OF = {
    "subject": tuple(("subjects", key) for key in SUBJECTS),
    "course": (("subjects", "class"),),
    "step": tuple(("steps", key) for key in SUBJECTS),
    "short_step": tuple(("short_steps", key) for key in SUBJECTS),
}
"""The shared words that a placeholder is filled from."""


def words_in_force(session: Session) -> dict[str, LanguageWords]:
    """The words of every language that has some, finished or not. Ask once for a whole night.

    Raises :class:`~outreach.planning.TemplateError` where a file is broken.
    """
    found = words_of_files()
    changed: dict[str, list[MessageRevision]] = {}
    for revision in _newest(session):
        changed.setdefault(revision.language, []).append(revision)
    for language, revisions in changed.items():
        words = _over(session, found.get(language, NONE), language, revisions)
        if words != NONE:  # a language that was begun and given up has none
            found[language] = words
    return found


def language_in_force(session: Session, language: str | None) -> LanguageWords:
    """The same of one language (``es-MX`` reads ``es``); empty where it has none."""
    base = base_language(language) or STAFF_LANGUAGE
    return _over(session, language_words(base), base, list(_newest(session, base)))


NONE = LanguageWords({}, {})


def _newest(session: Session, language: str | None = None) -> Iterable[MessageRevision]:
    newest = select(func.max(MessageRevision.id)).group_by(
        MessageRevision.language, MessageRevision.situation, MessageRevision.form
    )
    if language is not None:
        newest = newest.where(MessageRevision.language == language)
    return session.scalars(select(MessageRevision).where(MessageRevision.id.in_(newest)))


def _over(
    session: Session, files: LanguageWords, language: str, revisions: Sequence[MessageRevision]
) -> LanguageWords:  # fmt: skip
    if not revisions:
        return files
    templates, words, zone = dict(files.templates), dict(files.words), zone_of_district(session)
    for one in revisions:
        if not one.bodies or one.approved_by is None:
            continue
        if one.situation == SHARED:
            table, _dot, key = one.form.partition(".")
            words[table, key] = one.bodies[0]
        elif one.situation in set(Situation) and one.form in set(Form):
            made = Template(
                language, Situation(one.situation), Form(one.form), one.title, tuple(one.bodies), one.approved_by,
                one.made_at.astimezone(zone).date(), Origin.REVISION, one.id,
            )  # fmt: skip
            templates[made.situation, made.form] = made
    return LanguageWords(templates, words)


@dataclass(frozen=True, slots=True)
class Lacking:
    """What keeps a language from being used."""

    forms: Mapping[Situation, tuple[Form, ...]]
    """Situations that are not whole, each with the forms that the staff's language has and this one has not."""
    shared: tuple[tuple[str, str], ...]
    """Table and key of shared words without which some of its drafts would wait for a person."""

    @property
    def nothing(self) -> bool:
        return not self.forms and not self.shared


def lacking(words: LanguageWords, staff: LanguageWords) -> Lacking:
    """What ``words`` lack beside ``staff``, the words in the language of the staff."""
    forms = {situation: _missing_forms(words, staff, situation) for situation in Situation}
    return Lacking(
        {situation: missing for situation, missing in forms.items() if missing}, _missing_shared(words, staff)
    )


def approved_languages(words: Mapping[str, LanguageWords]) -> frozenset[str]:
    """Languages in which every situation has words that a named person approved, in each form in which the staff's
    language has some: in any other, part of the drafts would come out empty."""
    staff = words.get(STAFF_LANGUAGE, NONE)
    return frozenset(language for language, its in words.items() if lacking(its, staff).nothing)


def _missing_forms(words: LanguageWords, staff: LanguageWords, situation: Situation) -> tuple[Form, ...]:
    wanted = [form for form in Form if (situation, form) in staff.templates and form not in OPTIONAL]
    if not wanted and not any(of is situation for of, _form in words.templates):
        return (Form.CALL,)
    return tuple(form for form in wanted if (situation, form) not in words.templates)


def _missing_shared(words: LanguageWords, staff: LanguageWords) -> tuple[tuple[str, str], ...]:
    """Of the shared words that its templates ask for; where it has none yet, of those that the staff's ask for."""
    templates = {key: one for key, one in staff.templates.items() if key[1] not in OPTIONAL} | dict(words.templates)
    texts = [text for one in templates.values() for text in (*one.bodies, one.title or "")]
    asked = {name for text in texts for name in asked_for(text)}
    needed = (key for name, keys in KEYS_OF.items() if name in asked for key in keys)
    return tuple(key for key in needed if key not in words.words)
