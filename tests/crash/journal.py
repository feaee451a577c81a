"""What the provider's side saw, line by line: written by the stub before it answers, read by the judge."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path


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
    NUMBER_BAD = "400, bad number"
    OPTED_OUT = "400, opted out there"


TAKES = frozenset({Manner.TAKE, Manner.FAULT_TAKEN, Manner.CLOSE_TAKEN, Manner.HANG_TAKEN})
UNCLEAR = frozenset(
    {Manner.FAULT, Manner.FAULT_TAKEN, Manner.CLOSE, Manner.CLOSE_TAKEN, Manner.HANG, Manner.HANG_TAKEN}
)
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
    def unclear(self) -> bool:
        return self.manner in UNCLEAR or self.seconds is None or self.seconds > SLOW_SECONDS


class Writer:
    """Each line reaches the file before the caller goes on."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def call(self, call: Call) -> None:
        self._line({
            "call": call.number, "at": call.at.isoformat(), "channel": call.channel, "to": call.to, "tag": call.tag,
            "attempt": call.attempt, "manner": call.manner.value, "withheld": call.withheld,
        })  # fmt: skip

    def answered(self, number: int, seconds: float) -> None:
        self._line({"answered": number, "seconds": round(seconds, 3)})

    def _line(self, values: dict[str, object]) -> None:
        os.write(self._file, json.dumps(values).encode() + b"\n")


def read(path: Path) -> list[Call]:
    """Every call so far, in the order in which the provider read them."""
    calls: dict[int, Call] = {}
    for line in path.read_text("utf-8").splitlines() if path.exists() else []:
        kept = json.loads(line)
        if "call" in kept:
            calls[kept["call"]] = Call(
                number=kept["call"], at=datetime.fromisoformat(kept["at"]), channel=kept["channel"], to=kept["to"],
                tag=kept["tag"], attempt=kept["attempt"], manner=Manner(kept["manner"]), withheld=kept["withheld"],
            )  # fmt: skip
        else:
            calls[kept["answered"]] = replace(calls[kept["answered"]], seconds=kept["seconds"])
    return list(calls.values())
