"""A leave and a last day: whose the work becomes, what is refused, who may enter it, and two at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models import (
    Case,
    Staff,
)
from tests.web.colleagues import HEAD, PRINCIPAL, hillside, keep, seen, undo
from tests.web.conftest import Town
from tests.world import NOW


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
