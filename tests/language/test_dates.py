"""Days, hours and lengths of time, in both languages."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from outreach.language import clock, day, language_name, moment, month_day, number, span, speaking, whole_day, zone_name

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(("tag", "expected"), [("en", "Tue 17 Nov"), ("es", "mar 17 nov")])
def test_a_day_of_this_year_needs_no_year(tag: str, expected: str) -> None:
    with speaking(tag):
        assert day(date(2026, 11, 17), TODAY) == expected


@pytest.mark.parametrize(("tag", "expected"), [("en", "Mon 17 Nov 2025"), ("es", "lun 17 nov 2025")])
def test_a_day_of_another_year_has_it(tag: str, expected: str) -> None:
    with speaking(tag):
        assert day(date(2025, 11, 17), TODAY) == expected


def test_a_moment_is_as_the_clock_on_the_wall_shows_it() -> None:
    assert moment(datetime(2026, 11, 17, 18, 12), TODAY) == "Tue 17 Nov, 6:12 pm"  # noqa: DTZ001 - a local time
    with speaking("es"):
        assert moment(datetime(2026, 11, 17, 18, 0), TODAY) == "mar 17 nov, 6 p.m."  # noqa: DTZ001


def test_midnight_and_noon_read_as_twelve() -> None:
    assert (clock(time(0)), clock(time(12, 5))) == ("12 am", "12:05 pm")


def test_a_day_of_a_month_is_written_as_each_language_writes_it() -> None:
    assert month_day(date(2026, 11, 9)) == "November 9"
    with speaking("es"):
        assert month_day(date(2026, 11, 9)) == "9 de noviembre"


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (timedelta(seconds=20), "0 min"), (timedelta(minutes=59), "59 min"), (timedelta(hours=1), "1 h"),
        (timedelta(hours=47, minutes=59), "47 h"), (timedelta(hours=48), "2 days"), (timedelta(minutes=-5), "5 min"),
    ],
)  # fmt: skip
def test_a_length_of_time_has_its_one_largest_unit(length: timedelta, expected: str) -> None:
    assert span(length) == expected


def test_a_figure_is_cut_and_never_rounded_up_to_a_better_standing() -> None:
    assert (number(69.96), number(58), number(19706)) == ("69.9", "58", "19,706")


def test_languages_and_zones_have_names_in_each_language() -> None:
    assert (language_name("hmn"), language_name("es-MX"), language_name(None)) == ("Hmong", "Spanish", "")
    assert (zone_name("America/Chicago"), zone_name("America/Phoenix")) == ("Central Time", "Arizona Time")
    with speaking("es"):
        assert (language_name("vi"), zone_name("America/Phoenix")) == ("vietnamita", "hora de Arizona")


def test_the_day_at_the_head_of_a_letter_is_whole() -> None:
    assert whole_day(date(2026, 11, 9)) == "November 9, 2026"
    with speaking("es"):
        assert whole_day(date(2026, 11, 9)) == "9 de noviembre de 2026"
