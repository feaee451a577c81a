"""Words that have a meaning of their own: STOP, START, HELP and a wrong number, in English and Spanish."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models import Channel

from . import vocabulary
from .clauses import Clause, clauses, plain, squashed
from .patterns import set_of

AGAIN = set_of(
    "startall inicio iniciar comenzar empezar reanudar activar alta resume continue continuar optin subscribe yes si"
)
"""START, of somebody who is opted out; from others these mean something else."""
ASKED_AGAIN = re.compile(
    r"(?:please |you can |ok |i want you to |por favor |pueden |puede |quiero que |ya )*"
    r"(?:start (?:texting|messaging|sending|emailing)(?: me)?(?: texts| messages| e?mails)?(?: again)?"
    r"|(?:text|message|email|contact) me again|resume (?:texts|messages|texting|e?mails|messaging)"
    r"|put me back on(?: the list)?"
    r"|(?:i want|i would like|id like)(?: to get| to receive)?(?: the| your| these)? (?:texts|messages|e?mails) again"
    r"|(?:me )?(?:escribirme|escriban|manden mensajes|mandarme mensajes)(?: otra vez| de nuevo)"
    r"|quiero (?:volver a )?recibir (?:los |sus )?mensajes(?: otra vez| de nuevo)?)"
    r"(?: please| por favor| thanks| gracias)*"
)
INFO = vocabulary.CARRIER_HELP | {"ayuda"}
FEW_WORDS = 3
"""So many words beside an opt-out are still no question: "not funny", "this is ridiculous"."""
SUBJECT_LEADS = re.compile(r"^\s*(?:(?:re|fwd?|aw|rv)\s*:\s*)+", re.IGNORECASE)
SIGNED = re.compile(r"(?im)^\s*(?:sent (?:from|via) my? ?|enviado desde mi |get outlook for ).*$")


@dataclass(frozen=True, slots=True)
class Said:
    """What the words of one message mean by themselves."""

    stop: bool = False
    carrier_word: bool = False
    """Exactly a carrier's word, which the carrier or Twilio acts on too."""
    by_word: bool = False
    """The whole message, or an e-mail's subject line, is that one word."""
    start: bool = False
    help: bool = False
    wrong_number: bool = False
    asks: bool = False
    """Beside that it says something that a person must read."""
    language: str | None = None
    """Of the words that were understood; None: they are the same in both."""


def read_words(text: str, channel: Channel, *, opted_out: bool = False, title: str | None = None) -> Said:
    """What ``text`` means by itself. ``opted_out``: YES then means START. ``title``: an e-mail's subject line.

    A carrier's word counts however it is typed; an opt-out in a person's own words counts where a whole clause says
    nothing else, and never by a word inside a sentence about something else.
    """
    bare = SIGNED.sub("", text)
    word = squashed(bare)
    by_word = _one_word(word, bare, opted_out=opted_out)
    if by_word is not None:
        return by_word
    if opted_out and ASKED_AGAIN.fullmatch(plain(bare)):
        return Said(start=True)
    said = _clauses(clauses(bare), channel, first_line=_first_line(bare))
    if not said.stop and title is not None and _subject_says_stop(title, channel):
        rest = [one for one in clauses(bare) if not vocabulary.asks_nothing(one.words)]
        return Said(stop=True, by_word=True, asks=_asks(rest), language=said.language)
    return said


def is_reply_subject(title: str) -> bool:
    """An e-mail's subject line that is ours, led in by Re: or Fwd:."""
    return SUBJECT_LEADS.match(title) is not None


def _one_word(word: str, text: str, *, opted_out: bool) -> Said | None:
    exact = text.strip().casefold()
    if word in vocabulary.CARRIER_STOP:
        return Said(stop=True, carrier_word=exact in vocabulary.CARRIER_STOP, by_word=True)
    if word in vocabulary.CARRIER_START or (opted_out and word in AGAIN):
        return Said(start=True, carrier_word=exact in (*vocabulary.CARRIER_START, "yes"), by_word=True)
    if word in INFO:
        language = "es" if word == "ayuda" else None
        return Said(help=True, carrier_word=exact in vocabulary.CARRIER_HELP, by_word=True, language=language)
    return None


def _first_line(text: str) -> bool:
    lines = [squashed(line) for line in text.splitlines()]
    lines = [line for line in lines if line]
    return len(lines) > 1 and lines[0] in vocabulary.FIRST_LINE


def _subject_says_stop(title: str, channel: Channel) -> bool:
    words = plain(SUBJECT_LEADS.sub("", title))
    return (
        words.replace(" ", "") in vocabulary.CARRIER_STOP
        or vocabulary.is_stop_alone(words) is not None
        or (vocabulary.is_opt_out(words) is not None and vocabulary.is_about(words, channel))
    )


def _clauses(found: list[Clause], channel: Channel, *, first_line: bool) -> Said:
    stops: list[str] = []
    alone: list[tuple[str, Clause]] = []
    rest: list[Clause] = []
    wrong = False
    for one in found:
        language = vocabulary.is_opt_out(one.words)
        if language and vocabulary.is_about(one.words, channel):
            stops.append(language)
        elif one.alone and one.text.strip(" *_") in vocabulary.LOUD:
            stops.append("en")
        elif vocabulary.is_wrong_number(one.words):
            wrong = True
        elif (only := vocabulary.is_stop_alone(one.words)) is not None:
            alone.append((only, one))
        elif not vocabulary.asks_nothing(one.words):
            rest.append(one)
    if stops or wrong or not rest or first_line:
        stops += [language for language, _ in alone]
    else:
        rest += [one for _, one in alone]
    if not stops:
        return Said(wrong_number=wrong, asks=wrong and _asks(rest))
    return Said(stop=True, asks=_asks(rest), language=stops[0])


def _asks(rest: list[Clause]) -> bool:
    words = sum(len(one.words.split()) for one in rest)
    return bool(rest) and (words > FEW_WORDS or any(one.question for one in rest))
