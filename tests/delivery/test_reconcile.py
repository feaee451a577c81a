"""What became of texts whose answer we never had: proved by the provider's own list, or asked of a person."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import AttemptResult, Contact, DeliveryAttempt, Message, MessageState
from outreach.delivery import Receipt, ReceiptEvent, apply_receipt
from outreach.delivery.pauses import pause_provider
from outreach.effective import effective_config
from tests.contract.stub import Answer, running
from tests.world import NOW

from .wires import Wire, wire

CUT = Answer(closes=True)
"""Taken, and the connection is cut before the answer."""
FAULT = Answer(status=500)
"""Not taken."""
PROVED = 11
"""Minutes after which absence can be proved: ten after the deadline of half a minute."""
WORDS = "Maya asked for help in Algebra, and used it."


@pytest.fixture
def line(sessions: sessionmaker[Session]) -> Iterator[Wire]:
    with running() as stub:
        yield wire(sessions, stub)


def test_a_text_that_was_taken_after_all_is_accepted_under_its_id(line: Wire) -> None:
    line.stub.will(CUT)
    sent = line.text()
    line.deliver()
    assert line.message(sent).state is MessageState.UNKNOWN
    figures = line.after(minutes=PROVED).reconcile()
    assert (figures.checked, figures.taken) == (1, 1)
    message = line.message(sent)
    assert (message.state, message.provider_id) == (MessageState.ACCEPTED, line.stub.texts.sids[0])
    assert line.attempts(sent)[0].result is AttemptResult.ACCEPTED
    line.after(hours=2).deliver()
    assert len(line.stub.taken) == 1


def test_what_the_list_says_of_it_stands_at_once_in_the_timeline(line: Wire) -> None:
    line.stub.will(CUT)
    sent = line.text()
    line.deliver()
    line.stub.texts.stands(line.stub.texts.sids[0], "delivered")
    line.after(minutes=PROVED).reconcile()
    assert line.message(sent).state is MessageState.DELIVERED
    with line.sessions() as session:
        assert session.scalars(select(Contact.message_id)).all() == [sent]


def test_a_text_that_never_arrived_is_sent_again_and_once(line: Wire) -> None:
    line.stub.will(FAULT)
    sent = line.text()
    line.deliver()
    figures = line.after(minutes=PROVED).reconcile()
    assert figures.absent == 1
    waiting = line.message(sent)
    assert (waiting.state, waiting.sent_at) == (MessageState.SCHEDULED, None), "it counts in no cap any more"
    assert line.attempts(sent)[0].result is AttemptResult.ABSENT
    line.deliver()
    assert (line.message(sent).state, line.message(sent).attempts) == (MessageState.ACCEPTED, 2)
    assert len(line.stub.taken) == 1


def test_what_a_text_costs_is_kept_or_estimated_anew_whatever_its_proofs_say(line: Wire) -> None:
    line.stub.will(FAULT, FAULT)
    again, taken_after_all = line.text(key="again"), line.text(key="taken after all")
    line.deliver()
    cost = line.message(again).cost_micros
    assert cost
    line.after(minutes=PROVED).reconcile()
    first = line.attempts(taken_after_all)[0].id
    with line.sessions.begin() as session:
        apply_receipt(session, Receipt("twilio", "late", ReceiptEvent.SENT, "SM9", first, line.now), line.now)
    line.deliver()
    for sent in (again, taken_after_all):
        message = line.message(sent)
        assert (message.state, message.cost_micros) == (MessageState.ACCEPTED, cost)
    assert len(line.stub.taken) == 1


def test_nobody_is_asked_before_absence_can_be_proved(line: Wire) -> None:
    line.stub.will(FAULT)
    line.text()
    line.deliver()
    line.after(minutes=10).reconcile()
    assert (line.questions, line.states()) == (0, [MessageState.UNKNOWN])


def test_a_call_that_hung_may_be_taken_long_after_its_deadline(line: Wire) -> None:
    line.stub.will(FAULT)
    sent = line.text()
    line.deliver()
    line.after(minutes=9).stub.texts.take(
        {"To": line.homes[0].phone.value, "From": "+13125550100", "Body": _sent(line)}
    )
    line.after(minutes=2).reconcile()
    assert line.message(sent).state is MessageState.ACCEPTED


def test_a_worker_that_died_leaves_the_same_question(line: Wire) -> None:
    gone, there = line.text(key="gone"), line.text(key="there")
    for sent in (gone, there):
        _dies_at_the_call(line, sent)
    line.stub.texts.take({"To": line.homes[1].phone.value, "From": "+13125550100", "Body": WORDS})
    line.after(minutes=PROVED).reconcile()
    assert line.states() == [MessageState.SCHEDULED, MessageState.ACCEPTED]


def test_a_lookup_that_fails_changes_nothing_and_comes_again_later(line: Wire) -> None:
    line.stub.will(FAULT)
    sent = line.text()
    line.deliver()
    line.after(minutes=PROVED).stub.will(FAULT, FAULT)
    for _ in range(2):
        line.reconcile()
    assert line.questions == 1, "not again in the same minute"
    line.after(minutes=1).reconcile()
    line.after(minutes=1).reconcile()
    assert (line.questions, line.message(sent).state) == (2, MessageState.UNKNOWN), "twice as long the second time"
    line.after(minutes=1).reconcile()
    assert (line.questions, line.message(sent).state) == (3, MessageState.SCHEDULED)


def test_a_provider_that_is_paused_is_not_asked(line: Wire) -> None:
    line.stub.will(FAULT)
    line.text()
    line.deliver()
    with line.sessions.begin() as session:
        pause_provider(session, "twilio", "It failed too often.", line.now, line.now + timedelta(minutes=30))
    line.after(minutes=PROVED).reconcile()
    assert line.questions == 0
    line.after(minutes=PROVED + 30).reconcile()
    assert line.questions == 1


def test_absence_uses_up_tries_and_ends(line: Wire) -> None:
    with line.sessions() as session:
        limit = effective_config(session, NOW).cadence.sending.retry_limit
    sent = line.text()
    for _ in range(limit):
        line.stub.will(FAULT)
        line.deliver()
        line.after(minutes=PROVED).reconcile()
    message = line.message(sent)
    assert (message.state, message.attempts) == (MessageState.FAILED, limit)
    assert "never reached" in (message.state_reason or "")


def test_what_is_stale_by_the_time_it_is_proved_absent_expires(line: Wire) -> None:
    line.stub.will(FAULT)
    sent = line.text(expires_at=NOW + timedelta(minutes=5))
    line.deliver()
    line.after(minutes=PROVED).reconcile()
    message = line.message(sent)
    assert (message.state, message.state_reason) == (
        MessageState.EXPIRED,
        "It never left, and it is too late for it now.",
    )


def test_a_text_of_the_same_words_that_is_another_s_proves_nothing(line: Wire) -> None:
    home = line.home()
    first = line.text(home, "first", body=WORDS)
    line.deliver()
    line.stub.will(FAULT)
    second = line.text(home, "second", body=WORDS)
    line.deliver()
    line.after(minutes=PROVED).reconcile()
    assert line.message(first).state is MessageState.ACCEPTED
    assert line.message(second).state is MessageState.SCHEDULED


def test_a_receipt_that_carries_the_attempt_claims_its_text(line: Wire) -> None:
    home = line.home()
    line.stub.will(CUT, FAULT)
    first, second = line.text(home, "first", body=WORDS, urgent=True), line.text(home, "second", body=WORDS)
    line.deliver()
    told = Receipt(
        "twilio", "twilio|one|sent", ReceiptEvent.SENT, line.stub.texts.sids[0], line.attempts(first)[0].id, None
    )
    with line.sessions.begin() as session:
        apply_receipt(session, told, line.now)
    line.after(minutes=PROVED).reconcile()
    assert line.message(first).state is MessageState.ACCEPTED
    assert line.message(second).state is MessageState.SCHEDULED


def test_of_two_alike_and_one_text_nobody_guesses_which_and_neither_is_sent_again(line: Wire) -> None:
    home = line.home()
    line.stub.will(CUT, FAULT)
    for key in ("first", "second"):
        _alike(line, home, key)
    line.deliver()
    assert line.after(minutes=PROVED).reconcile().asked == 2
    line.after(hours=5).reconcile()
    line.deliver()
    assert line.states() == [MessageState.UNKNOWN] * 2
    assert len(line.stub.taken) == 1
    with line.sessions() as session:
        assert None not in session.scalars(select(Message.person_asked_at)).all()


def test_two_alike_and_two_texts_were_both_taken(line: Wire) -> None:
    home = line.home()
    line.stub.will(CUT, CUT)
    for key in ("first", "second"):
        _alike(line, home, key)
    line.deliver()
    assert line.after(minutes=PROVED).reconcile().taken == 2
    assert line.states() == [MessageState.ACCEPTED] * 2
    with line.sessions() as session:
        assert set(session.scalars(select(Message.provider_id))) == set(line.stub.texts.sids)


def test_words_that_nobody_sent_stand_in_the_way_of_a_proof(line: Wire) -> None:
    line.stub.will(FAULT)
    sent = line.text()
    line.deliver()
    line.stub.texts.take({"To": line.homes[0].phone.value, "From": "+13125550100", "Body": "rewritten on the way"})
    assert line.after(minutes=PROVED).reconcile().asked == 1
    assert line.message(sent).state is MessageState.UNKNOWN


def test_several_workers_ask_one_question(line: Wire) -> None:
    line.stub.will(FAULT)
    line.text()
    line.deliver()
    line.after(minutes=PROVED)
    with ThreadPoolExecutor(4) as workers:
        figures = [each.result() for each in [workers.submit(line.reconcile) for _ in range(4)]]
    assert line.questions == 1
    assert sum(one.absent for one in figures) == 1


def test_a_receipt_between_the_question_and_the_answer_wins(line: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    line.stub.will(FAULT)
    sent = line.text()
    line.deliver()
    attempt = line.attempts(sent)[0]
    twilio = line.providers.of(line.message(sent).channel)
    told = Receipt("twilio", "twilio|SM9|sent", ReceiptEvent.SENT, "SM9", attempt.id, None)

    def asked(*_: object) -> list[object]:
        with line.sessions.begin() as session:
            apply_receipt(session, told, line.now)
        return []

    monkeypatch.setattr(twilio, "sent_to", asked)
    line.after(minutes=PROVED).reconcile()
    assert line.message(sent).state is MessageState.ACCEPTED


def test_a_text_that_nothing_proves_for_a_day_goes_to_a_person(line: Wire) -> None:
    line.stub.will(FAULT)
    sent = line.text(expires_at=NOW + timedelta(days=9))
    line.deliver()
    with line.sessions.begin() as session:
        pause_provider(session, "twilio", "The credentials are wrong.", line.now, None)
    line.after(hours=25).reconcile()
    message = line.message(sent)
    assert (message.state, message.person_asked_at) == (MessageState.UNKNOWN, line.now)
    assert line.after(hours=1).reconcile().asked == 0, "a person is asked once"


def _sent(line: Wire) -> str:
    return next(asked.form["Body"] for asked in line.stub.asked if asked.method == "POST")


def _alike(line: Wire, home: object, key: str) -> int:
    """The same words to the same phone, for another reason."""
    return line.text(home, key, body=WORDS)  # type: ignore[arg-type]  # a household


def _dies_at_the_call(line: Wire, sent: int) -> None:
    """As a worker leaves it that was killed after its commit of ``sending``."""
    with line.sessions.begin() as session:
        message = session.get_one(Message, sent)
        attempt = DeliveryAttempt(
            id=f"{sent:032x}", message_id=sent, provider="twilio", started_at=line.now,
            deadline_at=line.now + timedelta(seconds=30),
        )  # fmt: skip
        session.add(attempt)
        message.state, message.attempt_id, message.provider = MessageState.UNKNOWN, attempt.id, "twilio"
        message.sent_at, message.attempts = line.now, 1
