"""An administrator gives a student, a class or a caseload to a colleague by hand, ends it, and gives it back."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from models import (
    Assignment,
    AssignmentRole,
    AuditEvent,
    School,
)
from tests.web.colleagues import HEAD, PRINCIPAL, hillside, undo
from tests.web.conftest import Town
from tests.world import NOW


def test_a_student_is_found_given_ended_and_given_back(town: Town) -> None:
    aide = town.world.staff(town.school, family_name="Aide")
    aide_id = town.world.account(aide, email="aide@example.org").staff_id
    town.commit()
    principal, page = town.sign_in(PRINCIPAL), f"/admin/staff/{aide_id}/assignments"
    found = principal.get(f"{page}/new?kind=student&q=delg").text
    assert "Delgado, Maya" in found
    assert "Hartley" not in principal.get(f"{page}/new?kind=student&q=hart").text, "another school's"
    principal.send(page, f"{page}/new?kind=student&q=delg", kind="student", target=town.maya.id, role="aide",
                   last_on="2026-12-18")  # fmt: skip
    shown = principal.follow().text
    assert "Delgado, Maya" in shown
    assert "to Fri 18 Dec" in shown
    [held] = town.rows(select(Assignment).where(Assignment.staff_id == aide_id))
    assert (held.role, held.student_id, held.until_on) == (AssignmentRole.AIDE, town.maya.id, date(2026, 12, 19))
    principal.send(f"{page}/{held.id}/end", page.removesuffix("/assignments"))
    way_back = undo(principal)
    assert town.rows(select(Assignment.until_on).where(Assignment.id == held.id)) == [NOW.date()]
    principal.send(way_back, page.removesuffix("/assignments"))
    [held] = town.rows(select(Assignment).where(Assignment.id == held.id))
    assert (held.active, held.until_on) == (True, date(2026, 12, 19))


def test_a_caseload_is_checked_letter_by_letter(town: Town) -> None:
    principal, page = town.sign_in(PRINCIPAL), f"/admin/staff/{town.teacher.id}/assignments"
    form = {
        "kind": "caseload",
        "school_id": town.school.id,
        "role": "counselor",
        "surname_from": "M",
        "surname_to": "C",
    }
    refused = principal.send(page, f"{page}/new?kind=caseload", **form)
    assert (refused.status_code, "stands after the last" in refused.text) == (422, True)
    assert 'value="M"' in refused.text
    form |= {"surname_from": "Á", "surname_to": "L", "grade": "09"}
    principal.send(page, f"{page}/new?kind=caseload", **form)
    assert "grade 9, surnames Á to L" in principal.follow().text
    again = principal.send(page, f"{page}/new?kind=caseload", **form)
    assert (again.status_code, "the very same already" in again.text) == (422, True)


def test_another_school_s_student_class_and_caseload_are_out_of_reach(town: Town) -> None:
    [other] = town.rows(select(School).where(School.name == "Hillside High"))
    stranger, section = town.world.student(other), town.world.section(other)
    town.commit()
    principal, page = town.sign_in(PRINCIPAL), f"/admin/staff/{town.teacher.id}/assignments"
    for fields in (
        {"kind": "student", "target": stranger.id}, {"kind": "section", "target": section.id},
        {"kind": "caseload", "school_id": other.id}, {"kind": "student", "target": 999999},
    ):  # fmt: skip
        assert principal.send(page, None, role="aide", **fields).status_code == 404, fields
    assert principal.send(page, kind="student", role="aide").status_code == 422
    assert len(town.rows(select(Assignment).where(Assignment.staff_id == town.teacher.id))) == 1


def test_what_the_student_system_gave_is_not_ended_here(town: Town) -> None:
    given = town.world.add(
        Assignment(staff_id=town.teacher.id, role=AssignmentRole.AIDE, student_id=town.maya.id, sourced_id="sis-1")
    ).id
    listed = town.world.add(
        Assignment(
            staff_id=town.teacher.id, role=AssignmentRole.COUNSELOR, school_id=town.school.id, sourced_id="list:1"
        )
    ).id
    town.commit()
    principal, page = town.sign_in(PRINCIPAL), f"/admin/staff/{town.teacher.id}"
    shown = principal.get(page).text
    assert "from the student system" in shown
    assert "from an imported list" in shown
    for number in (given, listed):
        assert f"/assignments/{number}/end" not in shown
        assert principal.send(f"{page}/assignments/{number}/end", page).status_code == 409
    assert set(town.rows(select(Assignment.active))) == {True}


def test_an_assignment_at_another_school_is_neither_read_ended_nor_given_back_by_hand(town: Town) -> None:
    other = hillside(town)
    both = town.world.staff(town.school, other, family_name="Both")
    stranger = town.world.student(other, given_name="Ida", family_name="Secret")
    section = town.world.section(other, title="Secret Algebra")
    targets = ({"student_id": stranger.id}, {"section_id": section.id}, {"school_id": other.id, "grade": "09"})
    held = [
        town.world.add(Assignment(staff_id=both.id, role=AssignmentRole.AIDE, **target)).id for target in targets
    ]  # fmt: skip
    town.commit()
    principal, head, page = town.sign_in(PRINCIPAL), town.sign_in(HEAD), f"/admin/staff/{both.id}"
    theirs, everything = principal.get(page).text, head.get(page).text
    assert ("Secret" in theirs, "grade 9" in theirs, "/end" in theirs) == (False, False, False)
    assert theirs.count("data-assignment") == 3
    assert "Hillside High" in theirs
    assert ("Secret, Ida" in everything, "Secret Algebra" in everything, everything.count("/end")) == (True, True, 3)
    for number in held:
        assert principal.send(f"{page}/assignments/{number}/end", page).status_code == 404
        head.send(f"{page}/assignments/{number}/end", page)
        assert principal.send(f"{page}/assignments/{number}/restore?last=", page).status_code == 404
    assert set(town.rows(select(Assignment.until_on).where(Assignment.id.in_(held)))) == {NOW.date()}


def test_only_what_was_ended_lately_is_given_back_and_to_the_last_day_it_had(town: Town) -> None:
    aide = town.world.staff(town.school, family_name="Aide")
    long_over, held = (
        town.world.add(
            Assignment(staff_id=aide.id, role=AssignmentRole.AIDE, student_id=town.maya.id, until_on=until)
        ).id
        for until in (date(2026, 9, 1), date(2026, 12, 19))
    )  # fmt: skip
    town.commit()
    principal, page = town.sign_in(PRINCIPAL), f"/admin/staff/{aide.id}"
    for number in (long_over, held):
        assert principal.send(f"{page}/assignments/{number}/restore?last=", page).status_code == 409
    principal.send(f"{page}/assignments/{held}/end", page)
    principal.send(f"{page}/assignments/{held}/restore?last=2030-01-01", page)
    ends = town.rows(select(Assignment.until_on).where(Assignment.staff_id == aide.id).order_by(Assignment.id))
    assert ends == [date(2026, 9, 1), date(2026, 12, 19)]
    principal.send(f"{page}/assignments/{held}/end", page)
    with town.session.begin_nested():
        town.world.add(
            AuditEvent(at=NOW, action="assign", subject_type="assignment", subject_id=held, account_id=None)
        )  # fmt: skip
    town.commit()
    assert principal.send(f"{page}/assignments/{held}/restore", page).status_code == 409, "something happened since"


def test_what_ended_days_ago_is_given_anew_instead(town: Town) -> None:
    aide = town.world.staff(town.school)
    held = town.world.add(
        Assignment(staff_id=aide.id, role=AssignmentRole.AIDE, student_id=town.maya.id, until_on=date(2026, 11, 22))
    )
    town.world.add(
        AuditEvent(
            at=NOW - timedelta(days=2), action="end_assignment", subject_type="assignment", subject_id=held.id,
            detail={"staff": aide.id, "last_on": None},
        )
    )  # fmt: skip
    town.commit()
    principal, page = town.sign_in(PRINCIPAL), f"/admin/staff/{aide.id}"
    assert principal.send(f"{page}/assignments/{held.id}/restore", page).status_code == 409
    assert town.rows(select(Assignment.until_on).where(Assignment.id == held.id)) == [date(2026, 11, 22)]
