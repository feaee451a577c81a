"""May this message go, now? The gate on facts alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import AddressHealth, MessageKind
from outreach.delivery import GateFacts, Never, NotBefore, SendNow, decide
from outreach.delivery.gate import ChildFacts, leaves_by
from outreach.effective import shipped_tuning
from outreach.language import said
from outreach.schooltime import Interval, OpenHours

CHICAGO = ZoneInfo("America/Chicago")
ZONES = [ZoneInfo(name) for name in ("America/New_York", "America/Chicago", "America/Los_Angeles", "Pacific/Honolulu")]
TUESDAY_TEN = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
SCHOOL_DAY = (Interval(time(8), time(16)),)
HOURS = OpenHours(
    zone=CHICAGO, first_day=date(2026, 8, 17), last_day=date(2028, 12, 31),
    weekly=(*(SCHOOL_DAY,) * 5, (), ()), exceptions={date(2026, 11, 26): ()},
)  # fmt: skip
RULES = shipped_tuning().cadence.sending.model_copy(
    update={
        "window_opens": time(8), "window_closes": time(20), "automated_per_family_a_week": 1,
        "messages_per_family_a_week": 3, "messages_per_address_a_week": 3, "attempt_deadline_seconds": 30,
    }
)  # fmt: skip
MAYA = ChildFacts(
    first_name="Maya", enrolled=True, of_age_undecided=False, may_contact=True, holds_rights=True, emergency_only=False
)
FINE = GateFacts(
    kind=MessageKind.TEACHER, automated=False, urgent=False, about_school_work=True, expires_at=None, held=None,
    live_from=None, goes_live=True, reader_active=True, children=[MAYA], consented=True, health=AddressHealth.USABLE,
    usable_elsewhere=False, shared_with_barred=False, zones=[CHICAGO], hours=HOURS, answers_recent=False,
    family_sent=[], family_automated=[], address_sent=[], address_automated=[],
)  # fmt: skip


def test_a_teachers_message_to_a_willing_guardian_goes_in_school_hours() -> None:
    assert decide(FINE, TUESDAY_TEN, RULES) == SendNow()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"held": "K. Lowe"}, "On hold: ask K. Lowe."),
        ({"held": ""}, "On hold: ask the school office."),
        ({"goes_live": False}, "does not send"),
        ({"reader_active": False}, "no longer a guardian"),
        ({"children": [replace(MAYA, enrolled=False)]}, "no longer at this school"),
        ({"children": [replace(MAYA, of_age_undecided=True)]}, "is 18"),
        ({"children": [replace(MAYA, may_contact=False)]}, "may not be contacted about Maya"),
        ({"children": [replace(MAYA, emergency_only=True)]}, "emergency contact only"),
        ({"children": [replace(MAYA, holds_rights=False)]}, "no education rights"),
        ({"children": [MAYA, replace(MAYA, first_name="Leo", may_contact=False)]}, "about Leo"),
        ({"shared_with_barred": True}, "may not be contacted"),
        ({"consented": False}, "nobody has agreed"),
        ({"consented": False, "said_no": True}, "asked"),
        ({"gets_texts": False}, "gets no texts"),
        ({"health": AddressHealth.DEAD}, "no longer works"),
        ({"health": AddressHealth.DOUBTFUL, "usable_elsewhere": True}, "has a better one"),
        ({"expires_at": TUESDAY_TEN}, "stale"),
        ({"wrong_words": "Replace “[name]” with your own words first."}, "[name]"),
        ({"words_known_here": True}, "has these words already"),
    ],
)
def test_what_may_never_go_is_refused_in_words(change: dict[str, object], words: str) -> None:
    answer = decide(replace(FINE, **change), TUESDAY_TEN, RULES)  # type: ignore[arg-type]  # the table's own values
    assert isinstance(answer, Never)
    assert words in said(answer.because)


def test_without_rights_a_message_that_is_not_about_school_work_may_go() -> None:
    facts = replace(FINE, about_school_work=False, children=[replace(MAYA, holds_rights=False)])
    assert decide(facts, TUESDAY_TEN, RULES) == SendNow()


def test_a_doubtful_address_is_used_where_nothing_better_exists() -> None:
    assert decide(replace(FINE, health=AddressHealth.DOUBTFUL), TUESDAY_TEN, RULES) == SendNow()


@pytest.mark.parametrize(
    ("now", "goes"),
    [
        (datetime(2026, 11, 24, 7, 59, tzinfo=CHICAGO), datetime(2026, 11, 24, 8, 0, tzinfo=CHICAGO)),
        (datetime(2026, 11, 24, 20, 0, tzinfo=CHICAGO), datetime(2026, 11, 25, 8, 0, tzinfo=CHICAGO)),
        # Thanksgiving is closed: from Wednesday evening to Friday morning.
        (datetime(2026, 11, 25, 20, 0, tzinfo=CHICAGO), datetime(2026, 11, 27, 8, 0, tzinfo=CHICAGO)),
        (datetime(2026, 11, 28, 12, 0, tzinfo=CHICAGO), datetime(2026, 11, 30, 8, 0, tzinfo=CHICAGO)),
    ],
)
def test_outside_the_window_it_waits_for_the_next_school_morning(now: datetime, goes: datetime) -> None:
    answer = decide(FINE, now, RULES)
    assert isinstance(answer, NotBefore)
    assert answer.at == goes


def test_an_answer_may_go_on_a_sunday_inside_the_window() -> None:
    sunday = datetime(2026, 11, 29, 12, 0, tzinfo=CHICAGO)
    assert decide(replace(FINE, answers_recent=True), sunday, RULES) == SendNow()
    assert decide(replace(FINE, urgent=True), sunday, RULES) == SendNow()
    assert isinstance(decide(replace(FINE, answers_recent=True), sunday.replace(hour=21), RULES), NotBefore)


def test_where_the_number_lives_elsewhere_both_windows_must_be_open() -> None:
    facts = replace(FINE, zones=[CHICAGO, ZoneInfo("America/Los_Angeles")])
    answer = decide(facts, datetime(2026, 11, 24, 8, 30, tzinfo=CHICAGO), RULES)
    assert isinstance(answer, NotBefore)
    assert answer.at == datetime(2026, 11, 24, 10, 0, tzinfo=CHICAGO)


def test_a_fourth_message_in_a_week_waits_until_the_first_is_a_week_old() -> None:
    sent = [TUESDAY_TEN - timedelta(days=days) for days in (6, 4, 2)]
    answer = decide(replace(FINE, family_sent=sent), TUESDAY_TEN, RULES)
    assert answer == NotBefore(sent[0] + timedelta(days=7), "This family has had enough messages this week.")
    assert decide(replace(FINE, family_sent=sent, answers_recent=True), TUESDAY_TEN, RULES) == SendNow()


def test_one_automated_message_a_week() -> None:
    sent = [TUESDAY_TEN - timedelta(days=1)]
    facts = replace(FINE, automated=True, family_sent=sent, family_automated=sent)
    answer = decide(facts, TUESDAY_TEN, RULES)
    assert isinstance(answer, NotBefore)
    assert answer.at == sent[0] + timedelta(days=7)
    assert decide(replace(facts, automated=False), TUESDAY_TEN, RULES) == SendNow()


def test_what_would_be_stale_by_its_turn_is_refused_now() -> None:
    facts = replace(FINE, expires_at=datetime(2026, 11, 26, 12, 0, tzinfo=CHICAGO))
    answer = decide(facts, datetime(2026, 11, 25, 20, 30, tzinfo=CHICAGO), RULES)
    assert isinstance(answer, Never)
    assert "stale" in answer.because


def test_when_the_month_s_money_is_spent_it_waits_for_the_next() -> None:
    december = datetime(2026, 12, 1, 0, 0, tzinfo=CHICAGO)
    spent = replace(FINE, money_from=december)
    answer = decide(spent, TUESDAY_TEN, RULES)
    assert isinstance(answer, NotBefore)
    assert answer.because == "The month's spending limit is reached."
    assert answer.at == december.replace(hour=8)
    soon_stale = decide(replace(spent, expires_at=TUESDAY_TEN + timedelta(days=3)), TUESDAY_TEN, RULES)
    assert isinstance(soon_stale, Never)
    assert said(soon_stale.because) == "The month's spending limit is reached. By then it would be stale."


@pytest.mark.parametrize(
    "change",
    [
        {"answers_recent": True}, {"kind": MessageKind.ANSWER}, {"kind": MessageKind.SAFETY},
        {"kind": MessageKind.OPT_OUT_CONFIRMATION}, {"kind": MessageKind.HELP},
    ],
)  # fmt: skip
def test_answers_and_what_goes_at_once_leave_whatever_is_spent(change: dict[str, object]) -> None:
    spent = replace(FINE, money_from=TUESDAY_TEN + timedelta(days=7))
    assert decide(replace(spent, **change), TUESDAY_TEN, RULES) == SendNow()  # type: ignore[arg-type]  # the table's own values


@pytest.mark.parametrize("kind", [MessageKind.SAFETY, MessageKind.OPT_OUT_CONFIRMATION, MessageKind.HELP])
def test_what_goes_at_once_goes_at_night_without_consent_and_over_every_cap(kind: MessageKind) -> None:
    sent = [TUESDAY_TEN - timedelta(hours=1)] * 9
    facts = replace(
        FINE, kind=kind, consented=False, held="K. Lowe", goes_live=False, children=[], reader_active=False,
        family_sent=sent, address_sent=sent, automated=True, family_automated=sent, words_known_here=True,
    )  # fmt: skip
    assert decide(facts, datetime(2026, 11, 29, 3, 0, tzinfo=CHICAGO), RULES) == SendNow()
    assert leaves_by(facts, TUESDAY_TEN, RULES) is None, "nor is it too late for it while a provider has it waiting"


def test_what_waits_at_its_provider_is_dropped_there_before_the_window_closes() -> None:
    closes = datetime(2026, 11, 24, 20, 0, tzinfo=CHICAGO)
    assert leaves_by(FINE, TUESDAY_TEN, RULES) == closes - timedelta(seconds=RULES.attempt_deadline_seconds)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"replied_already": True}, "answered already"),
        ({"health": AddressHealth.DEAD}, "no longer works"),
        ({"expires_at": TUESDAY_TEN}, "stale"),
    ],
)
def test_what_goes_at_once_goes_once_in_time_and_never_to_a_dead_address(
    change: dict[str, object], words: str
) -> None:  # fmt: skip
    answer = decide(replace(FINE, kind=MessageKind.HELP, **change), TUESDAY_TEN, RULES)  # type: ignore[arg-type]  # the table's own values
    assert isinstance(answer, Never)
    assert words in said(answer.because)


def test_an_answer_may_repeat_words_that_the_phone_has() -> None:
    assert decide(replace(FINE, words_known_here=True, answers_recent=True), TUESDAY_TEN, RULES) == SendNow()


def test_without_a_zone_it_waits_and_says_who_can_mend_that() -> None:
    answer = decide(replace(FINE, zones=[]), TUESDAY_TEN, RULES)
    assert isinstance(answer, NotBefore)
    assert "administrator" in answer.because


def test_past_the_calendar_s_end_it_is_refused_in_words() -> None:
    over = replace(FINE, hours=replace(HOURS, last_day=date(2026, 11, 20), _spans={}))
    answer = decide(over, TUESDAY_TEN, RULES)
    assert answer == Never("The school's calendar has no school day left on which it could go.")


def test_before_its_go_live_day_a_school_sends_nothing() -> None:
    answer = decide(replace(FINE, live_from=date(2026, 11, 30)), TUESDAY_TEN, RULES)
    assert isinstance(answer, NotBefore)
    assert answer.at == datetime(2026, 11, 30, 8, 0, tzinfo=CHICAGO)


moments = st.datetimes(datetime(2026, 8, 17), datetime(2028, 8, 17), timezones=st.just(UTC))  # noqa: DTZ001


@given(now=moments, zones=st.lists(st.sampled_from(ZONES), min_size=1, max_size=2), any_day=st.booleans())
def test_nothing_leaves_before_eight_or_after_twenty_by_any_clock_that_counts(
    now: datetime, zones: list[ZoneInfo], any_day: bool
) -> None:
    facts = replace(FINE, zones=zones, urgent=any_day)
    answer = decide(facts, now, RULES)
    at = answer.at if isinstance(answer, NotBefore) else now
    assert not isinstance(answer, Never)
    assert at >= now
    for zone in zones:
        assert time(8) <= at.astimezone(zone).time() < time(20)
    if not any_day:
        local = at.astimezone(zones[0]).date()
        assert local.weekday() < 5
        assert local != date(2026, 11, 26)
    assert decide(facts, at, RULES) == SendNow()


@given(
    now=moments,
    ages=st.lists(st.timedeltas(timedelta(0), timedelta(days=10)), max_size=8),
    automated=st.booleans(),
)
def test_no_week_holds_more_than_the_caps(now: datetime, ages: list[timedelta], automated: bool) -> None:
    sent = sorted(now - age for age in ages)
    facts = replace(FINE, family_sent=sent, automated=automated, family_automated=sent if automated else [])
    answer = decide(facts, now, RULES)
    at = answer.at if isinstance(answer, NotBefore) else now
    in_the_week_before = sum(at - timedelta(days=7) < one <= at for one in sent)
    assert in_the_week_before < (1 if automated else 3)
