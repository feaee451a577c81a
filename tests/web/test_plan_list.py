"""The plan as a list: by day and teacher, narrowed, page after page."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from models import (
    Account,
    AccountRole,
    Channel,
    StaffRole,
)
from outreach.planning.plan_page import A_PAGE
from tests.web.conftest import Town
from tests.web.suggestions import suggested
from tests.world import NOW


def test_an_empty_plan_says_that_there_is_no_quota(town: Town) -> None:
    page = town.sign_in().get("/plan").text
    assert "Nothing planned" in page
    assert "there is no quota" in page


def test_a_long_plan_is_read_by_key_and_shows_each_suggestion_once(town: Town) -> None:
    touches = [suggested(town, local_time=f"2026-11-{24 + number % 3}T16:30") for number in range(60)]
    teacher, seen, address = town.sign_in(), list[int](), "/plan?part=suggested"
    for _page in range(3):
        page = teacher.get(address).text
        seen += [int(one) for one in re.findall(r'id="touch-(\d+)"', page)]
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert address == ""
    assert sorted(seen) == touches
    assert len(seen) == len(set(seen))


def test_what_came_in_while_somebody_reads_on_moves_no_page(town: Town) -> None:
    first = [suggested(town) for _number in range(30)]
    teacher = town.sign_in()
    page = teacher.get("/plan?part=suggested").text
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following
    suggested(town, local_time="2026-11-23T16:30")
    second = teacher.get(following[1].replace("&amp;", "&")).text
    assert [int(one) for one in re.findall(r'id="touch-(\d+)"', second)] == first[A_PAGE:]


def test_a_counselor_sees_whose_touches_they_are_and_no_count_of_anybodys(town: Town) -> None:
    colleague = town.world.staff(town.school, display_name="J. Park", role=StaffRole.TEACHER)
    suggested(town), suggested(town, staff_id=colleague.id)
    counselor = town.sign_in(AccountRole.COUNSELOR)
    page = counselor.get("/plan").text
    assert re.findall(r'class="plan-person">([^<]+)<', page) == ["J. Park", "L. Alvarez"]
    assert "Nothing planned" in counselor.get("/plan?own=yes").text


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("channel=email", 1), ("channel=sms", 2), ("day=2026-11-25", 1), ("day=2026-12-01", 0), ("channel=fax", 3),
        ("day=never", 3),
    ],
)  # fmt: skip
def test_the_plan_is_narrowed_by_day_and_way(town: Town, asked: str, shown: int) -> None:
    suggested(town)
    suggested(town, local_time="2026-11-25T16:30")
    suggested(town, channel=Channel.EMAIL, title="Sobre Maya")
    page = town.sign_in().get(f"/plan?{asked}").text
    assert len(re.findall(r'id="touch-', page)) == shown
    if not shown:
        assert "Fewer conditions show more." in page


def test_the_plan_speaks_spanish(town: Town) -> None:
    suggested(town, evidence={"percent": 58.4, "subject": "math", "heard": 2})
    town.session.scalars(select(Account).where(Account.email == town.emails[AccountRole.TEACHER])).one().language = "es"
    town.commit()
    page = town.sign_in().get("/plan").text
    assert "Sugerido" in page
    assert "Matemáticas" in page
    assert "Suggested at night" not in page


PAST = {"local_time": "2026-11-24T09:45", "send_at": NOW - timedelta(minutes=15)}
"""By the clock in Chicago, where ``NOW`` is ten in the morning."""


def test_a_time_that_has_passed_is_no_plan_any_more(town: Town) -> None:
    touch, teacher = suggested(town, **PAST), town.sign_in()
    for page in ("/plan", f"/plan/{touch}"):
        assert re.search(r"9:45 am has passed: once approved, it leaves as soon as", teacher.get(page).text)
    assert "Best at" not in teacher.get("/").text


def test_a_call_whose_time_has_passed_was_meant_for_it(town: Town) -> None:
    touch, teacher = suggested(town, channel=Channel.PHONE, **PAST), town.sign_in()
    for page in ("/plan", f"/plan/{touch}"):
        assert re.search(r"It was meant for [^<]*9:45 am", teacher.get(page).text)


@pytest.mark.parametrize(("zone", "ahead"), [("America/Chicago", False), ("America/Los_Angeles", True)])
def test_the_best_time_is_said_only_while_it_is_ahead_by_the_familys_own_clock(
    town: Town, zone: str, ahead: bool
) -> None:
    suggested(town, local_time="2026-11-24T09:45", timezone=zone)
    teacher = town.sign_in()
    assert ("Best at" in teacher.get("/").text) is ahead
    assert ("has passed" not in teacher.get("/plan").text) is ahead
