"""Calendars on the page: entered, looked at before they are kept, closed for a day and opened again."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

from sqlalchemy import select

from models import AccountRole, AuditEvent, Calendar, CalendarDay, CalendarHours, Department, Request
from tests.web.conftest import Person, Town
from tests.world import NOW

PRINCIPAL = AccountRole.ADMINISTRATOR
WEEK = {
    f"{which}-{weekday}-0": clock for weekday in range(5) for which, clock in (("opens", "08:00"), ("closes", "15:00"))
}
DUE = datetime(2026, 11, 25, 21, 0, tzinfo=UTC)
"""Wednesday, 15:00 in Chicago."""


def address(town: Town, which: str = "school") -> str:
    return f"/admin/schools/{town.school.id}/calendars/{which}"


def looked(page: str) -> str:
    found = re.search(r'name="looked" value="(\w+)"', page)
    assert found, "the page did not tell what it would do"
    return found[1]


def look_and_save(person: Person, town: Town, what: str, which: str = "school", **fields: object) -> str:
    """Send a form twice, as a person does; gives what was told in between."""
    page = address(town, which)
    seen = re.search(r'name="seen" value="([^"]*)"', person.get(page).text)
    told = person.send(f"{page}/{what}", page, do="look", **fields)
    assert told.status_code == 200, told.text
    fields |= {"looked": looked(told.text), "seen": seen[1] if seen else ""}
    assert person.send(f"{page}/{what}", page, do="save", **fields).status_code == 303
    return told.text


def way_back(person: Person) -> str:
    """Where the notice's own button leads."""
    found = re.search(r'action="([^"]+/days/take-back/\d+)"', person.follow().text)
    assert found, "no way back was offered"
    return found[1]


def days_by_name(town: Town) -> list[tuple[str, date, time | None]]:
    rows = town.rows(select(CalendarDay).order_by(CalendarDay.day, CalendarDay.opens_at))
    return [(row.name, row.day, row.opens_at) for row in rows]


def open_question(town: Town) -> Request:
    asked = town.world.request(town.delgado, town.school, opened_at=NOW, due_at=DUE, goal_at=NOW)
    town.commit()
    return asked


def test_a_closure_says_how_many_questions_move_before_it_moves_them(town: Town) -> None:
    open_question(town)
    administrator = town.sign_in(PRINCIPAL)
    entry = {"first": "2026-11-25", "last": "", "name": "Snow day", "kind": "closed"}
    page = address(town)
    told = administrator.send(f"{page}/days", page, do="look", **entry)
    assert "1 school day changes." in told.text
    assert "1 open question becomes due later" in told.text
    assert 'value="Snow day"' in told.text
    assert town.rows(select(Request.due_at)) == [DUE], "nothing has moved yet"
    assert town.rows(select(CalendarDay)) == []
    look_and_save(administrator, town, "days", **entry)
    [due_at] = town.rows(select(Request.due_at))
    assert due_at is not None
    assert due_at > DUE
    assert town.rows(select(CalendarDay.day)) == [date(2026, 11, 25)]


def test_what_was_changed_after_the_look_is_looked_at_again(town: Town) -> None:
    administrator, page = town.sign_in(PRINCIPAL), address(town)
    entry = {"first": "2026-11-25", "name": "Snow day", "kind": "closed"}
    told = looked(administrator.send(f"{page}/days", page, do="look", **entry).text)
    changed = entry | {"first": "2026-11-30"}
    answer = administrator.send(f"{page}/days", page, do="save", looked=told, **changed)
    assert (answer.status_code, "What this would do" in answer.text) == (200, True)
    assert town.rows(select(CalendarDay)) == []


def test_a_closure_is_removed_and_put_back_without_moving_a_due_time_twice(town: Town) -> None:
    open_question(town)
    administrator = town.sign_in(PRINCIPAL)
    look_and_save(administrator, town, "days", first="2026-11-25", name="Snow day", kind="closed")
    [moved] = town.rows(select(Request.due_at))
    page = address(town)
    entry = {"first": "2026-11-25", "last": "2026-11-25", "name": "Snow day"}
    administrator.send(f"{page}/days/remove", page, **entry)
    undo = way_back(administrator)
    assert town.rows(select(CalendarDay)) == []
    assert town.rows(select(Request.due_at)) == [moved], "a later time was promised"
    administrator.send(undo, page)
    assert town.rows(select(CalendarDay.name)) == ["Snow day"]
    assert town.rows(select(Request.due_at)) == [moved]


