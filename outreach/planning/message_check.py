"""Whether words that an administrator wrote may stand for a template: what files are held to, and what every message is
held to when it leaves."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from outreach.delivery.wording import LOOKS_LIKE_A_MARK, PLACEHOLDERS, too_long, unfinished
from outreach.language import _, number

from .made_up import MadeUp
from .placeholders import MARKS, asked_for, wrong_in
from .wording import Form, Origin, Situation, Template, render
from .words_check import LONGEST_EMAIL

TEXTS = frozenset({Form.TEXT, Form.TEXT_WITH_MARKS})
MOST_TURNS = 12
"""Bodies that take turns: a term of weeks."""
LONGEST_TITLE = 150
"""Characters."""
WITH_STEP = frozenset({Situation.CONCERN, Situation.WEEKLY, Situation.PRAISE, Situation.STRENGTH})
KNOWN_IN = {
    "percent": frozenset({Situation.CONCERN, Situation.PRAISE}),
    "percent_before": frozenset({Situation.PRAISE}),
    "days_absent": frozenset({Situation.ATTENDANCE}),
    "incident_day": frozenset({Situation.INCIDENT}),
    "step": WITH_STEP, "short_step": WITH_STEP,
}  # fmt: skip
"""Placeholders that have a value in some situations only; in any other, every draft would wait for a person."""
Problem = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the fields of one form of message, as typed; an empty body is none."""

    bodies: tuple[str, ...]
    title: str = ""

    def cleaned(self, form: Form) -> Written:
        """As it would be kept."""
        title = " ".join(clean(self.title).split()) if form is Form.EMAIL else ""
        return Written(tuple(text for body in self.bodies if (text := clean(body))), title)


def allowed_in(situation: Situation) -> tuple[str, ...]:
    """The placeholders that have a value there; which of them are marks, :data:`~outreach.planning.placeholders.MARKS`
    tells."""
    return tuple(name for name in PLACEHOLDERS if situation in KNOWN_IN.get(name, {situation}))


def wrong_with(
    situation: Situation, form: Form, written: Written, values: MadeUp, most_segments: int
) -> Iterator[Problem]:
    """Each field (``text.body.0``, ``email.title``) with one sentence; nothing where the words may be kept."""
    if form is Form.EMAIL and not clean(written.title):
        yield f"{form}.title", _("An e-mail needs a subject line.")
    elif form is Form.EMAIL and (wrong := _wrong_in_title(situation, written.title, values)):
        yield f"{form}.title", wrong
    if sum(bool(clean(body)) for body in written.bodies) > MOST_TURNS:
        yield f"{form}.body.0", _("At most %(most)s versions take turns; leave one empty.", most=MOST_TURNS)
    for at, body in enumerate(written.bodies):
        if clean(body) and (wrong := _wrong_in_body(situation, form, clean(body), values, most_segments)):
            yield f"{form}.body.{at}", wrong


def clean(text: str) -> str:
    """As it is kept: line ends of one kind, no control characters, nothing around it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in text if one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cs")).strip()


def filled(text: str, values: MadeUp, longest: bool = False) -> str:
    """``text``, which :func:`~outreach.planning.placeholders.wrong_in` finds nothing wrong with, as a family reads
    it."""
    one = Template("", Situation.HELLO, Form.EMAIL, None, (text,), "", None, Origin.REVISION)
    return render(one, values.longest if longest else values.usual).body


def _wrong_in_title(situation: Situation, title: str, values: MadeUp) -> str | None:
    title = clean(title)
    if len(title) > LONGEST_TITLE:
        return _too_many(title, LONGEST_TITLE)
    wrong = wrong_in(title, marks=True, offered=allowed_in(situation)) or _never_known(situation, title)
    return wrong or unfinished(filled(title, values))


def _wrong_in_body(situation: Situation, form: Form, body: str, values: MadeUp, most_segments: int) -> str | None:
    if len(body) > LONGEST_EMAIL:
        return _too_many(body, LONGEST_EMAIL)
    marks = form is not Form.TEXT
    offered = [name for name in allowed_in(situation) if marks or name not in MARKS]
    wrong = wrong_in(body, marks=marks, offered=offered) or _never_known(situation, body)
    if wrong:
        return wrong
    read = filled(body, values)
    if form in TEXTS:
        wrong = too_long(read, most_segments)
    if form is Form.TEXT and LOOKS_LIKE_A_MARK.search(read):
        wrong = _("A text may be read by others, so it carries no mark; say it in an e-mail, or by phone.")
    return unfinished(read) or wrong


def _never_known(situation: Situation, text: str) -> str | None:
    for name in sorted(asked_for(text)):
        if situation not in KNOWN_IN.get(name, {situation}):
            return _("{%(name)s} has no value here, so every draft would wait for a person; leave it out.", name=name)
    return None


def _too_many(text: str, most: int) -> str:
    return _("This has %(count)s characters; at most %(most)s fit.", count=number(len(text)), most=number(most))
