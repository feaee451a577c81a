"""Tries are counted together by every process, and none is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine, select

from models import RateLimit
from outreach import store
from outreach.web.rate_limits import DatabaseStorage
from tests.conftest import ON_BOTH

pytestmark = ON_BOTH


def test_no_try_is_lost_between_many_at_once(engine: Engine) -> None:
    counted = DatabaseStorage(engine=engine)
    with ThreadPoolExecutor(6) as many:
        hits = list(many.map(lambda _: counted.incr("teacher", 60), range(60)))

    assert sorted(hits) == list(range(1, 61))
    assert counted.get("teacher") == 60


def test_a_window_that_is_over_counts_anew_and_is_forgotten(engine: Engine) -> None:
    counted = DatabaseStorage(engine=engine)
    assert counted.incr("old", -1) == 1
    assert counted.get("old") == 0
    assert counted.incr("old", 60) == 1
    assert counted.incr("gone", -1) == 1
    counted.incr("new", 60)

    with store.session_factory(engine)() as session:
        assert set(session.scalars(select(RateLimit.key))) == {"old", "new"}


def test_counts_are_cleared_by_key_and_altogether(engine: Engine) -> None:
    counted = DatabaseStorage(engine=engine)
    counted.incr("one", 60)
    counted.incr("two", 60)
    counted.clear("one")

    assert counted.get("one") == 0
    assert counted.reset() == 1
    assert counted.get("two") == 0
    assert counted.check()
    assert counted.get_expiry("two") > 0
