"""The board on the wall: what time it is, who rests, and who is to die where. Every process of a crash test sees it.

The clock can be set forward, so that leases, lookups and days cost no waiting. It is set only while nobody is at work,
else a message that was decided in the evening would reach the provider in the night. In between it is slow: a machine
that stands still for a minute makes no message late.
"""

from __future__ import annotations

import mmap
import struct
import time
from datetime import UTC, datetime
from pathlib import Path

from outreach.delivery.steps import Side, Step

POINTS = tuple((step, side) for step in Step for side in Side)
"""Every place at which a process can be told to die; its number on the board is its index here, and one."""
PACE = 0.1
"""Seconds of this clock in a real one."""
SLOTS, _SLOT = 16, 48
_SIZE = 64 + SLOTS * _SLOT
_SET_TO, _SET_AT, _REST = 0, 8, 16
_BEGUN, _RESTING, _IDLE, _POINT, _COUNTDOWN, _DIED = range(0, _SLOT, 8)


class Board:
    """One page of memory that several processes share; each figure on it has one writer at a time."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(_SIZE))
        with path.open("r+b") as file:
            self._page = mmap.mmap(file.fileno(), _SIZE)

    def now(self) -> datetime:
        """The time by this board's clock, in UTC."""
        set_to, set_at = struct.unpack_from("<dd", self._page, _SET_TO)
        return datetime.fromtimestamp(set_to + (time.time() - set_at) * PACE, UTC)

    def set_clock(self, to: datetime) -> None:
        struct.pack_into("<dd", self._page, _SET_TO, to.timestamp(), time.time())

    @property
    def rest_called(self) -> int:
        """Number of the rest that is on; 0: everybody works."""
        return self._get(_REST)

    def call_rest(self, number: int) -> None:
        self._put(_REST, number)

    def resting(self, slot: int) -> int:
        """The rest that the process in ``slot`` has come to."""
        return self._get(_at(slot) + _RESTING)

    def rests(self, slot: int, number: int) -> None:
        self._put(_at(slot) + _RESTING, number)

    def begun(self, slot: int) -> bool:
        """The process in ``slot`` has started, and is at work."""
        return self._get(_at(slot) + _BEGUN) == 1

    def begins(self, slot: int) -> None:
        self._put(_at(slot) + _BEGUN, 1)

    def idle(self, slot: int) -> int:
        """How many rounds in a row the process in ``slot`` found nothing to do."""
        return self._get(_at(slot) + _IDLE)

    def note_idle(self, slot: int, rounds: int) -> None:
        self._put(_at(slot) + _IDLE, rounds)

    def arm(self, slot: int, step: Step, side: Side, times: int) -> None:
        """Tell the process in ``slot`` to die when it comes to this point for the ``times``-th time from now."""
        self._put(_at(slot) + _POINT, 0)
        self._put(_at(slot) + _COUNTDOWN, times)
        self._put(_at(slot) + _POINT, POINTS.index((step, side)) + 1)

    def disarm(self, slot: int) -> None:
        self._put(_at(slot) + _POINT, 0)

    def armed(self, slot: int) -> tuple[Step, Side] | None:
        return _point(self._get(_at(slot) + _POINT))

    def is_its_end(self, slot: int, step: Step, side: Side) -> bool:
        """Whether the process in ``slot``, which has come to this point, is to die here; counts the visit."""
        if self._get(_at(slot) + _POINT) != POINTS.index((step, side)) + 1:
            return False
        left = self._get(_at(slot) + _COUNTDOWN) - 1
        self._put(_at(slot) + _COUNTDOWN, left)
        if left > 0:
            return False
        self._put(_at(slot) + _DIED, POINTS.index((step, side)) + 1)
        return True

    def clear(self, slot: int) -> tuple[Step, Side] | None:
        """Make ``slot`` ready for a new process; the point at which the one before died by itself, if it did."""
        died = _point(self._get(_at(slot) + _DIED))
        for figure in (_BEGUN, _RESTING, _IDLE, _POINT, _COUNTDOWN, _DIED):
            self._put(_at(slot) + figure, 0)
        return died

    def _get(self, at: int) -> int:
        (figure,) = struct.unpack_from("<q", self._page, at)
        return int(figure)

    def _put(self, at: int, figure: int) -> None:
        struct.pack_into("<q", self._page, at, figure)


def _at(slot: int) -> int:
    return 64 + slot * _SLOT


def _point(number: int) -> tuple[Step, Side] | None:
    return POINTS[number - 1] if number else None
