"""What the provider's side saw, line by line: written by the stub before it answers, read by the judge."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any


class Manner(StrEnum):
    """What the stub does with one request to send."""

    TAKE = "take"
    BUSY = "429"
    FAULT = "500, not taken"
    FAULT_TAKEN = "500, taken"
    CLOSE = "closed, not taken"
    CLOSE_TAKEN = "closed, taken"
    HANG = "hung, not taken"
    HANG_TAKEN = "hung, taken"
    HANG_LATE = "hung, taken five minutes later"
    NUMBER_BAD = "400, bad number"
    OPTED_OUT = "400, opted out there"


TAKES = frozenset({Manner.TAKE, Manner.FAULT_TAKEN, Manner.CLOSE_TAKEN, Manner.HANG_TAKEN, Manner.HANG_LATE})
HANGS = frozenset({Manner.HANG, Manner.HANG_TAKEN, Manner.HANG_LATE})
CLOSES = frozenset({Manner.CLOSE, Manner.CLOSE_TAKEN})
FAULTS = frozenset({Manner.FAULT, Manner.FAULT_TAKEN})
UNCLEAR = HANGS | CLOSES | FAULTS
"""Whoever asked cannot know whether it was taken."""
FOR_GOOD = frozenset({Manner.NUMBER_BAD, Manner.OPTED_OUT})
SLOW_SECONDS = 1.0
"""An answer that took longer counts as cut off: the caller's patience may have ended before."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request to send, as it was read off the wire."""

    number: int
    at: datetime
    """By the test's clock, when the request had been read whole."""
    channel: str
    to: str
    tag: str | None
    attempt: str | None
    manner: Manner
    withheld: bool
    """Taken, and nothing is ever told about it."""
    seconds: float | None = None
    """Until the answer was written; None: no answer was."""

    @property
    def taken(self) -> bool:
        return self.manner in TAKES

    @property
    def slow(self) -> bool:
        """Answered as it should be, and so late that the caller may have given up."""
        return self.manner not in UNCLEAR and self.seconds is not None and self.seconds > SLOW_SECONDS

    @property
    def unclear(self) -> bool:
        return self.manner in UNCLEAR or self.seconds is None or self.slow


class Words(StrEnum):
    """What a family says to us. Whether one confirmation or answer is owed for it is a rule of the judge's."""

    STOP = "STOP"
    """Which Twilio has answered itself."""
    NO_MORE = "no más mensajes"
    HELP = "HELP"
    CLICK = "List-Unsubscribe=One-Click"
    """A mail program's post to the link in the e-mail's own header."""

    @property
    def withdraws(self) -> bool:
        return self is not Words.HELP


@dataclass(frozen=True, slots=True)
class Wrote:
    """A family's words, as they were brought to the web application."""

    to: str
    """The address that they are from, and that is written to no more."""
    words: Words
    at: datetime
    """When the web application said that it has them."""
    at_once: bool
    """At the first try; else a process died over them."""


class Writer:
    """Each line reaches the file before the caller goes on."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def call(self, call: Call) -> None:
        self._line({
            "call": call.number, "at": call.at.isoformat(), "channel": call.channel, "to": call.to, "tag": call.tag,
            "attempt": call.attempt, "manner": call.manner.value, "withheld": call.withheld,
        })  # fmt: skip

    def wrote(self, one: Wrote) -> None:
        self._line({"wrote": one.to, "words": one.words.value, "at": one.at.isoformat(), "at_once": one.at_once})

    def answered(self, number: int, seconds: float) -> None:
        self._line({"answered": number, "seconds": round(seconds, 3)})

    def _line(self, values: dict[str, object]) -> None:
        os.write(self._file, json.dumps(values).encode() + b"\n")


def read(path: Path) -> list[Call]:
    """Every call so far, in the order in which the provider read them."""
    calls: dict[int, Call] = {}
    for kept in _lines(path):
        if "call" in kept:
            calls[kept["call"]] = Call(
                number=kept["call"], at=datetime.fromisoformat(kept["at"]), channel=kept["channel"], to=kept["to"],
                tag=kept["tag"], attempt=kept["attempt"], manner=Manner(kept["manner"]), withheld=kept["withheld"],
            )  # fmt: skip
        elif "answered" in kept:
            calls[kept["answered"]] = replace(calls[kept["answered"]], seconds=kept["seconds"])
    return list(calls.values())


def read_words(path: Path) -> list[Wrote]:
    """Everything that families wrote so far and that we said we have."""
    return [
        Wrote(kept["wrote"], Words(kept["words"]), datetime.fromisoformat(kept["at"]), kept["at_once"])
        for kept in _lines(path) if "wrote" in kept
    ]  # fmt: skip


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text("utf-8").splitlines() if path.exists() else []:
        yield json.loads(line)
