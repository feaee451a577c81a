"""A Monday evening by the school's clock, when it is Tuesday in UTC: what ends on Tuesday still holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Channel, Guardianship, Message, MessageState, Staff
from outreach.delivery import Accepted, Outgoing, Providers
from outreach.delivery.attempt import begin
from outreach.delivery.terms import terms_at
from tests.delivery.claims import claim_of
from tests.delivery.letters import Household, household, text
from tests.world import World

PACIFIC = ZoneInfo("America/Los_Angeles")
EVENING = datetime(2026, 11, 23, 17, 30, tzinfo=PACIFIC)
TUESDAY = date(2026, 11, 24)


class Line:
    name, sender, confirms_opt_out = "line", "line", False

    def send(self, outgoing: Outgoing) -> Accepted:
        return Accepted(outgoing.attempt_id)


PROVIDERS = Providers({Channel.SMS: Line()}, frozenset())


def written(session: Session, world: World) -> tuple[Household, Message]:
    home = household(world)
    home.school.timezone = PACIFIC.key
    teacher = world.staff(home.school)
    return home, text(session, home, staff_id=teacher.id, due_at=EVENING, expires_at=EVENING + timedelta(days=3))


def leaves(session: Session, message: Message, at: datetime) -> Outgoing | None:
    message.claimed_by, message.lease_until = "w", at + timedelta(minutes=2)
    session.flush()
    return begin(session, claim_of(message), "w", PROVIDERS, terms_at(session, at), at)


def sender_leaves(session: Session, home: Household, message: Message) -> None:
    session.get_one(Staff, message.staff_id).left_on = TUESDAY


def guardianship_ends(session: Session, home: Household, message: Message) -> None:
    session.scalars(select(Guardianship).where(Guardianship.guardian_id == home.guardian.id)).one().ended_on = TUESDAY


def child_comes_of_age(session: Session, home: Household, message: Message) -> None:
    home.student.birth_date = date(2008, 11, 24)


@pytest.mark.parametrize("ends", [sender_leaves, guardianship_ends, child_comes_of_age])
def test_what_ends_on_tuesday_holds_on_monday_evening_and_no_longer(
    session: Session, world: World, ends: Callable[[Session, Household, Message], None]
) -> None:
    home, message = written(session, world)
    ends(session, home, message)
    assert leaves(session, message, EVENING) is not None
    other = text(session, home, "other", staff_id=message.staff_id, due_at=EVENING)
    assert leaves(session, other, EVENING + timedelta(hours=15)) is None
    assert other.state is MessageState.SKIPPED


def test_it_goes_with_the_moment_at_which_its_provider_must_let_it_be(session: Session, world: World) -> None:
    _, message = written(session, world)
    outgoing = leaves(session, message, EVENING)
    assert outgoing is not None
    deadline = timedelta(seconds=terms_at(session, EVENING).rules.attempt_deadline_seconds)
    assert outgoing.leaves_by == datetime(2026, 11, 23, 20, 0, tzinfo=PACIFIC) - deadline
