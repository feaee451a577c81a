"""What the page of messages shows of each form: its fields, and what a family would read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from outreach.delivery import segments_of
from outreach.delivery.replies import VALUES, RepliesWrong, Reply, moment_words, replies_of
from outreach.language import _
from outreach.planning.made_up import USUAL, MadeUp
from outreach.planning.message_check import TEXTS, Written, clean, filled
from outreach.planning.placeholders import wrong_in
from outreach.planning.wording import Form, LanguageWords, Situation, Template

from .. import asking
from ..counting import Counted, counted
from .message_words import FORMS, REPLIES


@dataclass(frozen=True, slots=True)
class Body:
    """One of the bodies that take turns; the last is empty, for a further one."""

    field: str
    words: str
    count: Counted | None
    """How many texts it takes with usual values; None where it is no text."""
    read: str | None
    """As a family reads it, with usual values; None where it is empty or cannot be filled."""
    longest: int | None
    """Texts that it takes with the longest values; None where it is no text, or cannot be filled."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One form of message, for its part of the page."""

    form: Form
    name: str
    help: str
    in_force: Template | None
    in_english: Template | None
    title: str
    title_read: str | None
    bodies: tuple[Body, ...]
    from_file: bool
    """Whether a file has words to go back to."""

    @property
    def is_text(self) -> bool:
        return self.form in TEXTS


def shown_form(
    situation: Situation, form: Form, typed: Written | None, words: LanguageWords, files: LanguageWords,
    staff: LanguageWords | None, values: MadeUp, most: int,
) -> Shown:  # fmt: skip
    """``typed`` is what a form that was sent holds; None: the words in force. ``staff`` is None where the language is
    the staff's own."""
    in_force = words.templates.get((situation, form))
    if typed is None:
        typed = Written((*in_force.bodies, "") if in_force else ("",), (in_force.title or "") if in_force else "")
    name, help_words = FORMS[form]
    return Shown(
        form=form, name=_(name), help=_(help_words), in_force=in_force,
        in_english=staff.templates.get((situation, form)) if staff else None, title=typed.title,
        title_read=_read(form, typed.title, values) if form is Form.EMAIL else None,
        bodies=tuple(_body(form, at, body, values, most) for at, body in enumerate(typed.bodies)),
        from_file=(situation, form) in files.templates,
    )  # fmt: skip


def _body(form: Form, at: int, words: str, values: MadeUp, most: int) -> Body:
    read, is_text = _read(form, words, values), form in TEXTS
    longest = segments_of(filled(clean(words), values, longest=True)).count if is_text and read else None
    return Body(f"{form}.body.{at}", words, counted(read or clean(words), most) if is_text else None, read, longest)


def _read(form: Form, words: str, values: MadeUp) -> str | None:
    """None where nothing is written, or a family could not read it as it stands."""
    words = clean(words)
    return filled(words, values) if words and not wrong_in(words, marks=form is not Form.TEXT) else None


def placeholder_values(values: MadeUp, names: tuple[str, ...]) -> dict[str, str]:
    """What stands for each in the previews."""
    return {name: values.usual.get(name) or "" for name in names}


@dataclass(frozen=True, slots=True)
class Said:
    """One of the things that the system says by itself."""

    reply: Reply
    name: str
    when: str
    words: str | None
    """None: it cannot be said yet; the district has no name."""


def replies_said(language: str, district: str, public_url: str | None) -> tuple[list[Said], bool]:
    """What the system says to a reader of ``language``, with made-up values; and whether that is in their language."""
    now = asking.now().astimezone(asking.zone())
    morning = (now + timedelta(days=1)).replace(hour=8, minute=0)
    replies = replies_of(language)
    values = {
        "district": district, "school": USUAL["school"], "sender": USUAL["teacher"], "phone": "555-0100",
        "owner": USUAL["teacher"], "reopens": moment_words(morning, now, language),
        "unsubscribe": f"{public_url or 'https://outreach.example.org'}/unsubscribe/…",
        "ask": f"{public_url or 'https://outreach.example.org'}/ask/…",
    }  # fmt: skip
    assert values.keys() <= VALUES.keys()
    found: list[Said] = []
    for reply, (name, when) in REPLIES.items():
        try:
            words: str | None = replies.say(reply, values)
        except RepliesWrong:
            words = None
        found.append(Said(reply, _(name), _(when), words))
    return found, language == "en" or replies != replies_of("en")
