"""Staff on the page: found, invited, given roles, away and back, and given families to answer for."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from models import (
    Account,
    AccountRole,
    Assignment,
    AssignmentRole,
    AuditEvent,
    Case,
    Message,
    School,
    Staff,
    StaffRole,
)
from tests.web.conftest import Person, Town
from tests.world import NOW

HEAD, PRINCIPAL, TEACHER = AccountRole.DISTRICT_ADMINISTRATOR, AccountRole.ADMINISTRATOR, AccountRole.TEACHER


def account(town: Town, role: AccountRole) -> Account:
    [found] = town.rows(select(Account).where(Account.email == town.emails[role]))
    return found


def roles(town: Town, role: AccountRole) -> set[str]:
    return {one.name for one in account(town, role).roles}


def undo(person: Person) -> str:
    """Where the notice's own button leads."""
    notices = person.follow().text.split('id="notices"', 1)[1]
    found = re.search(r'<form method="post" action="([^"]+)">', notices.split("<main", 1)[0])
    assert found, "no way back was offered"
    return found[1].replace("&amp;", "&")


def keep(person: Person, page: str, address: str, **fields: object) -> TestResponse:
    """Send the form of ``page`` that goes to ``address``, with what it says was seen."""
    return person.send(address, page, seen=seen(person.get(page).text, address), **fields)


def seen(page: str, address: str) -> str:
    found = re.search(rf'action="{re.escape(address)}">.*?name="seen" value="([^"]*)"', page)
    assert found, f"no form to {address}"
    return found[1]


def hillside(town: Town) -> School:
    [found] = town.rows(select(School).where(School.name == "Hillside High"))
    return found


def test_people_are_found_by_name_with_or_without_marks_school_role_and_standing(town: Town) -> None:
    town.world.staff(town.school, given_name="Sofía", family_name="Núñez", email=None)
    town.world.staff(town.school, family_name="Away", leave_from=date(2026, 11, 1))
    town.world.staff(town.school, family_name="Gone", left_on=date(2026, 10, 1))
    town.commit()
    head = town.sign_in(HEAD)
    for query, name in (
        ("q=nunez", "Núñez, Sofía"), ("q=NÚÑEZ", "Núñez, Sofía"), ("standing=leave", "Away, Lucia"),
        ("standing=left", "Gone, Lucia"), ("role=district", "Alvarez, Lucia"),
    ):  # fmt: skip
        page = head.get(f"/admin/staff?{query}").text
        assert (page.count("data-line"), name in page) == (1, True), query
    assert "Gone, Lucia" not in head.get("/admin/staff").text
    assert "Nobody fits" in head.get("/admin/staff?q=xyz").text
    assert head.get("/admin/staff?school=abc&role=wizard&standing=x&after=999999").status_code == 200


def test_the_list_goes_on_after_a_name_and_repeats_nobody(town: Town) -> None:
    for number in range(60):
        town.world.staff(town.school, family_name=f"Teacher{number % 7}", given_name=f"Given{number % 5}")
    town.commit()
    head = town.sign_in(HEAD)
    first = head.get("/admin/staff?role=teacher").text
    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert onward
    second = head.get(onward[1].replace("&amp;", "&")).text
    people = re.findall(r'href="/admin/staff/(\d+)"', first) + re.findall(r'href="/admin/staff/(\d+)"', second)
    assert (first.count("data-line"), second.count("data-line")) == (50, 11)
    assert len(set(people)) == 61
    assert 'rel="next"' not in second


def test_an_administrator_of_one_school_finds_its_people_alone(town: Town) -> None:
    [other] = town.rows(select(School).where(School.name == "Hillside High"))
    stranger = town.world.staff(other, family_name="Oakley")
    town.commit()
    principal = town.sign_in(PRINCIPAL)
    assert "Oakley" not in principal.get("/admin/staff").text
    assert principal.get(f"/admin/staff?school={other.id}").text.count("data-line") == 0
    assert principal.get(f"/admin/staff/{stranger.id}").status_code == 404
    assert principal.send(f"/admin/staff/{stranger.id}/leave", leave_from="2026-12-01").status_code == 404


def test_colleagues_are_invited_from_the_roster_with_a_link_each(town: Town) -> None:
    town.world.staff(town.school, email="new.colleague@example.org")
    town.commit()
    head = town.sign_in(HEAD)
    head.send("/admin/invite", "/admin")
    assert "1 colleague invited" in head.follow().text

    [letter] = town.rows(select(Message))
    assert letter.to_value == "new.colleague@example.org"
    assert re.search(r"http://127.0.0.1:8000/reset/\S+", letter.body)


