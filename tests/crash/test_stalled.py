"""A process that stands still between its commit and its call: what it wakes up with must not be sent any more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from models import MessageState
from outreach import store
from outreach.delivery import steps

from .crew import Stub
from .district import MINUTE, District
from .homes import EAST, FRIDAY, LONG, Home
from .judge import judge

NOON = datetime.combine(FRIDAY, time(12), ZoneInfo(EAST)).astimezone(UTC)
EVENING = datetime.combine(FRIDAY, time(19, 50), ZoneInfo(EAST)).astimezone(UTC)


def district(engine: Engine, url: str, folder: Path, begins: datetime) -> District:
    home = Home(0, EAST, "single", "+13122000000", "reader@example.org")
    home.writes("sms", begins, LONG)
    return District(folder, url, store.session_factory(engine), [home], begins)


@pytest.fixture
def nobody_watches_afterwards() -> Iterator[None]:
    yield
    steps.watch(None)


def stands_still_before_the_call(meanwhile: Iterator[None]) -> None:
    """The first process that is about to call stands still there, while ``meanwhile`` goes on."""

    def watcher(step: steps.Step, side: steps.Side) -> None:
        if (step, side) == (steps.Step.CALL, steps.Side.BEFORE):
            next(meanwhile, None)

    steps.watch(watcher)


@pytest.mark.slow
@pytest.mark.usefixtures("nobody_watches_afterwards")
def test_a_worker_that_slept_through_the_lookup_sends_nothing_more(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    here = district(engine, database_url, tmp_path, NOON)

    def others_take_it_for_lost() -> Iterator[None]:
        steps.watch(None)
        for minutes in (5, 20, 25):
            here.board.set_clock(NOON + minutes * MINUTE)
            here.round("another worker")
        yield

    stub = Stub(here.scene, seed=1, short=True)
    try:
        stub.behave(kind=True)
        stands_still_before_the_call(others_take_it_for_lost())
        here.round("sleeper")
        here.work(NOON + timedelta(hours=1), 10 * MINUTE)
    finally:
        stub.stop()
    assert [call.taken for call in here.calls()] == [True]
    assert not any(judge(here.case(here.board.now())).values())


@pytest.mark.slow
@pytest.mark.usefixtures("nobody_watches_afterwards")
def test_a_machine_that_slept_into_the_night_writes_to_nobody(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    here = district(engine, database_url, tmp_path, EVENING)

    def it_is_night() -> Iterator[None]:
        here.board.set_clock(EVENING + timedelta(hours=3))
        yield

    stub = Stub(here.scene, seed=1, short=True)
    try:
        stub.behave(kind=True)
        stands_still_before_the_call(it_is_night())
        here.round("sleeper")
    finally:
        stub.stop()
    assert not here.calls()
    (message,) = here.messages().values()
    assert message.state in (MessageState.SCHEDULED, MessageState.UNKNOWN)
