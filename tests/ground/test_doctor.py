"""``outreach doctor``: a sentence for each thing, and status 1 where something is wrong."""

from __future__ import annotations

import base64
import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from config.settings import Settings
from models import (
    AccountRole,
    AddressKind,
    Audience,
    Channel,
    ConfigRevision,
    DeliveryStop,
    JobRun,
    Message,
    MessageKind,
    MessageState,
    OnCall,
    ProviderPause,
    RunState,
    School,
)
from outreach.cli import main
from outreach.cli.machine_checks import check_environment, check_static_files
from outreach.upkeep.district import check_district
from outreach.upkeep.finding import Finding, Weight, named
from tests.ground.test_settings import KEY, LIVE_SMS, der, ec_key
from tests.world import CHICAGO, NOW, YEAR_ENDS, World

LIVE_EMAIL = {
    "OUTREACH_DELIVERY_EMAIL": "live",
    "OUTREACH_SECRET_KEY": KEY,
    "SENDGRID_API_KEY": "SG.x",
    "SENDGRID_FROM_EMAIL": "school@example.org",
}


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("OUTREACH_", "TWILIO_", "SENDGRID_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def settings(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return Settings()


def sound_school(world: World) -> School:
    """A school in which nothing is missing, in a district in which nothing is missing."""
    school = world.school()
    staff = world.staff(school)
    world.account(staff, AccountRole.DISTRICT_ADMINISTRATOR)
    world.add(OnCall(school_id=school.id, staff_id=staff.id))
    school.fallback_staff_id = staff.id
    district = world.district()
    district.roster_as_of = NOW - timedelta(hours=5)
    district.consent_basis = "Enrollment form, section 4."
    night(world, NOW - timedelta(hours=10))
    world.session.flush()
    return school


def night(world: World, started: datetime, state: RunState = RunState.DONE) -> None:
    world.add(
        JobRun(
            job="nightly", slot=str(started.date()), state=state, worker="w", lease_until=started, started_at=started
        )
    )  # fmt: skip


def found(session: Session, now: datetime = NOW) -> dict[str, Finding]:
    return {finding.about: finding for finding in check_district(session, Settings(timezone=ZoneInfo(CHICAGO)), now)}


def test_a_sound_district_has_nothing_wrong_and_nothing_to_note(session: Session, world: World) -> None:
    sound_school(world)
    assert {finding.weight for finding in found(session).values()} == {Weight.OK}


def test_an_empty_database_asks_for_a_roster(session: Session) -> None:
    findings = found(session)
    assert "outreach import oneroster" in findings["district"].sentence
    assert set(findings) == {"configuration", "district"}


def test_a_wrong_tuned_value_is_told(session: Session, world: World) -> None:
    world.add(ConfigRevision(in_force_from=NOW, made_at=NOW, changes={"risk.bands.high": 1}))
    assert found(session)["configuration"].weight is Weight.WRONG


def test_calendars_missing_empty_over_and_ending(session: Session, world: World) -> None:
    sound_school(world)
    world.school(hours=False, name="Without")
    world.calendar(world.school(hours=False, name="Over"), last=date(2026, 10, 1))
    assert found(session)["calendars"].sentence == "No calendar, so no question has a due time: Without."
    assert "Over" in found(session)["calendars_ended"].sentence
    last_days = datetime.combine(YEAR_ENDS, datetime.min.time(), UTC) - timedelta(days=10)
    assert found(session, last_days)["calendars_ending"].weight is Weight.ADVICE


def test_outside_every_school_year_silence_is_not_counted(session: Session, world: World) -> None:
    sound_school(world)
    assert found(session, datetime(2027, 7, 1, tzinfo=UTC))["school_year"].weight is Weight.ADVICE


def test_an_old_roster_and_a_missed_night_are_wrong(session: Session, world: World) -> None:
    sound_school(world)
    findings = found(session, NOW + timedelta(days=4))
    assert findings["roster"].sentence == "The roster is 4 days old; is the SIS still dropping its export?"
    assert findings["nightly"].sentence == "The night's work last began 106 hours ago; is a worker running?"


def test_a_made_up_district_needs_no_roster(session: Session, world: World) -> None:
    sound_school(world)
    district = world.district()
    district.made_up, district.roster_as_of = True, None
    assert found(session)["roster"].weight is Weight.OK


def test_a_failed_night_is_wrong(session: Session, world: World) -> None:
    sound_school(world)
    night(world, NOW + timedelta(hours=14), RunState.FAILED)
    assert found(session, NOW + timedelta(hours=15))["nightly"].weight is Weight.WRONG


def test_people_who_are_missing_are_told(session: Session, world: World) -> None:
    school = sound_school(world)
    school.fallback_staff_id = None
    other = world.school(name="Other")
    other.fallback_staff_id = world.staff(other, active=False).id
    session.flush()
    findings = found(session)
    assert "Other" in findings["on_call"].sentence
    assert school.name in findings["who_to_ask"].sentence
    assert "Other" in findings["who_to_ask"].sentence, "who has left takes nothing"


def test_a_stop_and_a_paused_provider_are_told(session: Session, world: World) -> None:
    sound_school(world)
    world.add(DeliveryStop(why="test", stopped_at=NOW))
    world.add(ProviderPause(provider="twilio", why="refused", paused_at=NOW))
    findings = found(session)
    assert findings["stopped"].weight is Weight.ADVICE
    assert "twilio" in findings["paused"].sentence


def test_a_pause_that_is_over_is_not_told(session: Session, world: World) -> None:
    sound_school(world)
    world.add(ProviderPause(provider="twilio", why="It failed.", paused_at=NOW, until_at=NOW))
    assert "paused" not in found(session)


def a_text(world: World, **values: object) -> None:
    world.add(
        Message(**{
            "intent_key": f"m{world.number()}", "audience": Audience.STAFF, "kind": MessageKind.NOTICE,
            "channel": Channel.SMS, "to_kind": AddressKind.PHONE, "to_value": "+13125550142", "body": "Hello.",
            "created_at": NOW, "due_at": NOW, "sent_at": NOW, "provider": "twilio", **values,
        })
    )  # fmt: skip


def test_messages_that_a_person_is_asked_about_are_told(session: Session, world: World) -> None:
    sound_school(world)
    a_text(world, state=MessageState.UNKNOWN)
    assert "unknown" not in found(session)
    a_text(world, state=MessageState.UNKNOWN, person_asked_at=NOW)
    assert "1 message waits for a person" in found(session)["unknown"].sentence


@pytest.mark.parametrize(
    ("micros", "weight", "words"),
    [
        (399_000_000, Weight.OK, "$399.00 of $500.00"),
        (400_000_000, Weight.ADVICE, "Four fifths"),
        (500_000_000, Weight.WRONG, "limit is reached"),
    ],
)
def test_a_months_limit_is_told_before_it_is_reached(
    session: Session, world: World, micros: int, weight: Weight, words: str
) -> None:
    sound_school(world)
    a_text(world, state=MessageState.DELIVERED, cost_micros=micros)
    spending = found(session)["spending"]
    assert spending.weight is weight
    assert words in spending.sentence


def test_a_zone_that_does_not_exist_is_wrong(session: Session, world: World) -> None:
    sound_school(world).timezone = "America/Nowhere"
    session.flush()
    assert "America/Nowhere" in found(session)["time_zones"].sentence


def test_what_is_only_advice_in_the_sandbox_is_wrong_where_a_channel_is_live(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound_school(world)
    world.district().consent_basis = None
    session.flush()
    assert found(session)["consent_basis"].weight is Weight.ADVICE
    live = settings(monkeypatch, **LIVE_SMS)
    findings = {finding.about: finding for finding in check_district(session, live, NOW)}
    assert findings["consent_basis"].weight is Weight.WRONG
    assert "go-live day" in findings["go_live"].sentence


def environment(monkeypatch: pytest.MonkeyPatch, **variables: str) -> dict[str, Finding]:
    return {finding.about: finding for finding in check_environment(settings(monkeypatch, **variables))}


def test_a_misspelt_variable_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "OUTREACH_DELIVRY_SMS" in environment(monkeypatch, OUTREACH_DELIVRY_SMS="live")["environment"].sentence


def test_without_a_public_address_e_mail_receipts_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "e-mail receipts are missing" in environment(monkeypatch)["public_url"].sentence
    assert environment(monkeypatch, **LIVE_EMAIL)["public_url"].weight is Weight.WRONG
    assert environment(monkeypatch, OUTREACH_PUBLIC_URL="http://example.org")["public_url"].weight is Weight.WRONG
    assert environment(monkeypatch, OUTREACH_PUBLIC_URL="https://example.org")["public_url"].weight is Weight.OK


def test_credentials_are_judged_by_their_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment(monkeypatch, **LIVE_SMS)["twilio"].weight is Weight.OK
    assert environment(monkeypatch, TWILIO_AUTH_TOKEN="token")["twilio"].weight is Weight.WRONG
    assert environment(monkeypatch, **LIVE_EMAIL)["sendgrid"].weight is Weight.OK
    assert environment(monkeypatch, SENDGRID_API_KEY="key")["sendgrid"].weight is Weight.WRONG


def test_the_key_that_verifies_receipts_must_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "is not set" in environment(monkeypatch, **LIVE_EMAIL)["sendgrid_webhook"].sentence
    text = ec_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    assert environment(monkeypatch, SENDGRID_WEBHOOK_PUBLIC_KEY=text)["sendgrid_webhook"].weight is Weight.OK
    bare = "".join(text.splitlines()[1:-1])
    assert environment(monkeypatch, SENDGRID_WEBHOOK_PUBLIC_KEY=bare)["sendgrid_webhook"].weight is Weight.OK
    monkeypatch.setenv("SENDGRID_WEBHOOK_PUBLIC_KEY", "x")
    code, said = doctor()
    assert (code, "SENDGRID_WEBHOOK_PUBLIC_KEY must be a public key" in said) == (1, True)


def test_where_families_replies_to_e_mails_go_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told = environment(monkeypatch, **LIVE_EMAIL)["sendgrid_inbound"]
    assert (told.weight, "goes to the sender's mailbox" in told.sentence) == (Weight.ADVICE, True)
    key = base64.b64encode(der(ec_key())).decode()
    asked = {"SENDGRID_INBOUND_DOMAIN": "reply.example.org", "SENDGRID_INBOUND_PUBLIC_KEY": key}
    assert environment(monkeypatch, **asked)["sendgrid_inbound"].weight is Weight.OK


def test_a_drop_folder_that_is_not_there_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment(monkeypatch, OUTREACH_ROSTER_PATH="/no/such")["roster_path"].weight is Weight.WRONG


def test_what_pages_need_is_installed() -> None:
    assert [finding.weight for finding in check_static_files()] == [Weight.OK]


def test_many_names_are_cut_short() -> None:
    assert named(["A", "B", "C"], most=2) == "A, B and 1 more"


def doctor(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["doctor", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout


def test_a_fresh_installation_lacks_only_the_migrations(tmp_path: Path) -> None:
    code, text = doctor("--json")
    answer = json.loads(text)
    wrong = [finding["about"] for finding in answer["findings"] if finding["weight"] == "wrong"]
    assert (code, answer["ok"], wrong) == (1, False, ["migrations"])
    CliRunner().invoke(main, ["db", "upgrade"])
    code, text = doctor()
    assert code == 0
    assert text.endswith("Nothing is wrong.\n")


def test_a_wrong_setting_is_told_before_all_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_TIMEZONE", "Mars")
    code, text = doctor()
    assert code == 1
    assert text.startswith("WRONG  OUTREACH_TIMEZONE must be an IANA time zone")


def test_drift_and_an_unreachable_database_are_told(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_SECRET_KEY", KEY)
    monkeypatch.setenv("OUTREACH_DATABASE_URL", engine.url.render_as_string(hide_password=False))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP INDEX ix_message_due")
    code, text = doctor()
    assert code == 1
    assert "The schema differs from this release in 1 places" in text
    monkeypatch.setenv("OUTREACH_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert "WRONG  The database cannot be reached" in doctor()[1]