def test_an_entry_that_is_taken_back_leaves_what_it_replaced(town: Town) -> None:
    administrator, page = town.sign_in(PRINCIPAL), address(town)
    short = {"first": "2026-12-10", "kind": "short", "opens-day-0": "08:00", "closes-day-0": "11:30"}
    look_and_save(administrator, town, "days", name="Early release", **short)
    look_and_save(administrator, town, "days", first="2026-12-10", name="Snow day", kind="closed")
    assert days_by_name(town) == [("Snow day", date(2026, 12, 10), None)]
    undo = way_back(administrator)
    administrator.send(undo, page)
    assert "Taken back." in administrator.follow().text
    assert days_by_name(town) == [("Early release", date(2026, 12, 10), time(8))]
    administrator.send(undo, page)
    assert "so it was not taken back" in administrator.follow().text
    assert days_by_name(town) == [("Early release", date(2026, 12, 10), time(8))]


def test_a_break_that_was_made_longer_is_as_long_as_before_once_that_is_taken_back(town: Town) -> None:
    administrator = town.sign_in(PRINCIPAL)
    look_and_save(
        administrator, town, "days", first="2026-12-21", last="2026-12-31", name="Winter break", kind="closed"
    )
    stood = days_by_name(town)
    look_and_save(
        administrator, town, "days", first="2026-12-28", last="2027-01-05", name="Winter break", kind="closed"
    )
    undo = way_back(administrator)
    assert len(days_by_name(town)) == len(stood) + 3
    administrator.send(undo, address(town))
    assert days_by_name(town) == stood


def test_an_entry_is_not_taken_back_over_what_somebody_entered_since(town: Town) -> None:
    first, second, page = town.sign_in(PRINCIPAL), town.sign_in(AccountRole.DISTRICT_ADMINISTRATOR), address(town)
    short = {"first": "2026-12-10", "kind": "short", "closes-day-0": "11:30"}
    look_and_save(first, town, "days", name="Early release", **short, **{"opens-day-0": "08:00"})
    undo = way_back(first)
    look_and_save(second, town, "days", name="Late start", **short, **{"opens-day-0": "10:00"})
    first.send(undo, page)
    assert "so it was not taken back" in first.follow().text
    assert days_by_name(town) == [("Late start", date(2026, 12, 10), time(10))]


def test_the_way_back_names_a_line_of_this_school_s_days_and_nothing_else(town: Town) -> None:
    head = town.sign_in(AccountRole.DISTRICT_ADMINISTRATOR)
    look_and_save(head, town, "hours", first_day="2026-08-17", last_day="2027-05-28", **WEEK)
    look_and_save(head, town, "days", first="2026-11-25", name="Snow day", kind="closed")
    entered = int(way_back(head).rsplit("/", 1)[1])
    [other] = town.rows(select(Calendar.school_id).where(Calendar.school_id != town.school.id))
    elsewhere = f"/admin/schools/{other}/calendars/school/days/take-back/{entered}"
    assert head.send(elsewhere).status_code == 404
    assert town.sign_in(PRINCIPAL).send(elsewhere).status_code == 404
    [hours] = town.rows(select(AuditEvent.id).where(AuditEvent.action == "keep_calendar"))
    for line in (hours, 10**9):
        assert head.send(f"{address(town)}/days/take-back/{line}").status_code == 404
    assert len(days_by_name(town)) == 1


def test_an_address_that_removes_three_thousand_years_is_no_such_day(town: Town) -> None:
    administrator, page = town.sign_in(PRINCIPAL), address(town)
    look_and_save(administrator, town, "days", first="2026-11-25", name="Snow day", kind="closed")
    for first, last in (("0001-01-01", "9999-12-31"), ("2026-11-26", "2026-11-25"), ("soon", "2026-11-25")):
        refused = administrator.send(f"{page}/days/remove?name=Snow+day&first={first}&last={last}")
        assert refused.status_code == 404, first
    assert len(days_by_name(town)) == 1


def test_a_week_of_break_is_one_range_and_leaves_the_weekend_out(town: Town) -> None:
    administrator = town.sign_in(PRINCIPAL)
    look_and_save(
        administrator, town, "days", first="2026-12-21", last="2027-01-01", name="Winter break", kind="closed"
    )
    days = town.rows(select(CalendarDay.day).order_by(CalendarDay.day))
    assert (len(days), {day.weekday() for day in days}) == (10, {0, 1, 2, 3, 4})
    shown = administrator.get(address(town)).text
    assert shown.count("data-range") == 1
    assert "Mon 21 Dec to Fri 1 Jan 2027" in shown
    assert "closed: Winter break" in shown, "the month says it without colour"


def test_a_short_day_has_its_own_hours(town: Town) -> None:
    administrator = town.sign_in(PRINCIPAL)
    entry: dict[str, object] = {"first": "2026-12-18", "name": "Early release", "kind": "short"}
    page = address(town)
    refused = administrator.send(f"{page}/days", page, do="look", **entry)
    assert (refused.status_code, "from when to when" in refused.text) == (422, True)
    look_and_save(administrator, town, "days", "school", **entry, **{"opens-day-0": "08:00", "closes-day-0": "12:00"})
    [day] = town.rows(select(CalendarDay))
    assert (day.opens_at, day.closes_at) == (time(8), time(12))
    assert "8 am–12 pm: Early release" in administrator.get(page).text


