"""The words: templates that a named person approved, an allow-list of placeholders, and a draft or what it lacks."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from string import Formatter

from models import Channel, JsonValue
from outreach.delivery.replies import FILE as REPLIES
from outreach.delivery.wording import PLACEHOLDERS
from outreach.effective import SHIPPED, message_files, message_languages
from outreach.language import N_, _, kept

from .errors import TemplateError
from .placeholders import wrong_in

STAFF_LANGUAGE = "en"
WORDS = "words.toml"
HEADER = frozenset({"approved_by", "approved_on"})


class Situation(StrEnum):
    """What a draft is for; each is a file of ``config/messages/<language>/``."""

    HELLO = "hello"
    CHECKIN = "checkin"
    PRAISE = "praise"
    STRENGTH = "strength"
    CONCERN = "concern"
    ATTENDANCE = "attendance"
    WEEKLY = "weekly"
    BEHAVIOR = "behavior"
    BEHAVIOR_QUIET = "behavior_quiet"
    INCIDENT = "incident"


class Form(StrEnum):
    TEXT = "text"
    TEXT_WITH_MARKS = "text_with_marks"
    """Used instead of ``text`` where the district has switched ``grades_in_texts`` on."""
    EMAIL = "email"
    CALL = "call"
    """What to begin with, aloud; for a call, a video call or a visit."""
    LETTER = "letter"


FORM_OF_CHANNEL = {
    Channel.SMS: Form.TEXT,
    Channel.APP: Form.TEXT,
    Channel.EMAIL: Form.EMAIL,
    Channel.PHONE: Form.CALL,
    Channel.VIDEO: Form.CALL,
    Channel.IN_PERSON: Form.CALL,
    Channel.LETTER: Form.LETTER,
}


class Origin(StrEnum):
    """Where words in force come from."""

    SHIPPED = "shipped"
    DISTRICT_FILE = "district_file"
    """The district's own file, over the shipped one of its name."""
    REVISION = "revision"
    """Changed on the page of messages."""


@dataclass(frozen=True, slots=True)
class Template:
    """The words of one situation, in one language and form. Several bodies take turns, week by week."""

    language: str
    situation: Situation
    form: Form
    title: str | None
    bodies: tuple[str, ...]
    approved_by: str
    approved_on: date | None = None
    origin: Origin = Origin.SHIPPED
    revision_id: int | None = None
    """Of words that were changed on the page."""


@dataclass(frozen=True, slots=True)
class Draft:
    title: str | None
    body: str
    missing: tuple[str, ...]
    """In words, what has no value; it stands in the body in square brackets. Not empty: the draft cannot go out."""

    @property
    def blocked(self) -> str | None:
        """A sentence for the card, kept for whoever reads it (:func:`~outreach.language.said`); None where nothing is
        missing."""
        return kept(STILL_MISSING, what=_listed(self.missing)) if self.missing else None


STILL_MISSING = N_("Still missing: %(what)s.")
AND_MORE = N_("%(first)s, %(more)s")
"""A list, one after the other."""


def still_missing(text: str) -> str | None:
    """What :attr:`Draft.blocked` says of a draft whose gaps stand in ``text``; None where none does."""
    gaps = tuple(dict.fromkeys(words for words in PLACEHOLDERS.values() if f"[{words}]" in text))
    return kept(STILL_MISSING, what=_listed(gaps)) if gaps else None


