"""The who-to-ask directory: for families without sign-in, for staff, and its editor."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from models import AccountRole, WhoToAsk
from tests.web.conftest import Person, Town

TYPED = {
    "what_en": "School bus", "what_es": "Autobús escolar", "who": "Transportation", "phone": "312 555 0142 x7",
    "email": "bus@example.org", "department": "front_office", "staff_id": "", "hours_en": "7 to 4", "hours_es": "",
}  # fmt: skip


def lines(town: Town) -> list[WhoToAsk]:
    return town.rows(select(WhoToAsk).where(WhoToAsk.removed_at.is_(None)).order_by(WhoToAsk.place))


def listed(town: Town) -> WhoToAsk:
    made = town.world.whom_to_ask(town.school)
    town.commit()
    return made


def undo(person: Person) -> str:
    found = re.search(r'action="(/who-to-ask/lines/\d+/[\w-]+(?:\?seen=\d+)?)">\s*<input[^>]*>\s*<button class="btn '
                      r'btn-quiet">[^<]*<svg[^>]*><use[^>]*></use></svg> Undo', person.follow().text)  # fmt: skip
    assert found
    return found[1]


def test_a_family_reads_whom_to_ask_without_signing_in_and_without_scripts(town: Town) -> None:
    listed(town)
    answer = town.visitor().get(f"/ask/school-{town.school.id}")
    page = answer.text

    assert answer.status_code == 200
    assert 'href="tel:+13125550142"' in page
    assert 'href="mailto:bus@example.org"' in page
    assert 'content="noindex' in page
    assert "<script" not in page
    assert "911" in page
    assert "988" in page
    assert "at night" in page
    assert len(page) + len(town.visitor().get(re.findall(r"/assets/\w+/ask.css", page)[0]).data) < 12_000


def test_it_speaks_spanish_to_who_reads_spanish_or_was_sent_there_in_spanish(town: Town) -> None:
    listed(town)
    address = f"/ask/school-{town.school.id}"
    asked_for = town.visitor().get(address, headers={"Accept-Language": "es-MX,es;q=0.9"}).text
    sent = town.visitor().get(f"{address}/es").text
    english = town.visitor().get(f"{address}/en", headers={"Accept-Language": "es"}).text

    for page in (asked_for, sent):
        assert "Autobús escolar" in page
        assert '<html lang="es">' in page
        assert "Días de clase de 7 a 16" in page
        assert "marque 2" in page
    assert "School bus" in english
    assert f'href="{address}/es"' in english


def test_it_tells_nothing_but_office_contacts(town: Town) -> None:
    town.world.whom_to_ask(town.school, staff_id=town.teacher.id)
    town.commit()
    page = town.visitor().get(f"/ask/school-{town.school.id}").text

    assert town.teacher.display_name not in page
    assert (town.teacher.email or "") not in page


def test_the_list_of_schools_leads_on_and_an_unknown_school_is_none(town: Town) -> None:
    assert "Please ask the school’s office" in town.visitor().get("/ask").text
    listed(town)
    only = town.visitor().get("/ask/es")
    assert (only.status_code, only.headers["Location"]) == (302, f"/ask/school-{town.school.id}/es")
    town.world.whom_to_ask(town.world.school(name="Hillside Middle", code="HM"))
    town.commit()

    assert 'href="/ask/HM"' in town.visitor().get("/ask").text
    assert town.visitor().get("/ask/nowhere").status_code == 404
    assert town.visitor().get(f"/ask/school-{town.school.id}/fr").status_code == 404


def test_an_empty_directory_sends_families_to_the_office_and_teaches_who_keeps_it(town: Town) -> None:
    town.school.phone = "+13125550100"
    town.commit()

    assert 'href="tel:+13125550100"' in town.visitor().get(f"/ask/school-{town.school.id}").text
    assert "Add the first line" in town.sign_in(AccountRole.ADMINISTRATOR).get("/who-to-ask").text
    teacher = town.sign_in().get("/who-to-ask").text
    assert "An administrator of this school can say here" in teacher
    assert "Add the first line" not in teacher


def test_an_administrator_adds_a_line_and_takes_that_back(town: Town) -> None:
    principal = town.sign_in(AccountRole.ADMINISTRATOR)
    form = f"/who-to-ask/{town.school.id}/new"
    principal.send(form, form, **TYPED)
    (line,) = lines(town)
    assert (line.phone, line.extension, line.email) == ("+13125550142", "7", "bus@example.org")
    principal.send(undo(principal))

    assert lines(town) == []


def test_a_line_that_is_wrong_says_so_beside_its_fields_and_loses_nothing(town: Town) -> None:
    principal = town.sign_in(AccountRole.ADMINISTRATOR)
    form = f"/who-to-ask/{town.school.id}/new"
    answer = principal.send(form, form, **(TYPED | {"phone": "12", "what_es": ""}))

    assert answer.status_code == 422
    assert 'id="phone-error"' in answer.text
    assert 'id="what_es-error"' in answer.text
    assert 'value="12"' in answer.text
    assert 'value="Transportation"' in answer.text
    assert lines(town) == []


def test_a_line_is_changed_and_the_change_taken_back(town: Town) -> None:
    line = listed(town)
    principal, form = town.sign_in(AccountRole.ADMINISTRATOR), f"/who-to-ask/lines/{line.id}"
    assert 'value="(312) 555-0142"' in principal.get(form).text
    principal.send(form, form, seen="1", **(TYPED | {"who": "Bus office"}))
    assert [one.who for one in lines(town)] == ["Bus office"]
    principal.send(undo(principal))

    assert [(one.who, one.extension) for one in lines(town)] == [("Transportation", None)]


def test_of_two_who_change_one_line_the_second_sees_the_first_s_words_beside_its_own(town: Town) -> None:
    line = listed(town)
    principal, district = town.sign_in(AccountRole.ADMINISTRATOR), town.sign_in(AccountRole.DISTRICT_ADMINISTRATOR)
    form = f"/who-to-ask/lines/{line.id}"
    principal.send(form, form, seen="1", **(TYPED | {"who": "Bus office"}))
    answer = district.send(form, form, seen="1", **(TYPED | {"who": "Mine"}))

    assert answer.status_code == 409
    assert 'value="Mine"' in answer.text
    assert "Stands there now: Bus office" in answer.text
    assert [one.who for one in lines(town)] == ["Bus office"]
    seen = re.search(r'name="seen" value="(\d+)"', answer.text)
    assert seen
    assert district.send(form, form, seen=seen[1], **(TYPED | {"who": "Mine"})).status_code == 303


def test_a_line_is_removed_and_comes_back_and_moves_without_scripts(town: Town) -> None:
    first, second = listed(town), town.world.whom_to_ask(town.school, what_en="Nurse")
    town.commit()
    principal = town.sign_in(AccountRole.ADMINISTRATOR)
    principal.send(f"/who-to-ask/lines/{second.id}/up", "/who-to-ask")
    assert [one.what_en for one in lines(town)] == ["Nurse", "School bus"]
    principal.send(f"/who-to-ask/lines/{first.id}/remove", "/who-to-ask", seen="1")
    assert [one.what_en for one in lines(town)] == ["Nurse"]
    principal.send(undo(principal))

    assert [one.what_en for one in lines(town)] == ["Nurse", "School bus"]


@pytest.mark.parametrize("role", [AccountRole.TEACHER, AccountRole.COUNSELOR, AccountRole.RECORDER])
def test_others_read_it_and_change_nothing(town: Town, role: AccountRole) -> None:
    line = listed(town)
    person = town.sign_in(role)
    page = person.get("/who-to-ask").text
    assert "School bus" in page
    assert "/remove" not in page
    assert person.get(f"/who-to-ask/lines/{line.id}").status_code == 403
    assert person.send(f"/who-to-ask/lines/{line.id}/remove", None, seen="1").status_code == 403
    assert person.send(f"/who-to-ask/{town.school.id}/new", None, **TYPED).status_code == 403
    assert len(lines(town)) == 1


def test_a_line_of_another_school_is_not_this_administrator_s(town: Town) -> None:
    elsewhere = town.world.school(name="Hillside Middle")
    line = town.world.whom_to_ask(elsewhere)
    town.commit()
    principal = town.sign_in(AccountRole.ADMINISTRATOR)

    assert principal.get(f"/who-to-ask/lines/{line.id}").status_code == 404
    assert principal.send(f"/who-to-ask/lines/{line.id}/remove", None, seen="1").status_code == 403
    assert principal.get("/who-to-ask/lines/99999").status_code == 404