def test_what_is_wrong_with_a_day_is_said_beside_its_field(town: Town) -> None:
    administrator, page = town.sign_in(PRINCIPAL), address(town)
    for entry, field, sentence in (
        ({"first": "", "name": "x"}, "first", "Enter the day"),
        ({"first": "2026-11-25", "name": " "}, "name", "families read it"),
        ({"first": "2026-11-28", "name": "Saturday"}, "first", "no school on these days anyway"),
        ({"first": "2027-08-01", "name": "Summer"}, "first", "outside the calendar"),
        ({"first": "2026-11-25", "last": "2026-11-20", "name": "x"}, "last", "before the first"),
        ({"first": "2026-09-01", "last": "2027-03-01", "name": "x"}, "last", "More than 120 days"),
    ):
        refused = administrator.send(f"{page}/days", page, do="look", kind="closed", **entry)
        assert (refused.status_code, sentence in refused.text) == (422, True), entry
        assert f'id="{field}-error"' in refused.text, entry
    assert town.rows(select(CalendarDay)) == []


def test_hours_are_kept_several_a_day(town: Town) -> None:
    administrator = town.sign_in(PRINCIPAL)
    told = look_and_save(
        administrator, town, "hours", first_day="2026-08-17", last_day="2027-06-04", **WEEK,
        **{"opens-0-1": "16:00", "closes-0-1": "18:30"},
    )  # fmt: skip
    assert "No due time changes" in told
    monday = town.rows(select(CalendarHours).join(Calendar, Calendar.id == CalendarHours.calendar_id)
                       .where(Calendar.school_id == town.school.id, CalendarHours.weekday == 0)
                       .order_by(CalendarHours.opens_at))  # fmt: skip
    assert [(one.opens_at, one.closes_at) for one in monday] == [(time(8), time(15)), (time(16), time(18, 30))]
    assert town.rows(select(Calendar.last_day).where(Calendar.school_id == town.school.id)) == [date(2027, 6, 4)]


def test_wrong_hours_are_refused_beside_their_weekday_and_nothing_is_kept(town: Town) -> None:
    administrator, page = town.sign_in(PRINCIPAL), address(town)
    days = {"first_day": "2026-08-17", "last_day": "2027-05-28"}
    for change, field, sentence in (
        ({"opens-1-0": "15:00", "closes-1-0": "15:00"}, "hours-1", "close after it opens"),
        ({"opens-2-1": "14:00", "closes-2-1": "16:00"}, "hours-2", "overlap"),
        ({"closes-3-0": ""}, "hours-3", "both times, or neither"),
        ({"opens-4-0": "noon"}, "hours-4", "must look like 08:30"),
        ({"last_day": "2026-08-16"}, "last_day", "before the first"),
        ({"last_day": "2226-08-16"}, "last_day", "cannot be right"),
        ({"first_day": ""}, "first_day", "first school day"),
        (dict.fromkeys(WEEK, ""), "hours-0", "at least one weekday"),
    ):
        refused = administrator.send(f"{page}/hours", page, do="look", **(days | WEEK | change))
        assert (refused.status_code, sentence in refused.text) == (422, True), change
        assert f'id="{field}-error"' in refused.text, change
        assert 'value="08:00"' in refused.text or change == dict.fromkeys(WEEK, ""), "what was typed stays"
    assert set(town.rows(select(CalendarHours.closes_at))) == {time(16)}


def test_two_administrators_do_not_overwrite_each_other_unseen(town: Town) -> None:
    first, second, page = town.sign_in(PRINCIPAL), town.sign_in(AccountRole.DISTRICT_ADMINISTRATOR), address(town)
    days = {"first_day": "2026-08-17", "last_day": "2027-05-28"}
    seen = re.search(r'name="seen" value="([^"]+)"', second.get(page).text)
    assert seen
    look_and_save(first, town, "hours", **days, **WEEK)
    mine: dict[str, object] = {**days, **WEEK, "closes-0-0": "17:00"}
    told = looked(second.send(f"{page}/hours", page, do="look", seen=seen[1], **mine).text)
    answer = second.send(f"{page}/hours", page, do="save", seen=seen[1], looked=told, **mine)
    assert (answer.status_code, "Somebody changed this calendar meanwhile" in answer.text) == (422, True)
    assert 'value="17:00"' in answer.text
    assert set(town.rows(select(CalendarHours.closes_at).join(Calendar, Calendar.id == CalendarHours.calendar_id)
                         .where(Calendar.school_id == town.school.id))) == {time(15)}  # fmt: skip


