"""What opens a provider again after a pause, what says nothing about it, and what a person's resuming forgets."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from models import AttemptResult, PauseKind, ProviderPause
from outreach.delivery.breaker import rates, watch_rates
from outreach.delivery.carrier import OWN_HOURS
from outreach.delivery.errors import HELD_UP
from outreach.delivery.pauses import allowance, pause_provider, resume_providers
from tests.world import NOW

from .calls import Calls

OK, FOR_NOW, UNCLEAR = AttemptResult.ACCEPTED, AttemptResult.REFUSED_FOR_NOW, AttemptResult.UNKNOWN
TWILIO = "twilio"
AFTER = NOW + timedelta(minutes=3)
"""The pause is over."""


def minutes(many: float) -> datetime:
    return NOW + timedelta(minutes=many)


@pytest.fixture
def calls(session: Session) -> Calls:
    return Calls(session)


@pytest.fixture
def paused(session: Session, calls: Calls) -> Calls:
    calls.end(UNCLEAR, 10)
    assert watch_rates(session, minutes(0.1)) == [TWILIO]
    return calls


def pause(session: Session) -> ProviderPause | None:
    return session.get(ProviderPause, TWILIO, populate_existing=True)


def test_a_recipient_s_quiet_hours_show_a_provider_at_work(session: Session, paused: Calls) -> None:
    paused.end(FOR_NOW, 3, at=AFTER, code=OWN_HOURS)
    assert watch_rates(session, minutes(4)) == []
    assert allowance(session, TWILIO, minutes(4)) is None
    watch_rates(session, minutes(9))
    assert pause(session) is None, "forgotten"


def test_what_we_were_held_up_at_says_nothing_of_the_provider(session: Session, paused: Calls) -> None:
    paused.end(FOR_NOW, 3, at=AFTER, code=HELD_UP)
    assert watch_rates(session, minutes(4)) == []
    assert allowance(session, TWILIO, minutes(4)) == 3, "nothing was tried"
    paused.end(FOR_NOW, 20, at=minutes(9), code=HELD_UP)
    assert rates(session, minutes(10)) == {}


def test_what_was_proved_never_to_have_arrived_had_failed(session: Session, calls: Calls) -> None:
    calls.end(AttemptResult.ABSENT, 10)
    assert watch_rates(session, minutes(1)) == [TWILIO]


def test_what_failed_before_a_person_resumed_is_not_held_against_it_again(session: Session, paused: Calls) -> None:
    assert resume_providers(session, minutes(1)) == [TWILIO]
    assert watch_rates(session, minutes(1.1)) == []
    assert allowance(session, TWILIO, minutes(1.1)) == 3, "a few try first"
    paused.end(OK, at=minutes(1.2))
    assert allowance(session, TWILIO, minutes(1.3)) is None
    assert watch_rates(session, minutes(4)) == []
    watch_rates(session, minutes(7))
    assert pause(session) is None, "forgotten"


def test_one_that_fails_still_after_it_was_resumed_is_paused_as_for_the_first_time(
    session: Session, paused: Calls
) -> None:
    resume_providers(session, minutes(1))
    paused.end(UNCLEAR, at=minutes(1.2))
    assert watch_rates(session, minutes(1.3)) == [TWILIO]
    standing = pause(session)
    assert standing is not None
    assert (standing.trips, standing.until_at) == (1, minutes(3.3))


def test_mended_credentials_are_tried_by_a_few_messages(session: Session, calls: Calls) -> None:
    pause_provider(session, TWILIO, "It refuses us.", NOW, None)
    calls.end(AttemptResult.TECHNICAL, 10)
    resume_providers(session, minutes(1))
    standing = pause(session)
    assert standing is not None
    assert (standing.kind, watch_rates(session, minutes(1.1))) == (PauseKind.ERRORS, [])
    assert allowance(session, TWILIO, minutes(1.1)) == 3


def test_where_nothing_was_called_lately_nothing_is_left_of_a_pause(session: Session, paused: Calls) -> None:
    resume_providers(session, minutes(30))
    assert pause(session) is None