def test_one_colleague_is_invited_with_chosen_roles_and_again_until_the_first_sign_in(town: Town) -> None:
    new = town.world.staff(town.school, email="new@example.org", role=StaffRole.COUNSELOR)
    town.commit()
    principal, page = town.sign_in(PRINCIPAL), f"/admin/staff/{new.id}"
    assert re.search(r'value="counselor" checked', principal.get(page).text), "the roster's role is proposed"
    assert principal.send(f"{page}/invite", page).status_code == 422
    principal.send(f"{page}/invite", page, roles=["counselor", "teacher"])
    assert "Invited" in principal.follow().text
    [made] = town.rows(select(Account).where(Account.staff_id == new.id))
    assert {role.name for role in made.roles} == {"counselor", "teacher"}
    again = f"/admin/sign-ins/{made.id}/again"
    principal.send(again, page)
    principal.send(again, page)
    assert len(town.rows(select(Message))) == 2, "at most one a minute beside the first"
    principal.send(f"/admin/sign-ins/{account(town, TEACHER).id}/again", page)
    assert principal.last is not None
    assert principal.last.status_code == 422
    assert "has a password already" in principal.last.text


def test_who_has_no_e_mail_is_not_invited_and_the_page_says_why(town: Town) -> None:
    silent = town.world.staff(town.school, email=None)
    town.commit()
    page = town.sign_in(PRINCIPAL).get(f"/admin/staff/{silent.id}").text
    assert "no e-mail in the student system" in page
    assert "/invite" not in page


def test_roles_are_given_and_the_undo_takes_them_back(town: Town) -> None:
    principal, number = town.sign_in(PRINCIPAL), account(town, TEACHER).id
    page = f"/admin/staff/{town.teacher.id}"
    keep(principal, page, f"/admin/sign-ins/{number}/roles", roles=["teacher", "counselor"])
    way_back = undo(principal)
    assert roles(town, TEACHER) == {"teacher", "counselor"}
    principal.send(way_back, page)
    assert roles(town, TEACHER) == {"teacher"}
    [first, _second] = town.rows(select(AuditEvent).where(AuditEvent.action == "set_roles").order_by(AuditEvent.id))
    assert first.detail == {"before": "teacher", "after": "counselor, teacher"}


def test_nobody_changes_their_own_roles(town: Town) -> None:
    for role in (PRINCIPAL, HEAD):
        person, own = town.sign_in(role), account(town, role)
        answer = person.send(f"/admin/sign-ins/{own.id}/roles", roles=["teacher", "district_administrator"])
        assert (answer.status_code, "your own sign-in" in answer.text) == (403, True)
        assert person.send(f"/admin/accounts/{own.id}", active="no").status_code == 403
        assert roles(town, role) == {role.value}


def test_an_administrator_of_a_school_gives_nobody_the_district(town: Town) -> None:
    principal, number = town.sign_in(PRINCIPAL), account(town, TEACHER).id
    answer = principal.send(f"/admin/sign-ins/{number}/roles", roles=["teacher", "district_administrator"])
    assert (answer.status_code, roles(town, TEACHER)) == (403, {"teacher"})
    shown = principal.get(f"/admin/staff/{town.teacher.id}").text
    assert re.search(r'value="district_administrator"[^>]*disabled', shown)


def test_an_administrator_of_a_school_leaves_the_district_s_sign_ins_alone(town: Town) -> None:
    principal, number = town.sign_in(PRINCIPAL), account(town, HEAD).id
    assert principal.send(f"/admin/accounts/{number}", active="no").status_code == 403
    assert principal.send(f"/admin/sign-ins/{number}/roles", roles=["teacher"]).status_code == 403
    assert account(town, HEAD).active


def test_who_works_at_two_schools_is_decided_by_the_district(town: Town) -> None:
    [other] = town.rows(select(School).where(School.name == "Hillside High"))
    both = town.world.staff(town.school, other)
    number, both_id = town.world.account(both).id, both.id
    town.commit()
    answer = town.sign_in(PRINCIPAL).send(f"/admin/sign-ins/{number}/roles", roles=["administrator"])
    assert (answer.status_code, "also works at a school" in answer.text) == (403, True)
    keep(town.sign_in(HEAD), f"/admin/staff/{both_id}", f"/admin/sign-ins/{number}/roles", roles=["administrator"])
    assert [role.name for role in town.rows(select(Account).where(Account.id == number))[0].roles] == ["administrator"]


def test_at_least_one_role_is_left(town: Town) -> None:
    answer = town.sign_in(PRINCIPAL).send(f"/admin/sign-ins/{account(town, TEACHER).id}/roles")
    assert (answer.status_code, 'id="roles-error"' in answer.text) == (422, True)
    assert roles(town, TEACHER) == {"teacher"}


