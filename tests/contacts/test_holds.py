"""Holds: who may place one, who reads why, and that nothing is lost by it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AccountRole, AuditEvent, FamilyMember, Hold, HoldReason, StaffRole
from outreach.access import NotAllowed, household
from outreach.access.viewer import Viewer
from outreach.contacts import (
    HoldRefused,
    NewHold,
    end_hold,
    holds_of_family,
    place_hold,
    put_hold_back,
    take_back_hold,
)
from outreach.errors import NotFound
from tests.contacts.homes import Home, counselor_of, viewer_of_staff
from tests.world import NOW, World

DAY = timedelta(days=1)


@pytest.fixture
def counselor(delgado: Home, world: World) -> Viewer:
    lowe = world.staff(delgado.school, role=StaffRole.COUNSELOR, display_name="K. Lowe")
    account = world.account(lowe, AccountRole.COUNSELOR)
    return viewer_of_staff(lowe, delgado.school, AccountRole.COUNSELOR, account_id=account.id)


def new(delgado: Home, **values: object) -> NewHold:
    given = {"family_id": delgado.family.id, "reason": HoldReason.BEREAVEMENT, "note": "A death.", **values}
    return NewHold(**given)  # type: ignore[arg-type]  # what the tests below give


def in_force(session: Session, delgado: Home, viewer: Viewer, at: datetime = NOW) -> list[str | None]:
    return [hold.ask for hold in holds_of_family(session, viewer, delgado.family.id, at)]


def test_a_counselor_places_one_and_everybody_reads_whom_to_ask(
    delgado: Home, session: Session, counselor: Viewer
) -> None:
    placed = place_hold(session, counselor, new(delgado, last_day=date(2026, 12, 1)), NOW)
    teacher = viewer_of_staff(delgado.alvarez, delgado.school)

    assert household(session, teacher, delgado.family.id, NOW).holds == (
        "On hold: ask K. Lowe before you write or call.",
    )
    (told,) = holds_of_family(session, teacher, delgado.family.id, NOW)
    assert (told.ask, told.reason, told.note, told.may_end) == ("K. Lowe", None, None, False)
    (read,) = holds_of_family(session, counselor, delgado.family.id, NOW)
    assert (read.reason, read.note, read.may_end) == (HoldReason.BEREAVEMENT, "A death.", True)
    assert placed.until_at == datetime.fromisoformat("2026-12-02T00:00-06:00"), "the last day belongs to it"
    (line,) = session.scalars(select(AuditEvent).where(AuditEvent.action == "place_hold"))
    assert (line.subject_id, line.account_id) == (placed.id, counselor.account_id)
    assert "death" not in str(line.detail)


def test_who_is_asked_reads_why(delgado: Home, session: Session, counselor: Viewer) -> None:
    place_hold(session, counselor, new(delgado, ask_staff_id=delgado.alvarez.id), NOW)
    (told,) = holds_of_family(session, viewer_of_staff(delgado.alvarez, delgado.school), delgado.family.id, NOW)
    assert (told.reason, told.may_end) == (HoldReason.BEREAVEMENT, False)


@pytest.mark.parametrize("role", [AccountRole.TEACHER, AccountRole.RECORDER])
def test_a_teacher_and_a_recorder_place_and_end_none(
    delgado: Home, session: Session, counselor: Viewer, role: AccountRole
) -> None:
    looking = viewer_of_staff(delgado.alvarez, delgado.school, role)
    with pytest.raises(NotAllowed, match="counselor or an administrator"):
        place_hold(session, looking, new(delgado), NOW)
    placed = place_hold(session, counselor, new(delgado), NOW)
    with pytest.raises(NotAllowed):
        end_hold(session, looking, delgado.family.id, placed.id, NOW)


def test_nobody_holds_a_family_that_they_may_not_see(delgado: Home, session: Session, world: World) -> None:
    elsewhere = counselor_of(world, world.school())
    with pytest.raises(NotFound):
        place_hold(session, elsewhere, new(delgado), NOW)
    theirs = world.family(world.student(world.school()))
    hold = world.add(Hold(family_id=theirs.id, reason=HoldReason.CRISIS, from_at=NOW))
    with pytest.raises(NotFound):
        end_hold(session, counselor_of(world, delgado.school), delgado.family.id, hold.id, NOW)


def test_it_is_ended_put_back_as_it_was_and_taken_back(delgado: Home, session: Session, counselor: Viewer) -> None:
    placed = place_hold(session, counselor, new(delgado, last_day=date(2026, 12, 1)), NOW)
    until, later = placed.until_at, NOW + DAY
    end_hold(session, counselor, delgado.family.id, placed.id, later)
    end_hold(session, counselor, delgado.family.id, placed.id, later + DAY)
    assert (placed.until_at, in_force(session, delgado, counselor, later)) == (later, [])

    put_hold_back(session, counselor, delgado.family.id, placed.id, later)
    assert (placed.until_at, placed.ended_at) == (until, None)
    assert in_force(session, delgado, counselor, later) == ["K. Lowe"]

    take_back_hold(session, counselor, delgado.family.id, placed.id, later)
    assert in_force(session, delgado, counselor, later) == []
    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions == ["place_hold", "end_hold", "put_hold_back", "take_back_hold"]


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"last_day": date(2026, 11, 23)}, "last_day", "over"),
        ({"last_day": date(2028, 11, 23)}, "last_day", "a year at most"),
        ({"last_day": date(9999, 12, 31)}, "last_day", "a year at most"),
        ({"last_day": date(1, 1, 1)}, "last_day", "over"),
        ({"note": "x" * 1001}, "note", "1000"),
        ({"ask_staff_id": 987654}, "ask_staff_id", "works at"),
        ({"student_id": 987654}, "student_id", "child of this family"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    delgado: Home, session: Session, counselor: Viewer, values: dict[str, object], field: str, words: str
) -> None:
    with pytest.raises(HoldRefused, match=words) as refused:
        place_hold(session, counselor, new(delgado, **values), NOW)
    assert refused.value.field == field
    assert in_force(session, delgado, counselor) == []


def test_a_hold_for_today_ends_with_today(delgado: Home, session: Session, counselor: Viewer) -> None:
    placed = place_hold(session, counselor, new(delgado, last_day=NOW.date()), NOW)
    assert placed.until_at == datetime.fromisoformat("2026-11-25T00:00-06:00")


def test_a_family_is_held_once_and_one_child_beside_another(
    delgado: Home, session: Session, world: World, counselor: Viewer
) -> None:
    leo = world.student(delgado.school, given_name="Leo")
    world.add(FamilyMember(family_id=delgado.family.id, student_id=leo.id, from_on=date(2026, 8, 17)))
    place_hold(session, counselor, new(delgado, student_id=delgado.maya.id), NOW)
    place_hold(session, counselor, new(delgado, student_id=leo.id), NOW)
    with pytest.raises(HoldRefused, match="stands already"):
        place_hold(session, counselor, new(delgado, student_id=leo.id), NOW)
    place_hold(session, counselor, new(delgado), NOW)
    with pytest.raises(HoldRefused, match="stands already"):
        place_hold(session, counselor, new(delgado), NOW)
    assert [hold.student for hold in holds_of_family(session, counselor, delgado.family.id, NOW)] == [
        "Maya", "Leo", None,
    ]  # fmt: skip


def test_a_school_s_hold_is_shown_and_not_ended_here(
    delgado: Home, session: Session, world: World, counselor: Viewer
) -> None:
    hold = world.add(Hold(school_id=delgado.school.id, reason=HoldReason.CRISIS, from_at=NOW - DAY))
    (told,) = holds_of_family(session, counselor, delgado.family.id, NOW)
    assert (told.school, told.may_end) == (delgado.school.name, False)
    with pytest.raises(NotFound):
        end_hold(session, counselor, delgado.family.id, hold.id, NOW)
