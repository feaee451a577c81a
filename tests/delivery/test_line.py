"""The threads that call wait for the next message's turn, asleep."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Condition, Event

import pytest

from models import Audience, Channel
from outreach.delivery import line
from outreach.delivery.claimed import Claimed
from tests.world import NOW

GAP = timedelta(milliseconds=100)


class Counted(Condition):
    """Counts how often somebody lay down to sleep."""

    sleeps = 0

    def wait(self, timeout: float | None = None) -> bool:
        Counted.sleeps += 1
        return super().wait(timeout)


def claimed(number: int) -> Claimed:
    slot = NOW + number * GAP
    return Claimed(number, f"{number}", "sender", slot, GAP, Channel.SMS, Audience.FAMILY, 1, 1, 1, 1)


def test_who_waits_for_a_turn_sleeps_once_until_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "Condition", Counted)
    batches = [[claimed(number) for number in range(4)]]

    def fill() -> tuple[datetime, Sequence[Claimed]]:
        return NOW, batches.pop() if batches else ()

    ours = line.Line(fill, 1, Event())
    given = []
    while (one := ours.next()) is not None:
        given.append(one.id)
        ours.done()
    assert given == [0, 1, 2, 3]
    # Once for each of the three that came later; a wait may end a hair before its time.
    assert Counted.sleeps <= 6
