"""What the judge must know to say of a letter that it could have left: which way was open to it, and who stood there
before it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from .case import Case, cut
from .journal import FOR_GOOD, Manner
from .letters import Letter

PERSON_ANSWERS = timedelta(days=5)
"""So long an e-mail that nobody can tell about may lie: a day until a person is asked, and a weekend. With that
person's answer it ends."""


class Place(NamedTuple):
    """One of the few that a family and an address have in a week, taken or perhaps taken."""

    letter: Letter
    to: str


def moved(case: Case, moment: datetime) -> set[str]:
    """Tags of letters whose own address the provider had called bad by ``moment``, and that was heard."""
    return {
        call.tag or "" for call in case.calls
        if call.manner is Manner.NUMBER_BAD and call.at <= moment and call.seconds is not None and not cut(case, call)
    }  # fmt: skip


def way_of(letter: Letter, moved: set[str]) -> str:
    """The address at which ``letter`` is to go: once its own was called bad, the same guardian's other."""
    return letter.other if letter.tag in moved and letter.other is not None else letter.to


def closed(case: Case, moment: datetime) -> set[str]:
    """Addresses to which nothing can go: refused for good, or withdrawn, until ``moment``."""
    refused = {call.to for call in case.calls if call.manner in FOR_GOOD and call.at <= moment}
    return refused | {to for to, at in case.gone.items() if at <= moment}


def unclear_mail(case: Case, taken: set[str], moment: datetime) -> dict[str, Place]:
    """By tag, e-mails of which nobody can tell whether they left, since the call was cut off or its process killed; but
    for those that a person has freed since."""
    of_attempt = {call.attempt: call.tag for call in case.calls} | dict(case.unknown)
    mailed = {call.tag: call.to for call in case.calls if call.channel == "email"}
    cuts = [(call.tag, call.at) for call in case.calls if call.unclear and call.channel == "email"]
    cuts += [(of_attempt.get(attempt), kill.at) for kill in case.kills for attempt in kill.in_flight]
    found = {}
    for tag, at in cuts:
        letter = case.letters.get(tag or "")
        if letter is None or letter.tag in taken or not moment - PERSON_ANSWERS < at <= moment:
            continue
        freed = any(one.tag == letter.tag and at <= one.at <= moment for one in case.freed)
        if (letter.channel == "email" or letter.tag in mailed) and not freed:
            found[letter.tag] = Place(letter, mailed.get(letter.tag, letter.to))
    return found


def places(case: Case, unclear: dict[str, Place], since: datetime, until: datetime) -> list[Place]:
    """All that took one of a week's places, or may have."""
    sent = [Place(letter, call.to) for letter, call in case.taken if not letter.answer and since < call.at <= until]
    return [*sent, *unclear.values()]
