"""Texts and e-mails go live apart, school by school."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.settings import DeliveryMode, Settings
from models import (
    AccountRole,
    AuditEvent,
    Channel,
    ConsentSource,
    ConsentState,
    OnCall,
    School,
    StaffRole,
)
from outreach.access import Viewer, viewer_of
from outreach.delivery import record_basis, record_consent
from outreach.delivery.errors import DeliveryRefused
from outreach.delivery.go_live import Standing, readiness, set_live_from, standings
from outreach.errors import NotFound
from tests.world import NOW, World

TODAY, SOON = date(2026, 11, 24), date(2026, 12, 2)
BOTH = frozenset({Channel.SMS, Channel.EMAIL})


def administrator(world: World, *schools: School, role: AccountRole = AccountRole.ADMINISTRATOR) -> Viewer:
    return viewer_of(world.session, world.account(world.staff(*schools, role=StaffRole.ADMINISTRATOR), role), NOW)


def shown(session: Session, viewer: Viewer, live: frozenset[Channel] = BOTH) -> list[tuple[Channel, Standing]]:
    return [(one.channel, one.standing) for one in standings(session, viewer, live, NOW)[0].channels]


def test_each_channel_of_a_school_has_a_day_of_its_own(session: Session, world: World) -> None:
    school = world.school()
    viewer = administrator(world, school)
    set_live_from(session, viewer, school.id, Channel.SMS, SOON, NOW)
    assert (school.sms_live_from, school.email_live_from) == (SOON, None)
    assert shown(session, viewer) == [(Channel.SMS, Standing.FROM), (Channel.EMAIL, Standing.NOT_YET)]
    set_live_from(session, viewer, school.id, Channel.EMAIL, TODAY, NOW)
    assert shown(session, viewer) == [(Channel.SMS, Standing.FROM), (Channel.EMAIL, Standing.LIVE)]


def test_in_the_sandbox_the_day_is_kept_for_later(session: Session, world: World) -> None:
    school = world.school()
    viewer = administrator(world, school)
    set_live_from(session, viewer, school.id, Channel.SMS, SOON, NOW)
    (standing,) = standings(session, viewer, frozenset(), NOW)
    assert [(one.standing, one.day) for one in standing.channels] == [
        (Standing.SANDBOX, SOON), (Standing.SANDBOX, None),
    ]  # fmt: skip


def test_a_day_that_has_passed_is_today_by_the_schools_clock(session: Session, world: World) -> None:
    school = world.school()
    viewer = administrator(world, school)
    evening = datetime(2026, 11, 25, 4, tzinfo=UTC)
    """22:00 on the 24th in Chicago."""
    set_live_from(session, viewer, school.id, Channel.SMS, date(2026, 1, 1), evening)
    assert school.sms_live_from == TODAY


def test_what_is_live_keeps_its_first_day(session: Session, world: World) -> None:
    school = world.school(sms_live_from=date(2026, 10, 1))
    viewer = administrator(world, school)
    set_live_from(session, viewer, school.id, Channel.SMS, TODAY - timedelta(days=3), NOW)
    assert school.sms_live_from == date(2026, 10, 1)


def test_it_can_be_taken_back_and_every_change_stands_in_the_trail(session: Session, world: World) -> None:
    school = world.school()
    viewer = administrator(world, school)
    for day in (SOON, SOON, None):
        set_live_from(session, viewer, school.id, Channel.SMS, day, NOW)
    assert school.sms_live_from is None
    trail = session.execute(
        select(AuditEvent.account_id, AuditEvent.subject_id, AuditEvent.detail)
        .where(AuditEvent.action == "set_live_from")
        .order_by(AuditEvent.id)
    ).all()
    assert [tuple(one) for one in trail] == [
        (viewer.account_id, school.id, {"channel": "sms", "day": "2026-12-02"}),
        (viewer.account_id, school.id, {"channel": "sms", "day": None}),
    ]


def test_only_its_own_administrators_take_a_school_live(session: Session, world: World) -> None:
    school, other = world.school(), world.school()
    for viewer in (administrator(world, other), administrator(world, school, role=AccountRole.COUNSELOR)):
        with pytest.raises(NotFound):
            set_live_from(session, viewer, school.id, Channel.SMS, SOON, NOW)
    head = administrator(world, role=AccountRole.DISTRICT_ADMINISTRATOR)
    set_live_from(session, head, school.id, Channel.SMS, SOON, NOW)
    assert school.sms_live_from == SOON
    assert [one.school_id for one in standings(session, administrator(world, other), BOTH, NOW)] == [other.id]


def test_a_call_does_not_go_live(session: Session, world: World) -> None:
    school = world.school()
    with pytest.raises(DeliveryRefused):
        set_live_from(session, administrator(world, school), school.id, Channel.PHONE, SOON, NOW)


def test_what_should_be_done_first_is_said(session: Session, world: World) -> None:
    school = world.school(name="Lake")
    viewer = administrator(world, school)
    bare = Settings(secret_key=SecretStr("k" * 40))
    assert [one.done for one in readiness(session, viewer, bare)] == [False, False, False, True, True, False]
    assert "at Lake" in readiness(session, viewer, bare)[-1].words
    record_basis(session, "Given at enrollment.", NOW, None)
    address = world.phone(world.guardian())
    record_consent(session, address.id, Channel.SMS, ConsentState.OUT, ConsentSource.OPT_OUT_LIST, NOW)
    world.add(OnCall(school_id=school.id, staff_id=world.staff(school).id))
    public = Settings(secret_key=SecretStr("k" * 40), public_url="https://outreach.example.org")
    assert all(one.done for one in readiness(session, viewer, public))
    live = Settings(
        secret_key=SecretStr("k" * 40), delivery_email=DeliveryMode.LIVE, sendgrid_api_key=SecretStr("SG.x"),
        sendgrid_from_email="school@example.org",
    )  # fmt: skip
    missing = [one.words for one in readiness(session, viewer, live) if not one.done]
    assert [words.partition(" set ")[2].rstrip(".") for words in missing if " set " in words] == [
        "SENDGRID_WEBHOOK_PUBLIC_KEY", "SENDGRID_INBOUND_DOMAIN and its key",
    ]  # fmt: skip