def test_monday_s_hours_are_copied_in_the_form_and_not_kept(town: Town) -> None:
    administrator, page = town.sign_in(PRINCIPAL), address(town)
    answer = administrator.send(
        f"{page}/hours",
        page,
        do="same",
        first_day="2026-08-17",
        last_day="2027-05-28",
        **(WEEK | {"opens-0-0": "07:15"}),
    )
    assert (answer.status_code, answer.text.count('value="07:15"')) == (200, 5)
    assert set(town.rows(select(CalendarHours.opens_at))) == {time(8)}


def test_a_question_without_a_due_time_gets_one_once_the_calendar_goes_on(town: Town) -> None:
    for calendar in town.session.scalars(select(Calendar)):
        calendar.last_day = NOW.date()
    town.world.request(town.delgado, town.school, opened_at=NOW, due_at=None)
    town.commit()
    told = look_and_save(town.sign_in(PRINCIPAL), town, "hours", first_day="2026-08-17", last_day="2027-05-28", **WEEK)
    assert "1 open question without a due time gets one." in told
    assert town.rows(select(Request.due_at))[0] is not None


def test_a_department_gets_a_calendar_of_its_own_and_loses_it(town: Town) -> None:
    administrator, page = town.sign_in(PRINCIPAL), address(town)
    look_and_save(administrator, town, "days", first="2026-11-26", name="Thanksgiving", kind="closed")
    administrator.send(f"/admin/schools/{town.school.id}/calendars/departments", page, department="counseling")
    assert "at first the same" in administrator.follow().text
    own, theirs = town.rows(select(Calendar).where(Calendar.school_id == town.school.id).order_by(Calendar.id))
    assert (own.department, theirs.department, theirs.last_day) == (None, Department.COUNSELING, own.last_day)
    assert len(town.rows(select(CalendarDay))) == 2, "its holidays came along"
    administrator.send(f"{address(town, 'counseling')}/remove", page)
    assert town.rows(select(Calendar).where(Calendar.department.is_not(None))) == []
    assert len(town.rows(select(CalendarDay))) == 1
    assert administrator.get(address(town, "counseling")).status_code == 404


def test_a_closure_of_a_department_is_that_department_s_alone(town: Town) -> None:
    administrator, page = town.sign_in(PRINCIPAL), address(town)
    administrator.send(f"/admin/schools/{town.school.id}/calendars/departments", page, department="counseling")
    look_and_save(administrator, town, "days", "counseling", first="2026-12-02", name="Training", kind="closed")
    assert len(town.rows(select(CalendarDay))) == 1
    look_and_save(administrator, town, "days", first="2026-12-03", name="Snow day", kind="closed")
    assert len(town.rows(select(CalendarDay).where(CalendarDay.name == "Snow day"))) == 2, "the whole school"


def test_another_school_s_holidays_are_copied_by_the_district(town: Town) -> None:
    head = town.sign_in(AccountRole.DISTRICT_ADMINISTRATOR)
    look_and_save(head, town, "days", first="2026-11-26", name="Thanksgiving", kind="closed")
    [other] = town.rows(select(Calendar.school_id).where(Calendar.school_id != town.school.id))
    page = f"/admin/schools/{other}/calendars/school"
    fields = {"source": town.school.id, "copy_days": "yes"}
    told = head.send(f"{page}/copy", page, do="look", **fields)
    assert "1 school day changes." in told.text
    head.send(f"{page}/copy", page, do="save", looked=looked(told.text), **fields)
    assert len(town.rows(select(CalendarDay))) == 2
    again = head.send(f"{page}/copy", page, do="look", **fields)
    assert "all of it stands here already" in again.text


def test_a_school_without_a_calendar_is_proposed_one_from_its_year(town: Town) -> None:
    bare = town.world.school(name="New School", hours=False)
    town.commit()
    head = town.sign_in(AccountRole.DISTRICT_ADMINISTRATOR)
    shown = head.get(f"/admin/schools/{bare.id}/calendars/school").text
    assert "Nothing is kept yet" in shown
    assert 'value="2026-08-17"' in shown
    assert 'value="2027-05-28"' in shown
    assert "The year</h2>" not in shown


def test_the_night_on_which_clocks_change_is_drawn_like_any_other(town: Town) -> None:
    administrator = town.sign_in(PRINCIPAL)
    look_and_save(
        administrator, town, "hours", first_day="2026-08-17", last_day="2027-05-28", **WEEK,
        **{"opens-6-0": "02:00", "closes-6-0": "03:00"},
    )  # fmt: skip
    shown = administrator.get(address(town)).text
    assert "March 2027" in shown
    assert administrator.last is not None
    assert administrator.last.status_code == 200
