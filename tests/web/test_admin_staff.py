"""Colleagues: found, invited, given roles, signed out everywhere; and who may decide that of whom."""

from __future__ import annotations

import re
from datetime import date

from sqlalchemy import select

from models import (
    Account,
    AccountRole,
    AuditEvent,
    Message,
    School,
    StaffRole,
)
from tests.web.colleagues import HEAD, PRINCIPAL, TEACHER, keep, seen, undo
from tests.web.conftest import Town


def account(town: Town, role: AccountRole) -> Account:
    [found] = town.rows(select(Account).where(Account.email == town.emails[role]))
    return found


def roles(town: Town, role: AccountRole) -> set[str]:
    return {one.name for one in account(town, role).roles}


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


def test_a_sign_in_that_is_switched_off_is_not_told_as_none(town: Town) -> None:
    town.world.staff(town.school, family_name="Never")
    town.session.get_one(Account, town.accounts[AccountRole.RECORDER].id).active = False
    town.commit()
    page = town.sign_in(HEAD).get("/admin/staff?standing=no_sign_in").text

    assert page.count("data-line") == 2
    assert page.count("sign-in switched off") == 1
    assert page.count("no sign-in</span>") == 1


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
