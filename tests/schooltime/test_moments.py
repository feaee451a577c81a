"""A date and a time on the wall, on ordinary nights and on those when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from outreach.schooltime import UnknownZone, district_day, local_moment, named_zone, zone_of_school, zones_of_staff
from tests.world import World

CHICAGO = ZoneInfo("America/Chicago")


def test_an_ordinary_time_is_itself() -> None:
    assert local_moment(date(2026, 11, 24), time(10), CHICAGO) == datetime(2026, 11, 24, 16, tzinfo=UTC)


def test_a_time_that_the_clocks_skip_is_the_moment_they_jump() -> None:
    jump = datetime(2027, 3, 14, 8, 0, tzinfo=UTC)
    for minute in (0, 1, 30, 59):
        assert local_moment(date(2027, 3, 14), time(2, minute), CHICAGO) == jump
        assert local_moment(date(2027, 3, 14), time(2, minute), CHICAGO, last=True) == jump
    assert local_moment(date(2027, 3, 14), time(3), CHICAGO) == jump


def test_a_time_that_the_clocks_show_twice_is_its_first_showing_unless_the_last_is_meant() -> None:
    first = local_moment(date(2026, 11, 1), time(1, 30), CHICAGO)
    last = local_moment(date(2026, 11, 1), time(1, 30), CHICAGO, last=True)
    assert first == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    assert last == datetime(2026, 11, 1, 7, 30, tzinfo=UTC)


def test_a_day_that_a_zone_left_out_is_one_moment() -> None:
    apia = ZoneInfo("Pacific/Apia")
    moments = {local_moment(date(2011, 12, 30), time(hour), apia) for hour in range(24)}
    assert moments == {datetime(2011, 12, 30, 10, 0, tzinfo=UTC)}


def test_a_school_without_a_zone_has_the_districts(session: Session, world: World) -> None:
    world.district(timezone="America/Denver")
    assert zone_of_school(session, world.school(timezone=None).id).key == "America/Denver"
    assert zone_of_school(session, world.school(timezone="America/New_York").id).key == "America/New_York"


def test_a_name_that_is_no_zone_is_refused_in_a_sentence() -> None:
    for name in ("Central", "../etc/passwd", ""):
        with pytest.raises(UnknownZone, match="IANA"):
            named_zone(name)


def test_in_the_evening_the_districts_day_is_still_today(session: Session, world: World) -> None:
    evening = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
    assert district_day(session, evening) == date(2026, 11, 25), "no district yet: UTC"
    district = world.district(timezone="America/Chicago")
    assert district_day(session, evening) == date(2026, 11, 24)
    district.timezone = "Middle-earth/Shire"
    assert district_day(session, evening) == date(2026, 11, 25), "a name that is no zone counts as none"


def test_a_person_works_by_their_own_clock_else_their_first_school_s_else_the_district_s(session: Session) -> None:
    world = World(session)
    world.district()
    closed, denver = (world.school(timezone=name) for name in ("America/New_York", "America/Denver"))
    closed.active = False
    plain = world.school()
    people = {
        "America/Phoenix": world.staff(denver, timezone="America/Phoenix"),
        "America/Denver": world.staff(closed, denver, plain), "America/Chicago": world.staff(plain),
    }  # fmt: skip
    nowhere = world.staff()
    zones = zones_of_staff(session)
    assert {name: zones[one.id].key for name, one in people.items()} == {name: name for name in people}
    assert zones[nowhere.id] == CHICAGO
    assert zones_of_staff(session, [nowhere.id]) == {nowhere.id: CHICAGO}
