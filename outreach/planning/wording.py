"""The words: templates that a named person approved, an allow-list of placeholders, and a draft or what it lacks."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from string import Formatter

from models import Channel, JsonValue
from outreach.delivery.replies import FILE as REPLIES
from outreach.delivery.wording import PLACEHOLDERS
from outreach.effective import message_files, message_languages

from .errors import TemplateError

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

MARKS = frozenset({"percent", "percent_before"})
"""Never in a text, unless the district says so."""


@dataclass(frozen=True, slots=True)
class Template:
    """The words of one situation, in one language and form. Several bodies take turns, week by week."""

    language: str
    situation: Situation
    form: Form
    title: str | None
    bodies: tuple[str, ...]
    approved_by: str
    source: str
    """The file's name, for a sentence about it."""


@dataclass(frozen=True, slots=True)
class Draft:
    title: str | None
    body: str
    missing: tuple[str, ...]
    """In words, what has no value; it stands in the body in square brackets. Not empty: the draft cannot go out."""

    @property
    def blocked(self) -> str | None:
        """A sentence for the card; None where nothing is missing."""
        return f"Still missing: {', '.join(self.missing)}." if self.missing else None


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
    for literal, name, _, _ in Formatter().parse(text):
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
    """All approved words of one language, as its files stood when they were read."""

    templates: Mapping[tuple[Situation, Form], Template]
    words: Mapping[tuple[str, str], str]

    def shared(self, table: str, key: str | None) -> str | None:
        """A word that templates share (tables ``subjects``, ``steps``, ``short_steps``), or None."""
        return self.words.get((table, key or ""))


def language_words(language: str) -> LanguageWords:
    """The words of a language, read anew where a file has changed. Ask once for a whole night."""
    return _read_all(_stamped(language))


def approved_languages() -> frozenset[str]:
    """Languages in which every situation has words that a named person approved."""
    return frozenset(
        language for language in message_languages()
        if {situation for situation, _ in templates_of(language)} == set(Situation)
    )  # fmt: skip


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
    for name, path, _ in files:
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
        raise TemplateError(f"{path} is not a message template: {error}.") from None


def _shared_words(content: Mapping[str, JsonValue]) -> Iterator[tuple[str, str, str]]:
    for table, entries in content.items():
        if isinstance(entries, dict):
            yield from ((table, key, text) for key, text in entries.items() if isinstance(text, str))


def _templates(language: str, path: Path, content: Mapping[str, JsonValue]) -> Iterator[Template]:
    """The templates of one file; none where nobody's name stands in its header."""
    if path.stem not in set(Situation):
        raise TemplateError(f"{path} is for no situation; its name must be one of {', '.join(Situation)}.")
    approver = content.get("approved_by")
    if not isinstance(approver, str) or not approver.strip():
        return
    for form, part in content.items():
        if form in HEADER:
            continue
        if form not in set(Form) or not isinstance(part, dict):
            raise TemplateError(f"{path}: [{form}] is no form of message; use {', '.join(Form)}.")
        title, bodies = part.get("title"), _bodies(path, form, part.get("body"))
        made = Template(
            language, Situation(path.stem), Form(form), title if isinstance(title, str) else None, bodies,
            approver.strip(), path.name,
        )  # fmt: skip
        _check(path, made)
        yield made


def _bodies(path: Path, form: str, body: JsonValue) -> tuple[str, ...]:
    bodies = body if isinstance(body, list) else [body]
    texts = tuple(text.strip() for text in bodies if isinstance(text, str) and text.strip())
    if not texts or len(texts) != len(bodies):
        raise TemplateError(f"{path}: [{form}] needs a body, a text or several.")
    return texts


def _check(path: Path, template: Template) -> None:
    if template.form is Form.EMAIL and not template.title:
        raise TemplateError(f"{path}: [email] needs a title.")
    for text in (*template.bodies, template.title or ""):
        for name in _names(path, text):
            if name not in PLACEHOLDERS:
                raise TemplateError(f"{path}: {{{name}}} is not allowed; use {', '.join(PLACEHOLDERS)}.")
            if name in MARKS and template.form is Form.TEXT:
                raise TemplateError(f"{path}: {{{name}}} is a mark, and a text carries none; use [text_with_marks].")


def _names(path: Path, text: str) -> list[str]:
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise TemplateError(f"{path}: a curly bracket is not closed ({error}).") from None
    if any(spec or conversion for _, _, spec, conversion in parts):
        raise TemplateError(f"{path}: a placeholder is a plain name in curly brackets, such as {{student}}.")
    return [name for _, name, _, _ in parts if name is not None]
