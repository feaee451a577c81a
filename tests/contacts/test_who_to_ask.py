"""A school's who-to-ask directory: kept by its administrators, checked field by field, each change taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from models import AccountRole, Department, School, StaffRole, WhoToAsk
from outreach.access.viewer import NotAllowed, Viewer
from outreach.contacts.lines_typed import LineTyped, LineWrong
from outreach.contacts.who_to_ask import (
    LineMovedOn,
    add_line,
    ask_path,
    change_line,
    code_of_school,
    directory,
    line_as_read,
    move_line,
    put_line_back,
    receivers,
    remove_line,
    school_of_code,
    schools_listed,
    undo_change,
)
from tests.contacts.homes import viewer_of_staff
from tests.world import NOW, World

BUS = LineTyped(
    what_en="School bus", what_es="Autobús escolar", who="Transportation", phone="(312) 555-0142 ext. 12",
    email="Bus@Example.org", department="front_office", hours_en="School days 7 to 4",
)  # fmt: skip


@pytest.fixture
def school(world: World) -> School:
    return world.school(name="Lakeside High", code="LH")


@pytest.fixture
def principal(world: World, school: School) -> Viewer:
    staff = world.staff(school, role=StaffRole.ADMINISTRATOR)
    account = world.account(staff, AccountRole.ADMINISTRATOR)
    return viewer_of_staff(staff, school, AccountRole.ADMINISTRATOR, account_id=account.id)


def whats(session: Session, school: School) -> list[str]:
    return [line.what_en for line in directory(session, school.id)]


def add(session: Session, principal: Viewer, school: School, *names: str) -> list[WhoToAsk]:
    return [add_line(session, principal, school.id, replace(BUS, what_en=name), NOW) for name in names]


def test_a_line_is_kept_with_its_number_as_it_is_dialed(session: Session, school: School, principal: Viewer) -> None:
    line = add_line(session, principal, school.id, BUS, NOW)
    assert (line.phone, line.extension, line.email) == ("+13125550142", "12", "bus@example.org")
    assert line.department is Department.FRONT_OFFICE
    english, spanish = line_as_read(line, "en"), line_as_read(line, "es")
    assert (english.what, spanish.what, english.dialed) == ("School bus", "Autobús escolar", "+13125550142;ext=12")
    assert (spanish.hours, spanish.hours_language) == ("School days 7 to 4", "en"), "better in English than not at all"


@pytest.mark.parametrize(
    ("values", "field", "says"),
    [
        ({"what_en": "  "}, "what_en", "in English"), ({"what_es": ""}, "what_es", "Spanish"),
        ({"who": ""}, "who", "office or person"), ({"phone": "555"}, "phone", "area code"),
        ({"phone": "call us"}, "phone", "area code"), ({"phone": "312 555 0142 ext 123456789"}, "phone", "dialed"),
        ({"email": "bus at school"}, "email", "not an e-mail"), ({"phone": "", "email": " "}, "phone", "or both"),
        ({"who": "x" * 121}, "who", "1 sign too long"), ({"department": "kitchen"}, "department", "departments"),
        ({"staff_id": "x"}, "staff_id", "people"), ({"staff_id": "99999"}, "staff_id", "does not work at this school"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_kept(
    session: Session, school: School, principal: Viewer, values: dict[str, str], field: str, says: str
) -> None:
    with pytest.raises(LineWrong) as refused:
        add_line(session, principal, school.id, replace(BUS, **values), NOW)
    assert [at for at, _sentence in refused.value.problems] == [field]
    assert says in str(refused.value)
    assert whats(session, school) == []


def test_everything_that_is_wrong_is_said_at_once(session: Session, school: School, principal: Viewer) -> None:
    with pytest.raises(LineWrong) as refused:
        add_line(session, principal, school.id, LineTyped(phone="1"), NOW)
    assert [field for field, _sentence in refused.value.problems] == ["what_en", "what_es", "who", "phone"]


def test_a_change_is_taken_back_and_so_is_that(session: Session, school: School, principal: Viewer) -> None:
    line = add_line(session, principal, school.id, BUS, NOW)
    changed = change_line(session, principal, line.id, replace(BUS, who="Bus office", department=""), NOW, seen=1)
    assert (changed.who, changed.department, changed.version) == ("Bus office", None, 2)
    undo_change(session, principal, line.id, NOW, seen=2)
    assert (line.who, line.department) == ("Transportation", Department.FRONT_OFFICE)
    undo_change(session, principal, line.id, NOW, seen=3)
    session.expire(line)
    assert (line.who, line.department) == ("Bus office", None)


def test_saving_the_same_words_changes_nothing(session: Session, school: School, principal: Viewer) -> None:
    line = add_line(session, principal, school.id, BUS, NOW)
    assert change_line(session, principal, line.id, BUS, NOW, seen=1).version == 1
    with pytest.raises(LineMovedOn, match="nothing to take back"):
        undo_change(session, principal, line.id, NOW, seen=1)


def test_nobody_overwrites_another_s_line_unseen(session: Session, school: School, principal: Viewer) -> None:
    line = add_line(session, principal, school.id, BUS, NOW)
    change_line(session, principal, line.id, replace(BUS, who="Bus office"), NOW, seen=1)
    with pytest.raises(LineMovedOn, match="changed this line"):
        change_line(session, principal, line.id, replace(BUS, who="Mine"), NOW, seen=1)
    with pytest.raises(LineMovedOn):
        remove_line(session, principal, line.id, NOW, seen=1)
    remove_line(session, principal, line.id, NOW, seen=2)
    with pytest.raises(LineMovedOn, match="removed this line"):
        change_line(session, principal, line.id, BUS, NOW, seen=2)
    assert line.who == "Bus office"


def test_a_removed_line_comes_back_where_it_stood(session: Session, school: School, principal: Viewer) -> None:
    _bus, nurse, _meals = add(session, principal, school, "Bus", "Nurse", "Meals")
    remove_line(session, principal, nurse.id, NOW, seen=1)
    assert whats(session, school) == ["Bus", "Meals"]
    for _press in range(2):
        put_line_back(session, principal, nurse.id, NOW)
    assert whats(session, school) == ["Bus", "Nurse", "Meals"]


def test_lines_move_one_place_and_never_over_the_end(session: Session, school: School, principal: Viewer) -> None:
    bus, _nurse, meals = add(session, principal, school, "Bus", "Nurse", "Meals")
    move_line(session, principal, meals.id, NOW, up=True)
    assert whats(session, school) == ["Bus", "Meals", "Nurse"]
    move_line(session, principal, bus.id, NOW, up=True)
    assert whats(session, school) == ["Bus", "Meals", "Nurse"]
    move_line(session, principal, bus.id, NOW, up=False)
    assert whats(session, school) == ["Meals", "Bus", "Nurse"]
    remove_line(session, principal, bus.id, NOW, seen=1)
    with pytest.raises(LineMovedOn):
        move_line(session, principal, bus.id, NOW, up=True)


@pytest.mark.parametrize("role", [AccountRole.TEACHER, AccountRole.COUNSELOR, AccountRole.RECORDER])
def test_only_an_administrator_of_the_school_keeps_it(
    session: Session, world: World, school: School, principal: Viewer, role: AccountRole
) -> None:
    line = add_line(session, principal, school.id, BUS, NOW)
    elsewhere = world.school()
    others = [
        viewer_of_staff(world.staff(school), school, role),
        viewer_of_staff(world.staff(elsewhere, role=StaffRole.ADMINISTRATOR), elsewhere, AccountRole.ADMINISTRATOR),
    ]
    for viewer in others:
        with pytest.raises(NotAllowed):
            add_line(session, viewer, school.id, BUS, NOW)
        with pytest.raises(NotAllowed):
            remove_line(session, viewer, line.id, NOW, seen=1)
        with pytest.raises(NotAllowed):
            move_line(session, viewer, line.id, NOW, up=True)


def test_the_address_names_the_school_by_its_code_where_that_is_plain_and_its_own(
    session: Session, world: World, school: School
) -> None:
    assert code_of_school(session, school) == "LH"
    assert school_of_code(session, "lh") is school
    twin, odd = world.school(code="lh"), world.school(code="a/b")
    assert school_of_code(session, "LH") is None, "two of that code: neither is guessed"
    for each in (school, twin, odd):
        code = code_of_school(session, each)
        assert code == f"school-{each.id}"
        assert school_of_code(session, code) is each
    assert school_of_code(session, "school-99999999999") is None


def test_a_family_is_sent_there_only_where_something_is_listed(session: Session, world: World, school: School) -> None:
    assert (ask_path(session, school.id), ask_path(session, None)) == (None, None)
    world.whom_to_ask(school)
    assert ask_path(session, school.id) == "/ask/LH"
    assert ask_path(session, school.id, "es-MX") == "/ask/LH/es"
    assert (ask_path(session, None), ask_path(session, None, "es")) == ("/ask", "/ask/es")
    assert schools_listed(session) == [school]


def test_a_question_is_handed_over_by_lines_that_name_somebody_of_ours(
    session: Session, world: World, school: School
) -> None:
    lee = world.staff(school)
    bus = world.whom_to_ask(school)
    nurse = world.whom_to_ask(school, department=None, staff_id=lee.id)
    world.whom_to_ask(school, department=None)
    world.whom_to_ask(school, removed_at=NOW)
    assert receivers(session, school.id) == [bus, nurse]
