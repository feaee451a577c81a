"""What reaches the demonstration from outside while people work: a stranger's text, a provider that refuses us, a
call that broke off. By the house's own verbs, in the demonstration's database and by its clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from secrets import token_hex

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Address,
    AttemptResult,
    Audience,
    Channel,
    DeliveryAttempt,
    Family,
    Message,
    MessageKind,
    MessageState,
    Outreach,
    OutreachState,
    Staff,
    StaffSchool,
)
from outreach import store
from outreach.delivery.inbound import Incoming, keep
from outreach.delivery.pauses import pause_provider
from outreach.delivery.unknown import ask_person
from outreach.planning.times import school_of
from tests.browser.conftest import Demo

DAY = timedelta(days=1)
A_WHILE = timedelta(seconds=10)
"""The worker leaves a message of just now to whoever took it in, and reads one of then."""


@contextmanager
def beside(demo: Demo) -> Iterator[tuple[Session, datetime]]:
    """A transaction in the demonstration's database, and its present time."""
    engine = store.connect(demo.database_url)
    try:
        with store.session_factory(engine).begin() as session:
            yield session, datetime.now(UTC) + demo.ahead
    finally:
        engine.dispose()


def a_stranger_texts(demo: Demo, number: str, words: str) -> None:
    """Comes in as a provider hands it in; the worker reads it within seconds."""
    with beside(demo) as (session, now):
        incoming = Incoming(
            provider="sandbox", provider_id=f"stranger-{token_hex(8)}", channel=Channel.SMS, from_value=number,
            to_value="+13125550100", body=words, received_at=now - A_WHILE,
        )  # fmt: skip
        assert keep(session, incoming, now) is not None


def the_provider_refuses_our_name(demo: Demo, why: str) -> None:
    """Nothing more leaves until somebody resumes it."""
    with beside(demo) as (session, now):
        assert pause_provider(session, "sandbox", why, now, None)


def a_call_broke_off(demo: Demo) -> str:
    """A text to a family of the teacher's school, by a colleague of the teacher's: nobody can prove any more whether
    it left, and a person is asked. The name of the family."""
    with beside(demo) as (session, now):
        planned = _planned_by_a_colleague(session, demo.sign_ins["teacher"]["email"])
        address = session.get_one(Address, planned.address_id)
        attempt = token_hex(16)
        message = Message(
            intent_key=f"broke-off-{attempt}", audience=Audience.FAMILY, kind=MessageKind.TEACHER, channel=Channel.SMS,
            to_kind=address.kind, to_value=address.value, address_id=address.id, body="Did this ever leave?",
            family_id=planned.family_id, guardian_id=planned.guardian_id, school_id=school_of(session, planned),
            created_at=now - 2 * DAY, due_at=now - 2 * DAY, sent_at=now - 2 * DAY, expires_at=now + DAY, segments=1,
            state=MessageState.UNKNOWN, attempt_id=attempt, provider="twilio",
        )  # fmt: skip
        session.add(message)
        session.flush()
        session.add(
            DeliveryAttempt(
                id=attempt, message_id=message.id, provider="twilio", started_at=now - 2 * DAY,
                deadline_at=now - 2 * DAY, result=AttemptResult.UNKNOWN,
            )
        )  # fmt: skip
        assert ask_person(session, message, now - DAY)
        return session.get_one(Family, planned.family_id).name


def _planned_by_a_colleague(session: Session, email: str) -> Outreach:
    teacher = session.scalars(select(Staff).where(Staff.email == email)).one()
    school = select(StaffSchool.school_id).where(StaffSchool.staff_id == teacher.id)
    colleagues = select(StaffSchool.staff_id).where(StaffSchool.school_id.in_(school))
    return session.scalars(
        select(Outreach)
        .where(
            Outreach.state == OutreachState.SUGGESTED, Outreach.channel == Channel.SMS,
            Outreach.address_id.is_not(None), Outreach.staff_id != teacher.id, Outreach.staff_id.in_(colleagues),
        )
        .order_by(Outreach.id.desc())
    ).first() or _none()  # fmt: skip


def _none() -> Outreach:
    raise LookupError("no colleague at the teacher's school has a text to suggest")
