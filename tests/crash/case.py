"""All that the judge looks at: what was meant, what the provider saw, what families wrote, who was killed; and what our
tables say in the end, which is looked at only to see whether it is true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .journal import Call, Wrote
from .letters import Letter, Plan

READ_WITHIN = timedelta(seconds=15)
"""What was kept and not read, since the process died over it, a worker reads within seconds (``inbound/read.py``: it
leaves a message to the webhook for five)."""
ON_ITS_WAY = timedelta(seconds=2)
"""Between the commit of an attempt and the provider's reading of it. By the board's slow clock that is twenty real
seconds, three times the patience of one call."""


@dataclass(frozen=True, slots=True)
class OptOut:
    """A withdrawal that the office wrote down while messages were on their way."""

    to: str
    at: datetime
    """Read from the board's clock after the commit."""


@dataclass(frozen=True, slots=True)
class Kill:
    """A process that was ended with SIGKILL."""

    at: datetime
    process: str
    point: str
    """The named point at which it ended itself; "at random" where it was ended from outside."""
    in_flight: tuple[str, ...]
    """Attempts that it had committed and not ended."""

    @property
    def of_a_worker(self) -> bool:
        return self.process.startswith("worker")


@dataclass(frozen=True, slots=True)
class Freed:
    """A person's answer that an e-mail of which nobody could tell had not arrived: it is to go out anew."""

    tag: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Final:
    """What our tables say of one message in the end."""

    state: str
    reason: str | None
    person_asked: bool
    channel: str
    attempt: str | None
    """The last one."""
    attempts: frozenset[str] = frozenset()
    """All of them."""


@dataclass(frozen=True, slots=True)
class Case:
    plan: Plan
    calls: Sequence[Call]
    opt_outs: Sequence[OptOut]
    """By the office."""
    kills: Sequence[Kill]
    unknown: Mapping[str, str]
    """Attempts that were unknown at some time, with the letter's tag, or the key of another message."""
    finals: Mapping[str, Final]
    """A letter's by its tag; that of a reply, or of what stands in for a letter to a dead number, by another key."""
    checkpoints: Sequence[datetime]
    """Moments at which everybody had come to rest: whatever could leave has left."""
    wrote: Sequence[Wrote] = ()
    """By families."""
    freed: Sequence[Freed] = ()
    letters: dict[str, Letter] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "letters", {letter.tag: letter for letter in self.plan.letters})

    @property
    def taken(self) -> list[tuple[Letter, Call]]:
        """What the provider took of the letters, in its order."""
        return [(self.letters[call.tag], call) for call in self.calls if call.taken and call.tag in self.letters]

    @property
    def gone(self) -> dict[str, datetime]:
        """From when on each address that withdrew gets nothing more: from the commit. A family's words count from the
        moment at which it was told that we have them, or once a worker must have read them."""
        written = {one.to: one.at if one.at_once else one.at + READ_WITHIN for one in self.wrote if one.words.withdraws}
        return {**written, **{one.to: one.at for one in self.opt_outs}}


Findings = dict[str, list[str]]
"""What is counted, to one line for each case of it."""


def cut(case: Case, call: Call) -> bool:
    """The process that asked died before it could write the answer down."""
    return any(call.attempt in kill.in_flight for kill in case.kills)