def test_an_administrator_ends_a_sign_in_on_every_device_but_not_her_own(town: Town) -> None:
    teacher, administrator = town.sign_in(), town.sign_in(PRINCIPAL)
    number = account(town, TEACHER).id
    administrator.send(f"/admin/accounts/{number}", "/admin", active="no")
    way_back = undo(administrator)
    assert teacher.get("/families").status_code == 302
    assert (
        administrator.send(f"/admin/accounts/{account(town, PRINCIPAL).id}", "/admin", active="no").status_code == 403
    )
    administrator.send(way_back, "/admin")
    assert account(town, TEACHER).active
    assert teacher.get("/families").status_code == 302, "the old session stays over"


def test_a_leave_says_whose_the_work_becomes_tonight_and_is_taken_back(town: Town) -> None:
    substitute = town.world.staff(town.school, family_name="Okafor", display_name="S. Okafor")
    town.world.request(town.delgado, town.school, owner_staff_id=town.teacher.id)
    town.world.add(
        Case(family_id=town.delgado.id, opened_at=NOW, claimed_by=town.teacher.id, claimed_at=NOW, codes=[], points=5)
    )
    town.commit()
    principal, page = town.sign_in(PRINCIPAL), f"/admin/staff/{town.teacher.id}"
    keep(
        principal, page, f"{page}/leave", leave_from="2026-11-25", leave_until="2026-12-04", substitute_id=substitute.id
    )  # fmt: skip
    way_back = undo(principal)
    assert principal.last is not None
    assert "Handed on to S. Okafor tonight: 1 open question, 1 case." in principal.last.text
    [teacher] = town.rows(select(Staff).where(Staff.id == town.teacher.id))
    assert (teacher.leave_from, teacher.leave_until) == (date(2026, 11, 25), date(2026, 12, 4))
    assert teacher.substitute_id == substitute.id
    principal.send(way_back, page)
    [teacher] = town.rows(select(Staff).where(Staff.id == town.teacher.id))
    assert (teacher.leave_from, teacher.leave_until, teacher.substitute_id) == (None, None, None)


def test_a_leave_without_anybody_who_stands_in_says_so(town: Town) -> None:
    town.world.request(town.delgado, town.school, owner_staff_id=town.teacher.id)
    town.commit()
    principal, page = town.sign_in(PRINCIPAL), f"/admin/staff/{town.teacher.id}"
    keep(principal, page, f"{page}/leave", leave_from="2026-11-24", leave_until="", substitute_id="")
    assert "Nobody stands in. Tonight it goes to whom the school names" in principal.follow().text


def test_a_leave_far_off_moves_nothing_tonight(town: Town) -> None:
    principal, page = town.sign_in(PRINCIPAL), f"/admin/staff/{town.teacher.id}"
    keep(principal, page, f"{page}/leave", leave_from="2027-02-01", leave_until="2027-02-05", substitute_id="")
    assert "onight" not in principal.follow().text.split("<main", 1)[0]


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"leave_from": "2026-12-04", "leave_until": "2026-12-01"}, "leave_until", "before its first"),
        ({"leave_until": "2026-12-01"}, "leave_until", "first day of the leave"),
        ({"leave_from": "tomorrow"}, "leave_from", "must look like"),
        ({"substitute_id": "0"}, "substitute_id", "works here"),
        ({"substitute_id": "self"}, "substitute_id", "works at a school"),
        ({"substitute_id": "ring"}, "substitute_id", "nobody would be left"),
        ({"substitute_id": "gone"}, "substitute_id", "works here"),
    ],
)
def test_a_leave_that_cannot_be_is_refused(town: Town, fields: dict[str, str], field: str, sentence: str) -> None:
    ring = town.world.staff(town.school, substitute_id=town.teacher.id)
    gone = town.world.staff(town.school, left_on=NOW.date() - timedelta(days=3))
    town.commit()
    named = {"self": town.teacher.id, "ring": ring.id, "gone": gone.id}
    typed = {name: str(named.get(value, value)) for name, value in fields.items()}
    page = f"/admin/staff/{town.teacher.id}"
    refused = keep(town.sign_in(PRINCIPAL), page, f"{page}/leave", **typed)
    assert (refused.status_code, sentence in refused.text) == (422, True)
    assert town.rows(select(Staff.leave_from).where(Staff.id == town.teacher.id)) == [None]


def test_only_who_is_in_no_student_system_leaves_by_hand(town: Town) -> None:
    by_hand = town.world.staff(town.school, sourced_id=None)
    town.commit()
    principal = town.sign_in(PRINCIPAL)
    of_sis = f"/admin/staff/{town.teacher.id}"
    assert "left_on" not in principal.get(of_sis).text
    refused = principal.send(f"{of_sis}/left", of_sis, left_on="2026-12-01")
    assert (refused.status_code, "student system says" in refused.text) == (422, True)
    page = f"/admin/staff/{by_hand.id}"
    principal.send(f"{page}/left", page, left_on="2026-12-01")
    way_back = undo(principal)
    assert town.rows(select(Staff.left_on).where(Staff.id == by_hand.id)) == [date(2026, 12, 1)]
    principal.send(way_back, page)
    assert town.rows(select(Staff.left_on).where(Staff.id == by_hand.id)) == [None]


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


