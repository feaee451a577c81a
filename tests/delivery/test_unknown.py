"""E-mails that nobody can look up; and what a person decides about any message that nothing proves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import AccountRole, AuditEvent, Channel, MessageState
from outreach.access import NotAllowed, Viewer
from outreach.delivery import DeliveryRefused, Receipt, ReceiptEvent, apply_receipt
from outreach.delivery.carrier import OWN_HOURS
from outreach.delivery.spending import left_this_month
from outreach.delivery.unknown import Became, settle_unknown
from outreach.errors import NotFound
from tests.contract.stub import Answer, running
from tests.delivery.claims import places_of
from tests.delivery.letters import text
from tests.delivery.test_gate import RULES as SENDING
from tests.delivery.test_spending import RULES
from tests.world import NOW

from .wires import Wire, wire

FAULT, HANGS, CUT = Answer(status=503), Answer(hangs=True), Answer(closes=True)


@pytest.fixture
def line(sessions: sessionmaker[Session]) -> Iterator[Wire]:
    with running() as stub:
        yield wire(sessions, stub)


def unknown(line: Wire, answer: Answer = FAULT, **values: object) -> int:
    line.stub.will(answer)
    sent = line.email("letter", **values)
    line.deliver()
    assert line.message(sent).state is MessageState.UNKNOWN
    return sent


def test_one_with_an_event_had_left(line: Wire) -> None:
    sent = unknown(line)
    told = Receipt("sendgrid", "event-1", ReceiptEvent.DELIVERED, "mail1", line.attempts(sent)[0].id, NOW)
    with line.sessions.begin() as session:
        apply_receipt(session, told, line.now)
    line.after(minutes=20).reconcile()
    line.deliver()
    assert line.message(sent).state is MessageState.DELIVERED
    assert len(line.stub.asked) == 1


@pytest.mark.parametrize("answer", [HANGS, CUT], ids=["hangs", "cut"])
def test_an_email_of_which_nothing_is_heard_goes_to_a_person_and_is_never_sent_again(
    line: Wire, answer: Answer
) -> None:
    sent = unknown(line, answer, expires_at=NOW + timedelta(days=9))
    for hours in (1, 22):
        line.after(hours=hours).reconcile()
        assert line.message(sent).person_asked_at is None
    assert line.after(hours=2).reconcile().asked == 1
    line.after(days=3).deliver()
    assert (line.message(sent).state, len(line.stub.asked)) == (MessageState.UNKNOWN, 1)


def administrator(line: Wire, school_id: int, role: AccountRole = AccountRole.ADMINISTRATOR) -> Viewer:
    return Viewer(0, None, frozenset({role}), frozenset({school_id}), line.now.date())


def asked(line: Wire, **values: object) -> int:
    """The id of an e-mail that a person is asked about: its call hung a day ago, and nothing has come since."""
    sent = unknown(line, HANGS, **{"expires_at": NOW + timedelta(days=9), **values})
    line.after(hours=25).reconcile()
    assert line.message(sent).person_asked_at is not None
    return sent


def settle(
    line: Wire, sent: int, became: Became, viewer: Viewer | None = None, attempt_id: str | None = None
) -> MessageState:
    about = attempt_id if attempt_id is not None else line.message(sent).attempt_id or ""
    with line.sessions.begin() as session:
        return settle_unknown(session, viewer, sent, about, became, line.now)


def test_a_person_says_that_it_arrived(line: Wire) -> None:
    sent = asked(line)
    assert settle(line, sent, Became.ARRIVED) is MessageState.ACCEPTED
    with line.sessions() as session:
        trail = session.scalars(select(AuditEvent).where(AuditEvent.action == "settle_unknown")).one()
    assert (trail.subject_id, trail.detail) == (sent, {"became": "arrived"})


def test_a_person_has_it_sent_again_once(line: Wire) -> None:
    sent = asked(line)
    assert settle(line, sent, Became.SEND_AGAIN) is MessageState.SCHEDULED
    line.deliver()
    assert line.message(sent).state is MessageState.ACCEPTED
    assert len(line.stub.asked) == 2


def test_what_is_stale_by_then_is_not_sent_any_more(line: Wire) -> None:
    sent = asked(line, expires_at=NOW + timedelta(hours=1))
    assert settle(line, sent, Became.SEND_AGAIN) is MessageState.EXPIRED


def test_a_person_gives_it_up(line: Wire) -> None:
    sent = asked(line)
    assert settle(line, sent, Became.GIVE_UP) is MessageState.FAILED
    line.after(hours=30).reconcile()
    assert line.message(sent).person_asked_at is None


def test_what_was_given_up_may_have_arrived_and_so_counts(line: Wire) -> None:
    sent = asked(line)
    with line.sessions() as session:
        before = left_this_month(session, line.now, RULES, live=True)
    settle(line, sent, Became.GIVE_UP)
    message = line.message(sent)
    assert message.accepted_at == line.attempts(sent)[0].started_at
    with line.sessions() as session:
        assert left_this_month(session, line.now, RULES, live=True) == before
        another = text(session, line.homes[0], "another", due_at=line.now)
        assert places_of(session, another, NOW + timedelta(days=6), SENDING, {Channel.EMAIL: "sendgrid"}).family == (
            message.sent_at,
        )


def test_an_event_that_comes_after_all_outweighs_what_a_person_gave_up(line: Wire) -> None:
    sent = asked(line)
    settle(line, sent, Became.GIVE_UP)
    told = Receipt("sendgrid", "event-1", ReceiptEvent.DELIVERED, "mail1", line.attempts(sent)[0].id, line.now)
    with line.sessions.begin() as session:
        apply_receipt(session, told, line.now)
    assert line.message(sent).state is MessageState.DELIVERED


def test_a_carrier_that_waits_for_another_hour_does_not_bring_back_what_a_person_gave_up(line: Wire) -> None:
    sent = asked(line)
    settle(line, sent, Became.GIVE_UP)
    attempt = line.attempts(sent)[0].id
    for number in range(2):
        told = Receipt(
            "sendgrid", f"event-{number}", ReceiptEvent.FAILED, "mail1", attempt, line.now,
            error_code=OWN_HOURS,
        )  # fmt: skip
        with line.sessions.begin() as session:
            apply_receipt(session, told, line.now)
        line.after(hours=2).deliver()
    assert line.message(sent).state is MessageState.FAILED
    assert len(line.stub.asked) == 1


def test_what_was_given_up_and_then_bounced_is_known_to_have_failed(line: Wire) -> None:
    sent = asked(line)
    settle(line, sent, Became.GIVE_UP)
    attempt, before = line.attempts(sent)[0].id, line.message(sent)
    for number, (event, code) in enumerate(((ReceiptEvent.FAILED, OWN_HOURS), (ReceiptEvent.BOUNCED, "550"))):
        told = Receipt("sendgrid", f"event-{number}", event, "mail1", attempt, line.now, error_code=code)
        with line.sessions.begin() as session:
            apply_receipt(session, told, line.now)
    after = line.message(sent)
    assert (after.state, after.error_code, after.expires_at) == (MessageState.FAILED, "550", before.expires_at)


def test_nobody_decides_twice(line: Wire) -> None:
    sent = asked(line)
    settle(line, sent, Became.GIVE_UP)
    with pytest.raises(DeliveryRefused, match="settled meanwhile"):
        settle(line, sent, Became.SEND_AGAIN)


def test_only_who_administers_the_school_decides(line: Wire) -> None:
    sent = asked(line)
    here = line.homes[0].school.id
    with pytest.raises(NotFound):
        settle(line, sent, Became.GIVE_UP, administrator(line, here + 1))
    with pytest.raises(NotAllowed):
        settle(line, sent, Became.GIVE_UP, administrator(line, here, AccountRole.TEACHER))
    assert line.message(sent).state is MessageState.UNKNOWN


def test_a_message_that_is_none_is_not_there(line: Wire) -> None:
    with pytest.raises(NotFound):
        settle(line, 12345, Became.GIVE_UP, attempt_id="")


def test_what_two_people_say_of_one_attempt_sends_it_again_once(line: Wire) -> None:
    sent = asked(line)
    both_saw = line.message(sent).attempt_id
    settle(line, sent, Became.SEND_AGAIN, attempt_id=both_saw)
    line.stub.will(HANGS)
    line.deliver()
    assert line.message(sent).state is MessageState.UNKNOWN
    for became in Became:
        with pytest.raises(DeliveryRefused, match="tried again meanwhile"):
            settle(line, sent, became, attempt_id=both_saw)
    line.after(hours=1).deliver()
    assert (line.message(sent).state, len(line.stub.asked)) == (MessageState.UNKNOWN, 2)


def test_nobody_decides_while_the_provider_may_still_tell(line: Wire) -> None:
    sent = unknown(line, HANGS)
    with pytest.raises(DeliveryRefused, match="may still tell"):
        settle(line, sent, Became.SEND_AGAIN)
    assert line.message(sent).state is MessageState.UNKNOWN
