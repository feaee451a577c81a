"""Messages become contacts: one each, forward only, and never an answer that no person gave."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import (
    Audience,
    Authored,
    Channel,
    Contact,
    InboundState,
    Initiator,
    MessageKind,
    Outcome,
    Outreach,
    Purpose,
    Request,
    RequestState,
    Topic,
)
from outreach.contacts import Fate, log_inbound_contact, log_message_contact, revisions_of, students_of_contact
from tests.contacts.homes import YESTERDAY, Home
from tests.contacts.posts import inbound_from, message_to
from tests.world import NOW


def test_a_delivered_message_is_a_teachers_contact_at_the_time_it_was_sent(delgado: Home, session: Session) -> None:
    message = message_to(delgado)
    contact = log_message_contact(session, message=message, outcome=Outcome.DELIVERED, now=NOW)
    assert (contact.initiator, contact.authored) == (Initiator.TEACHER, Authored.WRITTEN)
    assert (contact.occurred_at, contact.recorded_at) == (YESTERDAY, NOW)
    assert (contact.summary, contact.channel) == ("Maya rose to 84% in Algebra.", Channel.SMS)
    assert students_of_contact(session, contact.id) == (delgado.maya.id,)


def test_a_repeated_receipt_is_one_contact_and_never_goes_back(delgado: Home, session: Session) -> None:
    message = message_to(delgado)
    first = log_message_contact(session, message=message, outcome=Outcome.SENT, now=NOW)
    for outcome in (Outcome.DELIVERED, Outcome.DELIVERED, Outcome.SENT):
        assert log_message_contact(session, message=message, outcome=outcome, now=NOW).id == first.id
    assert session.scalar(select(func.count()).select_from(Contact)) == 1
    assert first.outcome is Outcome.DELIVERED
    assert [kept.before["outcome"] for kept in revisions_of(session, first.id)] == ["sent"]


def test_a_planned_message_says_how_it_was_approved_and_what_it_was_about(delgado: Home, session: Session) -> None:
    plan = delgado.world.add(
        Outreach(
            family_id=delgado.family.id, student_id=delgado.maya.id, rule="praise", slot="2026-W47", evidence={},
            channel=Channel.SMS, purpose=Purpose.PRAISE, topic=Topic.ACADEMICS, created_at=NOW,
            authored=Authored.APPROVED_IN_BULK,
        )
    )  # fmt: skip
    contact = log_message_contact(
        session, message=message_to(delgado, outreach_id=plan.id), outcome=Outcome.DELIVERED, now=NOW
    )
    assert (contact.authored, contact.purpose, contact.topic) == (
        Authored.APPROVED_IN_BULK,
        Purpose.PRAISE,
        Topic.ACADEMICS,
    )


def test_an_answer_answers_once_it_has_arrived_at_the_time_it_was_sent(delgado: Home, session: Session) -> None:
    request = delgado.asks(NOW - timedelta(days=2))
    message = message_to(delgado, kind=MessageKind.ANSWER)
    log_message_contact(session, message=message, outcome=Outcome.SENT, now=NOW)
    assert request.state is RequestState.OPEN
    log_message_contact(session, message=message, outcome=Outcome.DELIVERED, now=NOW)
    assert (request.state, request.answered_at) == (RequestState.ANSWERED, YESTERDAY)


@pytest.mark.parametrize("values", [{"automated": True, "kind": MessageKind.ANSWER}, {"kind": MessageKind.TEACHER}])
def test_an_automatic_message_or_one_about_something_else_answers_nothing(
    delgado: Home, session: Session, values: dict[str, object]
) -> None:
    request = delgado.asks(NOW - timedelta(days=2))
    log_message_contact(session, message=message_to(delgado, **values), outcome=Outcome.DELIVERED, now=NOW)
    assert request.state is RequestState.OPEN


def test_a_message_to_staff_is_no_contact(delgado: Home, session: Session) -> None:
    digest = message_to(delgado, audience=Audience.STAFF, kind=MessageKind.DIGEST)
    with pytest.raises(ValueError, match="no family's contact"):
        log_message_contact(session, message=digest, outcome=Outcome.DELIVERED, now=NOW)


def test_a_familys_message_is_a_contact_that_it_began_and_opens_its_request_once(
    delgado: Home, session: Session
) -> None:
    inbound = inbound_from(delgado)
    kept = log_inbound_contact(
        session, inbound=inbound, family_id=delgado.family.id, now=NOW, staff_id=delgado.alvarez.id
    )
    assert kept.received is not None
    assert kept.received.fate is Fate.OPENED
    request = session.scalars(select(Request)).one()
    assert (request.opened_at, request.owner_staff_id) == (YESTERDAY, delgado.alvarez.id)
    assert (request.student_id, request.opened_by_contact_id) == (delgado.maya.id, kept.contact.id)
    assert (kept.contact.initiator, kept.contact.outcome) == (Initiator.FAMILY, Outcome.DELIVERED)
    assert (inbound.state, inbound.contact_id) == (InboundState.MATCHED, kept.contact.id)
    again = log_inbound_contact(session, inbound=inbound, family_id=delgado.family.id, now=NOW)
    assert (again.contact.id, again.received) == (kept.contact.id, None)
    assert session.scalar(select(func.count()).select_from(Contact)) == 1


def test_thanks_automatic_replies_and_survey_answers_are_contacts_without_a_clock(
    delgado: Home, session: Session
) -> None:
    family_id = delgado.family.id
    log_inbound_contact(
        session, inbound=inbound_from(delgado, "Thanks!"), family_id=family_id, now=NOW, only_thanks=True
    )
    log_inbound_contact(session, inbound=inbound_from(delgado, "9"), family_id=family_id, now=NOW, question=False)
    kept = log_inbound_contact(
        session, inbound=inbound_from(delgado, "Driving"), family_id=family_id, now=NOW, automatic=True
    )
    assert kept.contact.authored is Authored.AUTOMATIC
    assert session.scalar(select(func.count()).select_from(Contact)) == 3
    assert session.scalar(select(func.count()).select_from(Request)) == 0
