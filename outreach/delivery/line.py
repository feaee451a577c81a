"""The line of claimed messages before the threads that call: in the order of their slots, filled up while calls run."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import count
from threading import Condition, Event
from time import monotonic

from .claimed import Claimed

LOOK_AGAIN = 1.0
"""Seconds until idle threads look for new messages while others are still calling."""
Filler = Callable[[], tuple[datetime, Sequence[Claimed]]]
"""Claims more; with the moment its slots are to be measured from. Nothing: nothing is due, or the time is over."""


class Line:
    """Shared by the threads of one worker. Each asks for :meth:`next` until there is none."""

    def __init__(self, fill: Filler, low: int, stopping: Event) -> None:
        """``low``: it is filled up when fewer are waiting. ``stopping``: nothing more is given out once it is set."""
        self._fill, self._low, self._stopping = fill, low, stopping
        self._waiting: list[tuple[float, int, Claimed]] = []
        self._numbers = count()
        self._free: dict[str, float] = {}
        """When each sender may be called again from here: a worker that fell behind does not catch up all at once."""
        self._changed = Condition()
        self._calling, self._filling = 0, False
        self._fill_from = 0.0
        """When to claim again; after nothing was found that is a while ahead."""

    def next(self) -> Claimed | None:
        """The next message whose turn has come, waiting for it; None where there is nothing more to do."""
        with self._changed:
            while not self._stopping.is_set():
                now = monotonic()
                if len(self._waiting) < self._low and not self._filling and now >= self._fill_from:
                    self._fill_up()
                    continue
                turn = self._turn()
                if turn is not None and turn <= now:
                    return self._give(now)
                if turn is None and not self._filling and not self._calling:
                    return None
                again = self._fill_from if len(self._waiting) < self._low and not self._filling else None
                waits = [at - now for at in (turn, again) if at is not None]
                self._changed.wait(max(0.0, min(waits)) if waits else None)
            return None

    def done(self) -> None:
        """The message that :meth:`next` gave has been dealt with."""
        with self._changed:
            self._calling -= 1
            if not self._calling:
                self._changed.notify_all()

    def left(self) -> list[int]:
        """Claimed and never given out."""
        return [claimed.id for _, _, claimed in self._waiting]

    def _turn(self) -> float | None:
        """When the first may go; one whose sender is not free yet goes back into the line."""
        while self._waiting:
            at, number, claimed = self._waiting[0]
            free = self._free.get(claimed.sender, at)
            if claimed.slot is None or free <= at:
                return at
            heapq.heapreplace(self._waiting, (free, number, claimed))
        return None

    def _give(self, now: float) -> Claimed:
        _, _, claimed = heapq.heappop(self._waiting)
        if claimed.slot is not None:
            self._free[claimed.sender] = now + claimed.gap.total_seconds()
        self._calling += 1
        return claimed

    def _fill_up(self) -> None:
        """Lets go of the lock meanwhile: the others go on with what is there."""
        self._filling, began = True, monotonic()
        found: Sequence[Claimed] = ()
        self._changed.release()
        try:
            now, found = self._fill()
        finally:
            self._changed.acquire()
            self._filling, self._fill_from = False, 0.0 if found else monotonic() + LOOK_AGAIN
            self._changed.notify_all()
        for one in found:
            ahead = 0.0 if one.slot is None else (one.slot - now).total_seconds()
            heapq.heappush(self._waiting, (began + ahead, next(self._numbers), one))
