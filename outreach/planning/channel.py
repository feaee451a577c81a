"""How to reach one guardian: the channel asked for, the language, the needs; a call with an interpreter where no
approved words exist; a printed note or a visit where there is neither phone nor e-mail."""

from __future__ import annotations

from dataclasses import dataclass

from models import AccessNeed, Channel

from .wording import STAFF_LANGUAGE, base_language

SPOKEN = frozenset({Channel.PHONE, Channel.VIDEO, Channel.IN_PERSON})
SENT = frozenset({Channel.SMS, Channel.EMAIL})


@dataclass(frozen=True, slots=True)
class Reach:
    """An address of this guardian that may be used, and how. Best first."""

    address_id: int
    value: str
    channels: frozenset[Channel]
    """Of phone, sms, email, letter."""
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A guardian who may be told about this child's school work."""

    guardian_id: int
    first_name: str
    full_name: str
    language: str | None
    channel: Channel | None
    access_need: AccessNeed | None
    timezone: str | None
    best_time: str | None
    relation: str | None
    reaches: tuple[Reach, ...]


@dataclass(frozen=True, slots=True)
class Way:
    channel: Channel
    language: str
    interpreter: bool
    reach: Reach | None
    """None: a visit, or a note in the child's hand."""


def choose_way(person: Person, approved: frozenset[str], *, voice_only: bool = False) -> Way:
    """The way to ``person``; ``approved`` are the languages with approved templates.

    What is said aloud to a home of another language needs an interpreter, also where its templates are approved:
    approved are the written words, and nobody at school is assumed to speak them.

    ``voice_only``: an incident is told aloud or face to face, never in a message. A relay call is a call; who needs
    text only is never called, and for what may not be written is asked in.
    """
    language = base_language(person.language) or STAFF_LANGUAGE
    written = not voice_only and language in approved
    for channel in _in_order(person, written):
        reach = next((reach for reach in person.reaches if channel in reach.channels), None)
        if reach is not None or channel is Channel.IN_PERSON or (channel is Channel.LETTER and written):
            interpreter = channel in SPOKEN and language != STAFF_LANGUAGE
            return Way(channel, language, interpreter, reach)
    raise AssertionError("a visit is always possible")


def _in_order(person: Person, written: bool) -> list[Channel]:
    """Channels to try. The wish first, then text, e-mail, call; at last a note, a visit."""
    messages = [Channel.SMS, Channel.EMAIL] if written else []
    calls = [Channel.PHONE] if person.access_need is not AccessNeed.TEXT_ONLY else []
    at_last = [Channel.LETTER, Channel.IN_PERSON] if written else [Channel.IN_PERSON]
    usual = [*messages, *calls, *at_last]
    return [person.channel, *usual] if person.channel in usual else usual
