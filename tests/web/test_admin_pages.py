"""Administration's first page, the schools, and what is decided there."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models import AccountRole, AuditEvent, Calendar, DeliveryStop, District, ImportRun, OnCall, RunState, School
from tests.web.conftest import Town
from tests.world import NOW

HEAD, PRINCIPAL = AccountRole.DISTRICT_ADMINISTRATOR, AccountRole.ADMINISTRATOR


def findings(page: str) -> set[str]:
    return set(re.findall(r'data-finding="(\w+)"', page))


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', page)
    assert found, "the form does not say what was seen"
    return found[1]


def elsewhere(town: Town) -> School:
    [other] = town.rows(select(School).where(School.name == "Hillside High"))
    return other


@pytest.mark.parametrize("role", [AccountRole.TEACHER, AccountRole.COUNSELOR, AccountRole.RECORDER])
@pytest.mark.parametrize("page", ["/admin", "/admin/schools", "/admin/staff", "/admin/imports", "/admin/runs"])
def test_administration_is_for_administrators(town: Town, role: AccountRole, page: str) -> None:
    assert town.sign_in(role).get(page).status_code == 403


@pytest.mark.parametrize("page", ["/admin/imports", "/admin/imports/1", "/admin/imports/1/rejected.csv", "/admin/runs"])
def test_what_reaches_every_school_is_for_the_district_alone(town: Town, page: str) -> None:
    assert town.sign_in(PRINCIPAL).get(page).status_code == 403


def test_the_first_page_tells_what_is_missing_and_leads_there(town: Town) -> None:
    page = town.sign_in(HEAD).get("/admin").text
    assert {"on_call", "who_to_ask", "roster", "nightly"} <= findings(page)
    assert "No roster has been imported" in page
    for address in ("/safety", "/admin/schools", "/admin/imports", "/admin/runs"):
        assert f'href="{address}"' in page


def test_an_administrator_of_one_school_is_told_of_that_school_alone(town: Town) -> None:
    other = elsewhere(town)
    town.session.get_one(School, town.school.id).fallback_staff_id = town.teacher.id
    town.commit()
    theirs, everything = town.sign_in(PRINCIPAL).get("/admin").text, town.sign_in(HEAD).get("/admin").text
    assert "who_to_ask" not in findings(theirs)
    assert "who_to_ask" in findings(everything)
    assert other.name not in theirs
    assert findings(theirs) <= {"on_call", "calendars", "school_year", "who_to_ask"}


def test_a_refused_import_is_said_first_of_all_until_one_went_well(town: Town) -> None:
    def run(state: RunState, error: str | None = None) -> None:
        town.world.add(ImportRun(kind="oneroster", source="export.zip", state=state, started_at=NOW, error=error))
        town.commit()

    run(RunState.FAILED, "users.csv is empty: not even a header. Nothing has changed.")
    head = town.sign_in(HEAD)
    assert "The last import, export.zip, was refused: users.csv is empty" in head.get("/admin").text
    run(RunState.DONE)
    assert "last_import" not in findings(head.get("/admin").text)


def test_the_district_says_why_it_may_write(town: Town) -> None:
    head = town.sign_in(HEAD)
    refused = head.send("/admin/consent-basis", "/admin", words=" ")
    assert refused.status_code == 422
    assert 'id="words-error"' in refused.text
    head.send("/admin/consent-basis", "/admin", words="The enrollment form of 2026 says so.")

    assert town.rows(select(District.consent_basis)) == ["The enrollment form of 2026 says so."]
    assert town.sign_in(PRINCIPAL).client.get("/admin").text.count("Why the district may write") == 0


def test_stop_everything_is_one_button_for_a_school_and_everybody_reads_it(town: Town) -> None:
    administrator = town.sign_in(PRINCIPAL)
    administrator.send("/admin/stop", "/admin", school_id=town.school.id, why="The phone list is being checked")
    assert "The phone list is being checked" in town.sign_in().get("/families").text
    assert len(town.rows(select(DeliveryStop).where(DeliveryStop.resumed_at.is_(None)))) == 1
    administrator.send("/admin/resume", "/admin", school_id=town.school.id)

    assert "phone list" not in town.sign_in().get("/families").text


def test_a_stop_without_its_reason_is_not_made(town: Town) -> None:
    refused = town.sign_in(PRINCIPAL).send("/admin/stop", "/admin", school_id=town.school.id, why=" ")
    assert (refused.status_code, "everybody sees it" in refused.text) == (422, True)
    assert town.rows(select(DeliveryStop)) == []


def test_a_school_s_administrator_stops_neither_the_district_nor_another_school(town: Town) -> None:
    administrator = town.sign_in(PRINCIPAL)
    for school_id in ("", elsewhere(town).id):
        assert administrator.send("/admin/stop", "/admin", school_id=school_id, why="x").status_code == 403
    assert town.rows(select(DeliveryStop)) == []


@pytest.mark.parametrize("school_id", ["abc", "0", str(10**12), " ", None])
def test_a_school_that_cannot_be_read_does_not_stop_the_district(town: Town, school_id: str | None) -> None:
    head = town.sign_in(HEAD)
    assert head.send("/admin/stop", "/admin", school_id=school_id, why="x").status_code == 403
    assert head.send("/admin/resume", "/admin", school_id=school_id).status_code == 403
    assert town.rows(select(DeliveryStop)) == []
    assert head.send("/admin/stop", "/admin", school_id="", why="x").status_code == 303


def test_a_school_s_administrator_does_not_read_another_school_s_stop_here(town: Town) -> None:
    town.world.add(DeliveryStop(school_id=elsewhere(town).id, why="Flood", stopped_at=NOW))
    town.commit()
    assert 'action="/admin/resume"' not in town.sign_in(PRINCIPAL).get("/admin").text
    assert 'action="/admin/resume"' in town.sign_in(HEAD).get("/admin").text


def test_the_list_of_schools_tells_how_each_stands(town: Town) -> None:
    other = elsewhere(town)
    town.world.add(OnCall(school_id=town.school.id, staff_id=town.teacher.id))
    town.session.get_one(School, town.school.id).fallback_staff_id = town.teacher.id
    for calendar in town.session.scalars(select(Calendar).where(Calendar.school_id == other.id)):
        calendar.last_day = NOW.date() + timedelta(days=5)
    town.commit()
    page = town.sign_in(HEAD).get("/admin/schools").text
    assert page.count("data-line") == 2
    assert "ends soon, on Sun 29 Nov" in page
    assert "1 person" in page
    assert "L. Alvarez" in page
    theirs = town.sign_in(PRINCIPAL).get("/admin/schools").text
    assert (theirs.count("data-line"), "Hillside High" in theirs) == (1, False)


def test_what_the_district_sets_for_a_school_is_kept_and_stands_in_the_trail(town: Town) -> None:
    address = f"/admin/schools/{town.school.id}"
    administrator = town.sign_in(PRINCIPAL)
    administrator.send(
        address, address, seen=seen(administrator.get(address).text), phone="(312) 555-0142",
        timezone="America/Denver", fallback_staff_id=town.teacher.id, log_began="2026-09-01",
    )  # fmt: skip
    assert "Kept." in administrator.follow().text
    [school] = town.rows(select(School).where(School.id == town.school.id))
    assert (school.phone, school.timezone) == ("(312) 555-0142", "America/Denver")
    assert (school.fallback_staff_id, school.log_began) == (town.teacher.id, date(2026, 9, 1))
    [line] = town.rows(select(AuditEvent).where(AuditEvent.action == "change_school"))
    assert "555" not in str(line.detail), "no number in the trail"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("phone", "12", "too few digits"),
        ("timezone", "Mars/Olympus", "is not a time zone"),
        ("log_began", "2027-09-01", "in the future"),
        ("log_began", "soon", "must look like"),
        ("fallback_staff_id", "elsewhere", "works at this school"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_what_was_typed_stays(
    town: Town, field: str, value: str, sentence: str
) -> None:
    other = elsewhere(town)
    stranger = town.world.staff(other)
    town.commit()
    typed = str(stranger.id) if value == "elsewhere" else value
    address = f"/admin/schools/{town.school.id}"
    fields = {"phone": "(312) 555-0100", "timezone": "", "log_began": "", "fallback_staff_id": "", field: typed}
    refused = town.sign_in(PRINCIPAL).send(address, address, **fields)
    assert refused.status_code == 422
    assert sentence in refused.text
    assert f'aria-describedby="{field}-error' in refused.text
    if field != "phone":
        assert 'value="(312) 555-0100"' in refused.text
    assert town.rows(select(School.phone).where(School.id == town.school.id)) == [None]


def test_two_who_set_something_for_a_school_do_not_overwrite_each_other_unseen(town: Town) -> None:
    first, second, address = town.sign_in(PRINCIPAL), town.sign_in(HEAD), f"/admin/schools/{town.school.id}"
    saw = seen(second.get(address).text)
    first.send(address, address, seen=saw, phone="(312) 555-0142", fallback_staff_id=town.teacher.id)
    refused = second.send(address, address, seen=saw, phone="(312) 555-0199", fallback_staff_id="")
    assert (refused.status_code, "Somebody changed this meanwhile" in refused.text) == (409, True)
    assert "Stands there now: (312) 555-0142" in refused.text
    assert "Stands there now: Alvarez, Lucia" in refused.text
    assert 'value="(312) 555-0199"' in refused.text, "what was typed stays"
    assert town.rows(select(School.phone).where(School.id == town.school.id)) == ["(312) 555-0142"]
    second.send(address, address, seen=seen(refused.text), phone="(312) 555-0199", fallback_staff_id=town.teacher.id)
    assert town.rows(select(School.phone).where(School.id == town.school.id)) == ["(312) 555-0199"]


def test_another_school_s_page_is_nobody_s_business(town: Town) -> None:
    administrator, address = town.sign_in(PRINCIPAL), f"/admin/schools/{elsewhere(town).id}"
    assert administrator.get(address).status_code == 404
    assert administrator.send(address, phone="(312) 555-0142").status_code == 404
    assert administrator.get(f"{address}/calendars/school").status_code == 404


def test_the_pages_of_administration_speak_spanish(town: Town) -> None:
    head = town.sign_in(HEAD)
    for page in ("/admin", "/admin/schools", f"/admin/schools/{town.school.id}", "/admin/staff", "/admin/imports"):
        shown = head.get(page, headers={"Accept-Language": "es"}).text
        assert '<html lang="es"' in shown
        assert "Administración" in shown, page
