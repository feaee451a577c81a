"""The way to one guardian, and a time inside the family's window, also on the nights when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    AccessNeed,
    AddressHealth,
    AddressKind,
    Band,
    Channel,
    Consent,
    ConsentCategory,
    ConsentSource,
    ConsentState,
    ContactPoint,
    Guardian,
    Guardianship,
)
from outreach.planning import plan_night, today
from outreach.planning.channel import Person, Reach, choose_way
from outreach.planning.how import how
from outreach.planning.people import people_of_students
from outreach.planning.send_time import a_week_later, send_time, wanted_time
from tests.planning.scene import NIGHT, Scene, wall
from tests.world import NOW

APPROVED = frozenset({"en", "es"})
PHONE = Reach(1, "+13125550101", frozenset({Channel.PHONE, Channel.SMS}))
CALLS_ONLY = Reach(1, "+13125550101", frozenset({Channel.PHONE}))
EMAIL = Reach(2, "rosa@example.org", frozenset({Channel.EMAIL}))
CHICAGO = ZoneInfo("America/Chicago")
OPENS, CLOSES = time(8), time(20)


def person(*reaches: Reach, **values: object) -> Person:
    plain: dict[str, object] = {
        "guardian_id": 1, "first_name": "Rosa", "full_name": "Rosa Delgado", "language": "en", "channel": None,
        "access_need": None, "timezone": None, "best_time": None, "relation": None,
    }  # fmt: skip
    return Person(**{**plain, **values}, reaches=reaches)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("who", "voice_only", "channel", "interpreter"),
    [
        (person(PHONE, EMAIL), False, Channel.SMS, False),
        (person(PHONE, EMAIL, channel=Channel.EMAIL), False, Channel.EMAIL, False),
        (person(PHONE, EMAIL, channel=Channel.PHONE), False, Channel.PHONE, False),
        (person(PHONE, EMAIL, channel=Channel.APP), False, Channel.SMS, False),
        (person(CALLS_ONLY), False, Channel.PHONE, False),
        (person(EMAIL), False, Channel.EMAIL, False),
        (person(), False, Channel.LETTER, False),
        (person(PHONE), True, Channel.PHONE, False),
        (person(EMAIL), True, Channel.IN_PERSON, False),
        (person(PHONE, language="vi"), False, Channel.PHONE, True),
        (person(PHONE, language="vi", channel=Channel.SMS), False, Channel.PHONE, True),
        (person(EMAIL, language="vi"), False, Channel.IN_PERSON, True),
        (person(PHONE, language="es-MX"), False, Channel.SMS, False),
        (person(CALLS_ONLY, language="es-MX"), False, Channel.PHONE, True),
        (person(PHONE, language="es"), True, Channel.PHONE, True),
        (person(PHONE, access_need=AccessNeed.TEXT_ONLY, channel=Channel.PHONE), False, Channel.SMS, False),
        (person(PHONE, access_need=AccessNeed.TEXT_ONLY), True, Channel.IN_PERSON, False),
        (person(CALLS_ONLY, access_need=AccessNeed.RELAY_CALL), False, Channel.PHONE, False),
        (person(language=None), False, Channel.LETTER, False),
    ],
)
def test_the_way_to_a_guardian(who: Person, voice_only: bool, channel: Channel, interpreter: bool) -> None:
    way = choose_way(who, APPROVED, voice_only=voice_only)
    assert (way.channel, way.interpreter) == (channel, interpreter)


def test_a_language_without_approved_words_is_a_call_with_an_interpreter(session: Session, scene: Scene) -> None:
    scene.home(Band.HIGH, language="vi")
    plan_night(session, NIGHT)
    row = scene.only()
    assert (row.channel, row.interpreter, row.language) == (Channel.PHONE, True, "vi")
    assert row.body is not None
    assert row.body.startswith("I am L. Alvarez")


def test_a_call_in_spanish_has_an_interpreter_and_both_languages(session: Session, scene: Scene) -> None:
    scene.home(Band.HIGH, language="es", channel=Channel.PHONE)
    plan_night(session, NIGHT)
    row = scene.only()
    assert (row.channel, row.interpreter, row.language) == (Channel.PHONE, True, "es")
    assert row.body_in_staff_language
    card = how(row, session.get(Guardian, row.guardian_id))
    assert "ask for an interpreter" in card
    assert row.body_in_staff_language in card
    assert str(row.body) not in card


def test_where_only_a_level_is_known_no_figure_is_asked_for(session: Session, scene: Scene) -> None:
    scene.home(reasons={"work_below_average": {"subject": "math", "percent": None}}, channel=Channel.PHONE)
    plan_night(session, NIGHT)
    row = scene.only()
    assert row.body is not None
    assert "[" not in row.body
    assert row.blocked is None


def test_a_homeroom_is_called_class(session: Session, scene: Scene) -> None:
    scene.section.homeroom, scene.section.title = True, "Homeroom 2A"
    scene.home(language="es", channel=Channel.SMS)
    plan_night(session, NIGHT)
    assert scene.only().body is not None
    assert "de clase" in str(scene.only().body) or "en clase" in str(scene.only().body)


def test_spanish_and_english_stand_side_by_side(session: Session, scene: Scene) -> None:
    scene.home(Band.HIGH, language="es")
    plan_night(session, NIGHT)
    row = scene.only()
    assert row.body is not None
    assert row.body.startswith("Hola, Rosa")
    assert row.body_in_staff_language is not None
    assert row.body_in_staff_language.startswith("Hello Rosa")


def test_a_family_without_phone_or_e_mail_gets_a_printed_note(session: Session, scene: Scene) -> None:
    scene.home(Band.HIGH, phone=False)
    plan_night(session, NIGHT)
    row = scene.only()
    assert row.channel is Channel.LETTER
    assert row.body is not None
    assert "write a line below" in row.body


def test_a_child_without_a_guardian_is_not_forgotten(session: Session, scene: Scene) -> None:
    child = scene.world.student(scene.school)
    scene.teach(child)
    scene.score(scene.world.family(child), Band.HIGH, {})
    plan_night(session, NIGHT)
    row = scene.only()
    assert (row.channel, row.guardian_id) == (Channel.IN_PERSON, None)


def test_without_consent_a_text_becomes_a_call(session: Session, scene: Scene) -> None:
    home = scene.home(Band.HIGH, phone=False)
    address = scene.world.phone(home.guardian)
    scene.world.add(
        Consent(
            address_id=address.id, channel=Channel.SMS, category=ConsentCategory.SCHOOL, state=ConsentState.OUT,
            source=ConsentSource.FAMILY_WROTE, at=NOW,
        )
    )  # fmt: skip
    plan_night(session, NIGHT)
    assert scene.only().channel is Channel.PHONE


def test_a_doubtful_number_is_used_only_where_nothing_usable_exists(session: Session, scene: Scene) -> None:
    home = scene.home(phone=False)
    scene.world.phone(home.guardian, health=AddressHealth.DOUBTFUL)
    alone = people_of_students(session, [home.student.id], date(2026, 11, 24))[home.student.id][0]
    assert [Channel.SMS in reach.channels for reach in alone.reaches] == [True]
    scene.world.email(home.guardian)
    better = people_of_students(session, [home.student.id], date(2026, 11, 24))[home.student.id][0]
    assert [reach.channels for reach in better.reaches] == [frozenset({Channel.EMAIL})]


def test_the_card_shows_the_number_that_was_chosen_not_one_shared_with_somebody_barred(
    session: Session, scene: Scene
) -> None:
    home = scene.home(Band.HIGH, phone=False, channel=Channel.PHONE)
    shared = scene.world.phone(home.guardian, "+13125550101")
    barred = scene.world.guardian(home.student, given_name="Carl")
    session.scalars(select(Guardianship).where(Guardianship.guardian_id == barred.id)).one().may_contact = False
    scene.world.add(ContactPoint(guardian_id=barred.id, address_id=shared.id))
    own = scene.world.phone(home.guardian, "+13125550102")
    plan_night(session, NIGHT)
    assert scene.only().channel is Channel.PHONE
    (card,) = today(session, scene.viewer(), NOW).cards
    assert card.phone == own.value


def test_an_address_also_held_by_somebody_barred_is_never_used(session: Session, scene: Scene) -> None:
    home = scene.home(Band.HIGH, phone=False)
    address = scene.world.phone(home.guardian)
    barred = scene.world.guardian(home.student, given_name="Carl")
    session.scalars(select(Guardianship).where(Guardianship.guardian_id == barred.id)).one().may_contact = False
    scene.world.add(ContactPoint(guardian_id=barred.id, address_id=address.id))
    plan_night(session, NIGHT)
    row = scene.only()
    assert (row.guardian_id, row.channel) == (home.guardian.id, Channel.LETTER)


def test_the_primary_guardian_comes_first(session: Session, scene: Scene) -> None:
    home = scene.home(Band.HIGH)
    other = scene.world.guardian(home.student, given_name="Luis")
    scene.world.phone(other)
    session.scalars(select(Guardianship).where(Guardianship.guardian_id == other.id)).one().is_primary = True
    session.flush()
    plan_night(session, NIGHT)
    assert scene.only().guardian_id == other.id


@pytest.mark.parametrize(
    ("words", "at"),
    [
        (None, time(16, 30)), ("after 5 pm", time(17)), ("after 5", time(17)), ("texts after 17:30", time(17, 30)),
        ("?", time(16, 30)),
        ("before 9", time(8, 30)), ("mornings", time(9)), ("evenings only", time(18)), ("6-8pm", time(18)),
        ("después de las 6", time(18)), ("por la tarde", time(15, 30)), ("call at 25", time(16, 30)),
    ],
)  # fmt: skip
def test_the_time_a_guardian_asked_for(words: str | None, at: time) -> None:
    assert wanted_time(words) == at


def test_both_windows_must_be_open_where_the_number_is_of_another_zone(session: Session, scene: Scene) -> None:
    home = scene.home(Band.HIGH, phone=False, best_time="before 8:45")
    scene.world.phone(home.guardian, timezone="America/Denver")
    plan_night(session, NIGHT)
    row = scene.only()
    assert (row.local_time, row.timezone) == ("2026-11-24T09:00", "America/Chicago"), "eight in Denver"
    assert row.send_at == datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@given(
    day=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    zones=st.lists(
        st.sampled_from(["America/Chicago", "America/Denver", "America/Phoenix", "America/New_York"]).map(ZoneInfo),
        min_size=1, max_size=2, unique=True,
    ),
    words=st.sampled_from([None, "after 5 pm", "before 7", "mornings", "after 9 pm", "evenings"]),
)  # fmt: skip
def test_a_planned_time_lies_in_every_window_on_every_day_of_two_years(
    day: date, zones: list[ZoneInfo], words: str | None
) -> None:
    before = datetime.combine(day, time(0), tzinfo=UTC) - timedelta(days=1)
    when = send_time(day, zones, words, OPENS, CLOSES, now=before)
    assert when is not None
    for zone in zones:
        local = when.at.astimezone(zone)
        assert OPENS <= local.time() <= CLOSES
    assert when.at.astimezone(zones[0]).replace(tzinfo=None) == when.local
    assert when.local.date() == day


@given(
    start=st.datetimes(wall(2026, 1, 1), wall(2027, 12, 1)),
    zone=st.sampled_from(["America/Chicago", "America/New_York", "Europe/Madrid"]),
)
def test_a_weekly_message_keeps_its_time_on_the_wall(start: datetime, zone: str) -> None:
    when = a_week_later(start.replace(second=0, microsecond=0), zone)
    shown = when.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert when.local.date() == start.date() + timedelta(days=7)
    assert shown == when.local or shown - when.local <= timedelta(hours=1), "a skipped hour is its end"


def test_across_the_autumn_change_a_week_is_an_hour_longer() -> None:
    when = a_week_later(wall(2026, 10, 27, 17, 0), "America/Chicago")
    assert when.at == datetime(2026, 11, 3, 23, 0, tzinfo=UTC)
    assert when.local == wall(2026, 11, 3, 17, 0)


def test_where_the_day_is_over_nothing_is_suggested_for_it() -> None:
    late = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
    assert send_time(date(2026, 11, 24), [CHICAGO], None, OPENS, CLOSES, now=late) is None


def test_an_address_kind_each_has_its_channel(session: Session, scene: Scene) -> None:
    home = scene.home(phone=False)
    address = scene.world.email(home.guardian)
    assert address.kind is AddressKind.EMAIL
    found = people_of_students(session, [home.student.id], date(2026, 11, 24))
    assert found[home.student.id][0].reaches[0].channels == {Channel.EMAIL}
