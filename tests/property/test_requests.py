"""Whatever happens to a family's requests, in whatever order: the rules of DESIGN §5 hold after every step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from models import Channel, Contact, ContactRevision, Outcome, Request, RequestEvent, RequestEventKind, RequestState
from outreach.contacts import (
    ContactRefused,
    RequestRefused,
    answer_request,
    close_answered,
    close_request,
    enter_closure,
    reopen_request,
    restore_contact,
    void_contact,
)
from outreach.contacts.states import MOVES
from tests.contacts.homes import home
from tests.world import NOW, World

OUTCOMES = st.sampled_from([Outcome.REACHED, Outcome.LEFT_MESSAGE, Outcome.NO_ANSWER])
HOURS = st.integers(1, 24 * 9)
PICK = st.integers(0, 50)


@contextmanager
def undone_afterwards(engine: Engine) -> Iterator[Session]:
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield session
        outer.rollback()


class FamilyAndSchool(RuleBasedStateMachine):
    """One guardian writes, several people answer, undo, close and reopen, and time only goes forward."""

    engine: Engine

    def __init__(self) -> None:
        super().__init__()
        self.context = undone_afterwards(self.engine)
        self.session = self.context.__enter__()
        self.home = home(World(self.session))
        self.now: datetime = NOW - timedelta(days=60)
        self.revisions = 0

    def teardown(self) -> None:
        self.context.__exit__(None, None, None)

    def some(self, of: list[int], pick: int) -> int | None:
        return of[pick % len(of)] if of else None

    def requests(self) -> list[int]:
        return list(self.session.scalars(select(Request.id).order_by(Request.id)))

    def contacts(self) -> list[int]:
        return list(self.session.scalars(select(Contact.id).order_by(Contact.id)))

    @rule(hours=HOURS)
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def the_family_writes(self) -> None:
        self.home.writes(self.now)

    @rule(outcome=OUTCOMES, pick=PICK)
    def somebody_calls_about_it(self, outcome: Outcome, pick: int) -> None:
        request = self.some(self.requests(), pick)
        with suppress(ContactRefused):
            self.home.log(self.now, occurred_at=self.now, outcome=outcome, answers_request_id=request)

    @rule(pick=PICK, which=PICK)
    def somebody_says_that_an_earlier_contact_answered(self, pick: int, which: int) -> None:
        request, contact = self.some(self.requests(), pick), self.some(self.contacts(), which)
        if request and contact:
            with suppress(RequestRefused):
                answer_request(self.session, request, contact, self.now)

    @rule(pick=PICK)
    def a_contact_is_undone(self, pick: int) -> None:
        contact = self.some(self.contacts(), pick)
        if contact:
            void_contact(self.session, contact, "mistake", self.now)

    @rule(pick=PICK)
    def a_contact_is_restored(self, pick: int) -> None:
        contact = self.some(self.contacts(), pick)
        if contact:
            restore_contact(self.session, contact, self.now)

    @rule(pick=PICK, reason=st.sampled_from([None, "Found it"]))
    def it_is_closed(self, pick: int, reason: str | None) -> None:
        request = self.some(self.requests(), pick)
        if request:
            with suppress(RequestRefused):
                close_request(self.session, request, self.now, no_answer_needed=reason)

    @rule(pick=PICK)
    def it_is_reopened(self, pick: int) -> None:
        request = self.some(self.requests(), pick)
        if request:
            with suppress(RequestRefused):
                reopen_request(self.session, request, self.now)

    @rule()
    def the_night_closes_what_is_quiet(self) -> None:
        close_answered(self.session, self.now)

    @rule(days=st.integers(0, 5))
    def it_snows(self, days: int) -> None:
        enter_closure(self.session, self.home.school.id, (self.now + timedelta(days=days)).date(), "Snow", self.now)

    @invariant()
    def a_guardian_has_at_most_one_open_question(self) -> None:
        open_ones = select(func.count()).where(Request.state == RequestState.OPEN)
        assert (self.session.scalar(open_ones) or 0) <= 1

    @invariant()
    def what_is_answered_names_a_living_contact_that_came_across(self) -> None:
        answered = select(Request).where(Request.state == RequestState.ANSWERED)
        for request in self.session.scalars(answered):
            contact = self.session.get_one(Contact, request.answered_by_contact_id)
            assert contact.voided_at is None
            assert (contact.outcome, contact.channel) == (Outcome.REACHED, Channel.PHONE)
            assert request.answered_at == contact.occurred_at

    @invariant()
    def every_question_has_an_owner_a_first_due_time_and_a_history_that_ends_in_its_state(self) -> None:
        for request in self.session.scalars(select(Request)):
            assert request.owner_staff_id == self.home.alvarez.id
            assert request.first_due_at is not None
            assert request.due_at is None or request.due_at >= (request.reopened_at or request.opened_at)
            assert request.state is self.replayed(request.id)

    def replayed(self, request_id: int) -> RequestState:
        events = select(RequestEvent.kind).where(RequestEvent.request_id == request_id).order_by(RequestEvent.id)
        first, *later = self.session.scalars(events)
        assert first is RequestEventKind.OPENED
        state = RequestState.OPEN
        for kind in later:
            state = MOVES[state, kind]
        return state

    @invariant()
    def revisions_only_grow(self) -> None:
        number = self.session.scalar(select(func.count()).select_from(ContactRevision)) or 0
        assert number >= self.revisions
        self.revisions = number


@pytest.mark.slow
def test_whatever_happens_to_a_familys_requests(shared_engine: Engine) -> None:
    FamilyAndSchool.engine = shared_engine
    run_state_machine_as_test(
        FamilyAndSchool, settings=settings(max_examples=12, stateful_step_count=25, deadline=None)
    )