def test_who_decides_on_no_sign_in_of_a_colleague_shuts_that_colleague_out_by_no_last_day_either(town: Town) -> None:
    office = town.world.staff(town.school, sourced_id=None)
    town.world.account(office, HEAD)
    town.commit()
    principal, page = town.sign_in(PRINCIPAL), f"/admin/staff/{office.id}"
    assert "left_on" not in principal.get(page).text
    refused = principal.send(f"{page}/left", page, left_on="2026-11-24")
    assert (refused.status_code, "reaches the whole district" in refused.text) == (403, True)
    assert town.rows(select(Staff.left_on).where(Staff.id == office.id)) == [None]


def test_a_leave_of_who_works_elsewhere_too_is_the_district_s_to_enter(town: Town) -> None:
    both = town.world.staff(town.school, hillside(town))
    town.commit()
    principal, page = town.sign_in(PRINCIPAL), f"/admin/staff/{both.id}"
    assert "leave_from" not in principal.get(page).text
    refused = principal.send(f"{page}/leave", page, seen="//", leave_from="2026-12-01")
    assert (refused.status_code, "also works at a school" in refused.text) == (403, True)
    keep(town.sign_in(HEAD), page, f"{page}/leave", leave_from="2026-12-01")
    assert town.rows(select(Staff.leave_from).where(Staff.id == both.id)) == [date(2026, 12, 1)]


def test_two_who_enter_a_leave_do_not_overwrite_each_other_unseen(town: Town) -> None:
    first, second, page = town.sign_in(PRINCIPAL), town.sign_in(HEAD), f"/admin/staff/{town.teacher.id}"
    address = f"{page}/leave"
    saw = seen(second.get(page).text, address)
    keep(first, page, address, leave_from="2026-12-01", leave_until="2026-12-04")
    way_back = undo(first)
    refused = second.send(address, page, seen=saw, leave_from="2026-12-08", leave_until="2026-12-04")
    assert (refused.status_code, "Somebody changed this meanwhile" in refused.text) == (409, True)
    assert "Stands there now: 2026-12-01" in refused.text
    assert 'value="2026-12-08"' in refused.text, "what was typed stays"
    again = seen(refused.text, address)
    second.send(address, page, seen=again, leave_from="2026-12-08", leave_until="2026-12-09")
    first.send(way_back, page)
    assert "so it was not taken back" in first.follow().text
    assert town.rows(select(Staff.leave_from).where(Staff.id == town.teacher.id)) == [date(2026, 12, 8)]


def test_two_who_enter_a_last_day_do_not_overwrite_each_other_unseen(town: Town) -> None:
    by_hand = town.world.staff(town.school, sourced_id=None)
    town.commit()
    first, second, page = town.sign_in(PRINCIPAL), town.sign_in(HEAD), f"/admin/staff/{by_hand.id}"
    address = f"{page}/left"
    saw = seen(second.get(page).text, address)
    keep(first, page, address, left_on="2026-12-01")
    way_back = undo(first)
    refused = second.send(address, page, seen=saw, left_on="2026-12-08")
    assert (refused.status_code, "Stands there now: 2026-12-01" in refused.text) == (409, True)
    second.send(address, page, seen=seen(refused.text, address), left_on="2026-12-08")
    first.send(way_back, page)
    assert town.rows(select(Staff.left_on).where(Staff.id == by_hand.id)) == [date(2026, 12, 8)]


def test_two_who_give_roles_do_not_overwrite_each_other_unseen(town: Town) -> None:
    first, second, page = town.sign_in(PRINCIPAL), town.sign_in(HEAD), f"/admin/staff/{town.teacher.id}"
    address = f"/admin/sign-ins/{account(town, TEACHER).id}/roles"
    saw = seen(second.get(page).text, address)
    keep(first, page, address, roles=["teacher", "counselor"])
    way_back = undo(first)
    refused = second.send(address, page, seen=saw, roles=["teacher", "recorder"])
    assert (refused.status_code, "Stands there now: Counselor, Teacher" in refused.text) == (409, True)
    assert re.search(r'value="recorder" checked', refused.text), "what was chosen stays"
    assert roles(town, TEACHER) == {"teacher", "counselor"}
    second.send(address, page, seen=seen(refused.text, address), roles=["teacher", "recorder"])
    first.send(way_back, page)
    assert "so it was not taken back" in first.follow().text
    assert roles(town, TEACHER) == {"teacher", "recorder"}
