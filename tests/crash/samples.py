"""Small runs for the tests of the judge: letters to one family, calls, and how our tables say that they ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from .case import Case, Final
from .journal import Call, Manner
from .judge import judge
from .letters import Letter, Plan, tag

EAST, WEST = "America/New_York", "America/Los_Angeles"
NOON = datetime(2026, 10, 29, 16, 0, tzinfo=UTC)
"""A Thursday, noon in New York."""
PHONE, MAILBOX = "+13125550142", "rosa@example.org"
_numbers = count(1)


def letter(**values: object) -> Letter:
    made = Letter(
        tag=tag(next(_numbers)), group="single", family=1, channel="sms", to=PHONE, other=MAILBOX,
        zones=(EAST,), due=NOON, expires=NOON + timedelta(days=14),
    )  # fmt: skip
    return replace(made, **values)  # type: ignore[arg-type]  # a test names fields of Letter


def call(one: Letter, at: datetime = NOON + timedelta(seconds=5), **values: object) -> Call:
    number = next(_numbers)
    made = Call(number, at, one.channel, one.to, one.tag, f"attempt{number}", Manner.TAKE, withheld=False, seconds=0.01)
    return replace(made, **values)  # type: ignore[arg-type]  # a test names fields of Call


def case(letters: list[Letter], calls: list[Call], **values: object) -> Case:
    """A run after which our tables say that all has been delivered."""
    finals = {one.tag: final("delivered") for one in letters}
    made = Case(Plan(tuple(letters), ()), calls, (), (), {}, finals, ())
    return replace(made, **values)  # type: ignore[arg-type]  # a test names fields of Case


def final(state: str, channel: str = "sms", *, asked: bool = False, attempt: str | None = None) -> Final:
    return Final(state, None, asked, channel, attempt, frozenset({attempt} if attempt else ()))


def mail(**values: object) -> Letter:
    return letter(**{"channel": "email", "to": MAILBOX, "other": PHONE, **values})


def reply(to: str = PHONE, at: datetime = NOON + timedelta(seconds=5), **values: object) -> Call:
    """What the provider takes and no letter's tag is in."""
    return call(letter(tag="", to=to), at, **{"tag": None, **values})


def found(one: Case) -> dict[str, list[str]]:
    return {name: lines for name, lines in judge(one).items() if lines}
