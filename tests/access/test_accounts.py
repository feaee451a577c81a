"""Sign-ins follow the roster, and what was done stands in the trail."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from models import Account, AccountRole, AuditEvent, StaffRole
from outreach.access import (
    audit,
    create_account,
    deactivate_accounts_of_departed_staff,
    invite_from_roster,
    viewer_of,
)
from outreach.errors import OutreachError
from tests.world import NOW, World


def test_a_departed_teacher_s_sign_in_and_open_sessions_end(session: Session, world: World) -> None:
    school = world.school()
    gone = world.account(world.staff(school, left_on=date(2026, 11, 24)))
    staying = world.account(world.staff(school, left_on=date(2026, 11, 25)))
    before = gone.fs_uniquifier

    assert deactivate_accounts_of_departed_staff(session, NOW).deactivated == 1
    assert not gone.active
    assert gone.fs_uniquifier != before
    assert staying.active
    assert deactivate_accounts_of_departed_staff(session, NOW).deactivated == 0


def test_the_roster_invites_each_person_once_and_never_hands_out_the_district(session: Session, world: World) -> None:
    school = world.school()
    world.staff(school, email="Alvarez@Example.org")
    world.staff(school, role=StaffRole.FRONT_OFFICE, email="desk@example.org")
    world.staff(school, role=StaffRole.DISTRICT, email="head@example.org")
    world.staff(school, email=None)
    world.staff(school, email="alvarez@example.org")
    world.staff(school, email="gone@example.org", active=False)

    first = invite_from_roster(session, NOW)

    assert [one.email for one in first.invited] == ["alvarez@example.org", "desk@example.org"]
    assert first.skipped == {
        "district staff: given a role by hand": 1,
        "no e-mail address": 1,
        "e-mail already in use": 1,
    }
    roles = {account.email: account.roles[0].name for account in session.scalars(select(Account))}
    assert roles == {"alvarez@example.org": AccountRole.TEACHER, "desk@example.org": AccountRole.RECORDER}
    again = invite_from_roster(session, NOW)
    assert again.invited == ()
    assert again.already == 2


def test_an_account_finds_its_staff_member_by_e_mail(session: Session, world: World) -> None:
    staff = world.staff(world.school(), email="k.lowe@example.org")

    made = create_account(session, "K.Lowe@example.org", AccountRole.COUNSELOR, NOW)

    assert made.staff_id == staff.id
    with pytest.raises(OutreachError, match="already has a sign-in"):
        create_account(session, "k.lowe@example.org", AccountRole.TEACHER, NOW)
    with pytest.raises(OutreachError, match="not an e-mail address"):
        create_account(session, "nobody", AccountRole.TEACHER, NOW)


def test_the_trail_cannot_be_rewritten(session: Session, world: World) -> None:
    viewer = viewer_of(session, world.account(world.staff(world.school())), NOW)
    line = audit(session, viewer, "read", "family", 7, NOW, because="teaches Maya in Algebra I")

    assert session.scalar(select(AuditEvent.granted_because)) == "teaches Maya in Algebra I"
    line.action = "nothing"
    with pytest.raises(DatabaseError):
        session.flush()
    session.rollback()
