"""What arrives while the school is closed gets one reply, and only one, in the family's language."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from models import (
    Audience,
    CalendarDay,
    CalendarHours,
    Channel,
    Consent,
    ConsentCategory,
    ConsentSource,
    ConsentState,
    ContactPoint,
    InboundReading,
    Message,
    MessageKind,
    MessageState,
)
from outreach.delivery.safety import night_reply
from outreach.effective import SHIPPED
from tests.safety.scene import FRIDAY_NIGHT, Scene
from tests.world import CHICAGO


def chicago(day: str, clock: str) -> datetime:
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), ZoneInfo(CHICAGO))


def reply(scene: Scene, at: datetime = FRIDAY_NIGHT, language: str | None = "en", **values: object) -> Message | None:
    inbound = scene.writes("Is there school on Monday?", at, **values)
    return night_reply(scene.session, inbound, scene.school.id, language, at)


def replies(scene: Scene) -> int:
    return scene.session.scalars(select(func.count(Message.id)).where(Message.kind == MessageKind.SAFETY)).one()


def test_the_family_is_told_that_nobody_reads_it_until_monday_and_whom_to_call(scene: Scene) -> None:
    made = reply(scene)
    assert made is not None
    assert made.body == (
        "Nobody at Lakeside High reads this until Monday at 8:00 AM. In danger, call 911. "
        "In a crisis, call or text 988 at any hour. Office: (312) 555-0100."
    )
    assert (made.audience, made.automated, made.to_value) == (Audience.FAMILY, True, "+13125550142")
    assert (made.due_at, made.expires_at) == (FRIDAY_NIGHT, chicago("2026-11-23", "08:00"))
    assert (made.family_id, made.guardian_id) == (scene.family.id, scene.rosa.id)


def test_a_spanish_speaking_family_is_told_in_spanish_and_others_in_english(scene: Scene) -> None:
    made = reply(scene, language="es-MX")
    assert made is not None
    assert "Nadie en Lakeside High lee esto hasta el lunes a las 8:00 AM" in made.body
    assert "911" in made.body
    assert "988" in made.body
    in_english = reply(scene, chicago("2026-11-24", "20:00"), "vi")
    assert in_english is not None
    assert in_english.body.startswith("Nobody at Lakeside High")


@pytest.mark.parametrize(
    ("day", "clock", "answered"),
    [
        ("2026-11-20", "15:59", False),
        ("2026-11-20", "16:00", True),
        ("2026-11-23", "07:59", True),
        ("2026-11-23", "08:00", False),
        ("2026-11-21", "12:00", True),  # a Saturday
        ("2026-11-27", "12:00", True),  # Thanksgiving break
    ],
)
def test_it_goes_outside_the_hours_of_the_schools_own_calendar(
    scene: Scene, day: str, clock: str, answered: bool
) -> None:
    from models import Calendar  # noqa: PLC0415

    calendar = scene.session.scalars(select(Calendar)).one()
    scene.world.add(CalendarDay(calendar_id=calendar.id, day=date(2026, 11, 27), name="Break", entered_at=FRIDAY_NIGHT))
    assert (reply(scene, chicago(day, clock)) is not None) is answered


def test_a_lunch_break_is_no_night(scene: Scene) -> None:
    for hours in scene.session.scalars(select(CalendarHours)):
        hours.closes_at = time(12)
        scene.world.add(
            CalendarHours(
                calendar_id=hours.calendar_id, weekday=hours.weekday, opens_at=time(13), closes_at=time(16)
            )
        )  # fmt: skip
    assert reply(scene, chicago("2026-11-20", "12:30")) is None


def test_there_is_one_a_night_and_a_weekend_is_one_night(scene: Scene) -> None:
    first = reply(scene)
    second = reply(scene, FRIDAY_NIGHT + timedelta(minutes=1))
    sunday = reply(scene, chicago("2026-11-22", "23:00"))
    assert first is not None
    assert second is first
    assert sunday is first
    assert reply(scene, chicago("2026-11-23", "17:00")) is not first
    assert replies(scene) == 2


def test_another_school_of_the_family_does_not_answer_the_same_night_again(scene: Scene) -> None:
    late = scene.world.school(hours=False, name="Hillside High")
    scene.world.calendar(late, opens=time(9))
    first = reply(scene)
    inbound = scene.writes("And at Hillside?", FRIDAY_NIGHT)
    assert night_reply(scene.session, inbound, late.id, "en", FRIDAY_NIGHT) is first


def test_a_text_and_an_e_mail_are_answered_each_where_it_came_from(scene: Scene) -> None:
    mail = scene.world.email(scene.rosa, "rosa@example.org")
    reply(scene)
    made = reply(scene, channel=Channel.EMAIL, address_id=mail.id, from_value="rosa@example.org")
    assert made is not None
    assert (made.channel, made.to_value, made.title) == (
        Channel.EMAIL, "rosa@example.org", "Your message to Lakeside High"
    )  # fmt: skip
    assert replies(scene) == 2


@pytest.mark.parametrize(
    "reading",
    [
        InboundReading.STOP, InboundReading.AUTOMATIC, InboundReading.WRONG_NUMBER, InboundReading.SURVEY,
        InboundReading.VERDICT,
    ],
)  # fmt: skip
def test_stop_machines_and_what_we_read_ourselves_get_none(scene: Scene, reading: InboundReading) -> None:
    assert reply(scene, read_as=reading) is None


@pytest.mark.parametrize("reading", [InboundReading.HELP, InboundReading.THANKS, InboundReading.QUESTION, None])
def test_a_cry_for_help_gets_it_beside_its_own_answer(scene: Scene, reading: InboundReading | None) -> None:
    assert reply(scene, read_as=reading) is not None


def test_an_address_that_has_opted_out_gets_none(scene: Scene) -> None:
    scene.world.add(
        Consent(
            address_id=scene.phone.id, channel=Channel.SMS, category=ConsentCategory.SCHOOL, state=ConsentState.OUT,
            source=ConsentSource.FAMILY_WROTE, at=FRIDAY_NIGHT,
        )
    )  # fmt: skip
    assert reply(scene) is None


def test_an_unknown_number_gets_it_too_and_is_an_address_from_then_on(scene: Scene) -> None:
    unknown: dict[str, Any] = {"address_id": None, "family_id": None, "guardian_id": None, "from_value": "+13125559999"}
    made = reply(scene, **unknown)
    assert made is not None
    assert (made.to_value, made.family_id) == ("+13125559999", None)
    assert made.address_id is not None
    assert reply(scene, **unknown) is made


def test_an_unknown_number_is_answered_while_no_school_is_open_with_the_first_to_open(scene: Scene) -> None:
    inbound = scene.writes(address_id=None, family_id=None, guardian_id=None, from_value="+13125559999")
    made = night_reply(scene.session, inbound, None, None, FRIDAY_NIGHT)
    assert made is not None
    assert made.body.startswith("Nobody at Lakeside High reads this until Monday at 8:00 AM.")
    early = scene.world.school(hours=False, name="Early School")
    scene.world.calendar(early, opens=time(7), closes=time(18))
    nobody_knows = scene.writes(address_id=None, family_id=None, guardian_id=None, from_value="+13125558888")
    of_any = night_reply(scene.session, nobody_knows, None, None, FRIDAY_NIGHT)
    assert of_any is not None
    assert of_any.body.startswith("Nobody reads this until Monday at 7:00 AM.")
    open_at_five = chicago("2026-11-24", "17:00")
    evening = scene.writes(
        "Hi", open_at_five, address_id=None, family_id=None, guardian_id=None, from_value="+13125557777"
    )
    assert night_reply(scene.session, evening, None, None, open_at_five) is None


def test_a_districts_own_words_that_cannot_be_used_stop_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "messages" / "en"
    folder.mkdir(parents=True)
    shipped = (SHIPPED / "messages" / "en" / "replies.toml").read_text("utf-8")
    (folder / "replies.toml").write_text(shipped.replace("Nobody[[ at {school}]] reads", "Nobody at {school} reads"))
    monkeypatch.setenv("OUTREACH_CONFIG_DIR", str(tmp_path))
    scene.world.school(name="Hillside High")
    inbound = scene.writes(address_id=None, family_id=None, guardian_id=None, from_value="+13125559999")
    assert night_reply(scene.session, inbound, None, None, FRIDAY_NIGHT) is None
    assert reply(scene) is not None


def test_a_phone_that_two_families_share_puts_it_into_no_familys_timeline(scene: Scene) -> None:
    noah = scene.world.student(scene.school, given_name="Noah")
    ann = scene.world.guardian(noah, given_name="Ann")
    scene.world.family(noah)
    single = reply(scene, family_id=None, guardian_id=None)
    assert single is not None
    assert (single.family_id, single.guardian_id) == (scene.family.id, scene.rosa.id)
    scene.world.add(ContactPoint(guardian_id=ann.id, address_id=scene.phone.id, texts=True))
    shared = reply(scene, chicago("2026-11-24", "20:00"), family_id=None, guardian_id=None)
    assert shared is not None
    assert (shared.family_id, shared.guardian_id) == (None, None)


def test_a_message_read_late_is_not_told_about_a_morning_that_has_come(scene: Scene) -> None:
    inbound = scene.writes("Hello?", FRIDAY_NIGHT)
    assert night_reply(scene.session, inbound, scene.school.id, "en", chicago("2026-11-23", "08:05")) is None


def test_a_school_without_a_calendar_is_taken_to_be_open_on_weekdays_from_eight_to_four(scene: Scene) -> None:
    bare = scene.world.school(hours=False, name="New School")
    inbound = scene.writes("Hello?", FRIDAY_NIGHT)
    made = night_reply(scene.session, inbound, bare.id, "en", FRIDAY_NIGHT)
    assert made is not None
    assert "Monday at 8:00 AM" in made.body
    noon = scene.writes("Hello?", chicago("2026-11-24", "12:00"))
    assert night_reply(scene.session, noon, bare.id, "en", chicago("2026-11-24", "12:00")) is None


@pytest.mark.parametrize(
    ("language", "words"), [("en", "until the school opens again"), ("es", "hasta que la escuela vuelva a abrir")]
)
def test_past_the_calendars_end_it_names_no_day_and_comes_once_a_day(scene: Scene, language: str, words: str) -> None:
    summer = chicago("2027-07-01", "21:00")
    made = reply(scene, summer, language)
    assert made is not None
    assert words in made.body
    assert reply(scene, summer + timedelta(hours=2), language) is made
    assert reply(scene, summer + timedelta(days=1), language) is not made


def test_it_waits_in_the_outbox_for_this_very_moment(scene: Scene) -> None:
    made = reply(scene)
    assert made is not None
    assert (made.state, made.due_at) == (MessageState.SCHEDULED, FRIDAY_NIGHT)
