"""Who decides on whose sign-in, and that somebody is always left to administer the district."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, AccountRole, AuditEvent, StaffRole
from outreach.access import AdministrationRefused, NotAllowed, set_active, set_roles, viewer_of
from outreach.access.leave import set_left
from outreach.access.sign_ins import grantable, invite_again, invite_one, sign_in_of, usual_roles
from tests.world import NOW, World

HEAD, PRINCIPAL, TEACHER = AccountRole.DISTRICT_ADMINISTRATOR, AccountRole.ADMINISTRATOR, AccountRole.TEACHER


def names(account: Account) -> set[str]:
    return {role.name for role in account.roles}


def test_two_who_take_the_district_from_each_other_leave_one(session: Session, world: World) -> None:
    one, other = world.account(None, HEAD), world.account(None, HEAD)
    seen_by_one, seen_by_other = viewer_of(session, one, NOW), viewer_of(session, other, NOW)
    set_roles(session, seen_by_one, other.id, [TEACHER], NOW, seen=HEAD)
    with pytest.raises(AdministrationRefused, match="Nobody would be left"):
        set_roles(session, seen_by_other, one.id, [TEACHER], NOW, seen=HEAD)
    with pytest.raises(AdministrationRefused, match="Nobody would be left"):
        set_active(session, seen_by_other, one.id, False, NOW)
    assert names(one) == {"district_administrator"}


def test_who_has_left_the_roster_administers_nothing(session: Session, world: World) -> None:
    school = world.school()
    gone = world.account(world.staff(school, active=False), HEAD)
    last, asking = world.account(None, HEAD), world.account(None, HEAD)
    viewer = viewer_of(session, asking, NOW)
    asking.active = False
    session.flush()
    assert gone.active
    with pytest.raises(AdministrationRefused):
        set_active(session, viewer, last.id, False, NOW)


def test_the_last_who_administers_the_district_does_not_leave(session: Session, world: World) -> None:
    school = world.school()
    staff, other = world.staff(school, sourced_id=None), world.staff(school, sourced_id=None)
    world.account(staff, HEAD)
    decides = world.account(other, HEAD)
    viewer, day = viewer_of(session, decides, NOW), date(2026, 12, 1)
    assert set_left(session, viewer, staff.id, day, NOW, seen=None) is None
    [first] = session.scalars(select(Account).where(Account.staff_id == staff.id))
    by_the_first = viewer_of(session, first, NOW)
    with pytest.raises(AdministrationRefused, match="Nobody would be left") as refused:
        set_left(session, by_the_first, other.id, day, NOW, seen=None)
    assert refused.value.field == "left_on"
    with pytest.raises(AdministrationRefused, match="Nobody would be left"):
        set_active(session, by_the_first, decides.id, False, NOW)
    set_left(session, viewer, staff.id, None, NOW, seen=day)
    set_left(session, by_the_first, other.id, day, NOW, seen=None)
    assert other.left_on == day


def test_nobody_leaves_by_their_own_hand(session: Session, world: World) -> None:
    staff = world.staff(world.school(), sourced_id=None)
    viewer = viewer_of(session, world.account(staff, PRINCIPAL), NOW)
    with pytest.raises(NotAllowed, match="your own"):
        set_left(session, viewer, staff.id, NOW.date(), NOW, seen=None)


def test_a_teacher_gives_nobody_anything(session: Session, world: World) -> None:
    school = world.school()
    teacher, other = world.account(world.staff(school)), world.account(world.staff(school))
    viewer = viewer_of(session, teacher, NOW)
    assert grantable(viewer) == ()
    with pytest.raises(NotAllowed):
        set_roles(session, viewer, other.id, [PRINCIPAL], NOW, seen=TEACHER)
    with pytest.raises(NotAllowed):
        set_active(session, viewer, other.id, False, NOW)


def test_what_stands_already_leaves_no_line_in_the_trail(session: Session, world: World) -> None:
    school = world.school()
    head = viewer_of(session, world.account(None, HEAD), NOW)
    teacher = world.account(world.staff(school))
    assert set_roles(session, head, teacher.id, [TEACHER], NOW, seen="") == (TEACHER,)
    set_active(session, head, teacher.id, True, NOW)
    assert session.scalars(select(AuditEvent)).all() == []


def test_an_end_changes_what_open_sessions_are_known_by(session: Session, world: World) -> None:
    head = viewer_of(session, world.account(None, HEAD), NOW)
    teacher = world.account(world.staff(world.school()))
    known_by = teacher.fs_uniquifier
    set_active(session, head, teacher.id, False, NOW)
    assert teacher.fs_uniquifier != known_by


def test_an_invitation_makes_one_sign_in_however_often_it_is_asked_for(session: Session, world: World) -> None:
    head = viewer_of(session, world.account(None, HEAD), NOW)
    staff = world.staff(world.school(), email="New@Example.org")
    made = invite_one(session, head, staff.id, [TEACHER], NOW)
    assert made.email == "new@example.org"
    with pytest.raises(AdministrationRefused, match="sign-in already"):
        invite_one(session, head, staff.id, [TEACHER], NOW)
    assert invite_again(session, head, made.account_id, NOW) == made
    set_active(session, head, made.account_id, False, NOW)
    with pytest.raises(AdministrationRefused, match="switched off"):
        invite_again(session, head, made.account_id, NOW)
    [line, *_] = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert (line.action, line.account_id) == ("create", head.account_id)


def test_an_e_mail_that_signs_in_already_is_not_invited_twice(session: Session, world: World) -> None:
    head, school = viewer_of(session, world.account(None, HEAD), NOW), world.school()
    world.account(None, TEACHER, email="shared@example.org")
    staff = world.staff(school, email="shared@example.org")
    with pytest.raises(AdministrationRefused, match="already has a sign-in"):
        invite_one(session, head, staff.id, [TEACHER], NOW)
    assert sign_in_of(session, staff.id) is None


def test_district_staff_are_offered_no_role_unasked(session: Session, world: World) -> None:
    school = world.school()
    assert usual_roles(world.staff(school, role=StaffRole.DISTRICT)) == ()
    assert usual_roles(world.staff(school, role=StaffRole.COUNSELOR)) == (AccountRole.COUNSELOR,)