def _listed(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else kept(AND_MORE, first=words[0], more=_listed(words[1:]))


def render(template: Template, values: Mapping[str, str | None], turn: int = 0) -> Draft:
    """The template's words with ``values`` put in, as they are: a value that looks like a placeholder stays text.

    ``turn`` chooses among several bodies (the number of the week). A missing or empty value blocks the draft.
    """
    missing: list[str] = []
    body = _fill(template.bodies[turn % len(template.bodies)], values, missing)
    title = _fill(template.title, values, missing) if template.title else None
    return Draft(title, body.strip(), tuple(dict.fromkeys(missing)))


def _fill(text: str, values: Mapping[str, str | None], missing: list[str]) -> str:
    parts: list[str] = []
    for literal, name, _spec, _conversion in Formatter().parse(text):
        parts.append(literal)
        if name is None:
            continue
        value = (values.get(name) or "").strip()
        if not value:
            missing.append(PLACEHOLDERS[name])
            value = f"[{PLACEHOLDERS[name]}]"
        parts.append(value)
    return "".join(parts)


def templates_of(language: str) -> Mapping[tuple[Situation, Form], Template]:
    """Every approved template of a language (``es-MX`` reads ``es``). Empty where it has none.

    Raises :class:`TemplateError` where a file is broken.
    """
    return language_words(language).templates


@dataclass(frozen=True, slots=True)
class LanguageWords:
    """All approved words of one language."""

    templates: Mapping[tuple[Situation, Form], Template]
    words: Mapping[tuple[str, str], str]

    def shared(self, table: str, key: str | None) -> str | None:
        """A word that templates share (tables ``subjects``, ``steps``, ``short_steps``), or None."""
        return self.words.get((table, key or ""))


def language_words(language: str) -> LanguageWords:
    """The words of a language, read anew where a file has changed. Ask once for a whole night."""
    return _read_all(_stamped(language))


def words_of_files() -> dict[str, LanguageWords]:
    """The words of every language that has some, as files have them; what is changed on a page lies over them
    (:mod:`outreach.planning.words_in_force`). Raises :class:`TemplateError` where a file is broken."""
    return {language: language_words(language) for language in message_languages()}


def base_language(tag: str | None) -> str | None:
    """``es`` of ``es-MX``; None where nothing is known."""
    return tag.split("-")[0].lower() if tag else None


def _stamped(language: str) -> tuple[str, tuple[tuple[str, Path, int], ...]]:
    """The language's files with the time of their last change, so that a changed file is read again."""
    files = message_files(base_language(language) or "")
    return language, tuple((name, path, path.stat().st_mtime_ns) for name, path in sorted(files.items()))


@lru_cache(maxsize=64)
def _read_all(stamped: tuple[str, tuple[tuple[str, Path, int], ...]]) -> LanguageWords:
    language, files = stamped
    templates: dict[tuple[Situation, Form], Template] = {}
    words: dict[tuple[str, str], str] = {}
    for name, path, _changed in files:
        if path.suffix != ".toml" or name == REPLIES:
            continue
        content = _parsed(path)
        if name == WORDS:
            words |= {(table, key): text for table, key, text in _shared_words(content)}
            continue
        for template in _templates(language, path, content):
            templates[template.situation, template.form] = template
    return LanguageWords(templates, words)


def _parsed(path: Path) -> dict[str, JsonValue]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        wrong = _("%(file)s is not a message template: %(error)s.", file=str(path), error=str(error))
        raise TemplateError(wrong) from None


def _shared_words(content: Mapping[str, JsonValue]) -> Iterator[tuple[str, str, str]]:
    for table, entries in content.items():
        if isinstance(entries, dict):
            yield from ((table, key, text) for key, text in entries.items() if isinstance(text, str))


def _templates(language: str, path: Path, content: Mapping[str, JsonValue]) -> Iterator[Template]:
    """The templates of one file; none where nobody's name stands in its header."""
    if path.stem not in set(Situation):
        known = ", ".join(Situation)
        raise TemplateError(
            _("%(file)s is for no situation; its name must be one of %(known)s.", file=str(path), known=known)
        )
    approver = content.get("approved_by")
    if not isinstance(approver, str) or not approver.strip():
        return
    for form, part in content.items():
        if form in HEADER:
            continue
        if form not in set(Form) or not isinstance(part, dict):
            known = ", ".join(Form)
            raise TemplateError(
                _("%(file)s: [%(form)s] is no form of message; use %(known)s.", file=str(path), form=form, known=known)
            )
        title, bodies = part.get("title"), _bodies(path, form, part.get("body"))
        made = Template(
            language, Situation(path.stem), Form(form), title if isinstance(title, str) else None, bodies,
            approver.strip(), _day(content.get("approved_on")),
            Origin.SHIPPED if path.is_relative_to(SHIPPED) else Origin.DISTRICT_FILE,
        )  # fmt: skip
        _check(path, made)
        yield made


def _day(value: object) -> date | None:
    return value if type(value) is date else None


def _bodies(path: Path, form: str, body: JsonValue) -> tuple[str, ...]:
    bodies = body if isinstance(body, list) else [body]
    texts = tuple(text.strip() for text in bodies if isinstance(text, str) and text.strip())
    if not texts or len(texts) != len(bodies):
        raise TemplateError(_("%(file)s: [%(form)s] needs a body, a text or several.", file=str(path), form=form))
    return texts


def _check(path: Path, template: Template) -> None:
    if template.form is Form.EMAIL and not template.title:
        raise TemplateError(_("%(file)s: [email] needs a title.", file=str(path)))
    for text in (*template.bodies, template.title or ""):
        wrong = wrong_in(text, marks=template.form is not Form.TEXT)
        if wrong:
            raise TemplateError(_("%(file)s: %(wrong)s", file=str(path), wrong=wrong))
