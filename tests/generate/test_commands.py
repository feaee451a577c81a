"""``outreach generate`` and ``outreach demo`` as a person meets them at the terminal."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from models import Account, AuditEvent, Contact, District, Family
from outreach.cli import main
from outreach.cli.demo_clock import DemoClockRefusedError, moment_to_begin, night_before
from outreach.generate import made_up
from outreach.generate.year import next_school_day
from tests.conftest import ON_BOTH

pytestmark = ON_BOTH  # to begin anew each clears in its own way
KEY = "a key for tests that is long enough to be one"


@pytest.fixture
def outreach(engine: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Outreach:
    """The command line over an empty migrated database of this test's own, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OUTREACH_DATABASE_URL", database_url)
    monkeypatch.setenv("OUTREACH_SECRET_KEY", KEY)
    return Outreach()


class Outreach:
    def __call__(self, *words: str) -> Result:
        return CliRunner().invoke(main, words)


def count(engine: Engine, noun: type[Family | Contact | Account]) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count(noun.id))) or 0


def test_generate_answers_with_one_json_object(outreach: Outreach, engine: Engine) -> None:
    result = outreach("generate", "--families", "12", "--seed", "4", "--json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert answer["families"] == 12
    assert answer["rows"]["family"] == 12
    assert count(engine, Family) == 12


def test_generate_takes_the_day_it_is_made_for(outreach: Outreach) -> None:
    result = outreach(
        "generate", "--families", "2", "--seed", "4", "--as-of", "2026-11-24T01:00:00-05:00", "--json"
    )  # fmt: skip
    assert json.loads(result.stdout)["today"] == "2026-11-24"


def test_generate_writes_a_student_system_s_export_beside_it(outreach: Outreach, tmp_path: Path) -> None:
    result = outreach("generate", "--families", "3", "--seed", "4", "--oneroster", str(tmp_path / "export"), "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["oneroster"]["users"] > 3
    assert (tmp_path / "export" / "manifest.csv").is_file()


def test_generate_refuses_a_database_with_a_district(outreach: Outreach, engine: Engine) -> None:
    outreach("generate", "--families", "3", "--seed", "4")
    result = outreach("generate", "--families", "5", "--seed", "4")
    assert result.exit_code == 2
    assert "has a district already" in result.stderr
    assert "--reset" in result.stderr
    assert count(engine, Family) == 3


def test_generate_with_reset_begins_anew(outreach: Outreach, engine: Engine) -> None:
    outreach("generate", "--families", "3", "--seed", "4")
    assert outreach("generate", "--families", "5", "--seed", "4", "--reset").exit_code == 0
    assert count(engine, Family) == 5


@pytest.mark.parametrize("command", [("generate", "--families", "5", "--seed", "4", "--reset"), ("demo", "--reset")])
def test_a_real_district_is_never_cleared(outreach: Outreach, engine: Engine, command: tuple[str, ...]) -> None:
    outreach("generate", "--families", "3", "--seed", "4")
    with Session(engine) as session:
        session.execute(update(District).values(made_up=False))
        session.commit()
    result = outreach(*command)
    assert result.exit_code == 2
    assert "holds a real district" in result.stderr
    assert count(engine, Family) == 3


def test_the_demo_refuses_a_real_district(outreach: Outreach, engine: Engine) -> None:
    with Session(engine) as session:
        session.add(District(id=1, name="Lakeside Schools", timezone="America/Chicago"))
        session.commit()
    result = outreach("demo", "--port", str(free_port()))
    assert result.exit_code == 2
    assert "holds a real district" in result.stderr


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_demo_says_in_one_sentence_that_its_port_is_in_use(outreach: Outreach, engine: Engine) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = outreach("demo", "--port", str(port))
    assert result.exit_code == 2
    assert (
        result.stderr.strip()
        == f"Port {port} is in use, or not yours to use; choose another: outreach demo --port {port + 1}"
    )
    with Session(engine) as session:
        assert made_up(session) is None, "nothing was made before the port was known to be free"


def test_the_demo_never_runs_where_a_channel_is_live(outreach: Outreach, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_DELIVERY_EMAIL", "live")
    monkeypatch.setenv("SENDGRID_API_KEY", "SG.not-a-key")
    monkeypatch.setenv("SENDGRID_FROM_EMAIL", "school@example.org")
    result = outreach("demo", "--port", str(free_port()))
    assert result.exit_code == 2
    assert "where a channel is live" in result.stderr


@pytest.mark.parametrize("clock", ["noon", "2026-11-24T10:00:00"])
def test_the_demo_s_clock_needs_a_time_with_its_zone(outreach: Outreach, clock: str) -> None:
    result = outreach("demo", "--port", str(free_port()), "--clock", clock)
    assert result.exit_code == 2
    assert "--clock takes auto, real, or a time with its zone" in result.stderr


def test_the_demo_s_time_does_not_go_back(outreach: Outreach, engine: Engine) -> None:
    outreach("generate", "--families", "3", "--seed", "4", "--as-of", "2026-11-24T10:00:00-06:00")
    with Session(engine) as session:
        session.add(AuditEvent(at=datetime(2026, 11, 25, 18, tzinfo=UTC), action="read", subject_type="family"))
        session.commit()
    result = outreach("demo", "--port", str(free_port()), "--clock", "2026-11-25T10:00:00-06:00")
    assert result.exit_code == 2
    assert "has come to 25 Nov 2026 12:00 already" in result.stderr


def moment(words: str) -> datetime:
    return datetime.fromisoformat(words).astimezone(UTC)


@pytest.mark.parametrize(
    ("real", "begins"),
    [
        ("2026-11-24T16:35:00-06:00", "2026-11-24T16:35:00-06:00"),
        ("2026-11-24T17:37:00-06:00", "2026-11-24T17:37:00-06:00"),
        ("2026-11-24T03:00:00-06:00", "2026-11-24T16:35:00-06:00"),
        ("2026-11-24T22:00:00-06:00", "2026-11-25T16:35:00-06:00"),
        ("2026-11-25T18:30:00-06:00", "2026-11-30T16:35:00-06:00"),
        ("2026-11-22T12:00:00-06:00", "2026-11-23T16:35:00-06:00"),
        ("2026-12-23T18:30:00-06:00", "2027-01-04T16:35:00-06:00"),
        ("2027-03-14T01:30:00-06:00", "2027-03-15T16:35:00-05:00"),
    ],
)
def test_the_demo_begins_when_families_may_be_written_to(real: str, begins: str) -> None:
    assert moment_to_begin(moment(real), None, lambda day: next_school_day(day) == day) == moment(begins)


def test_a_later_run_begins_where_the_last_one_ended() -> None:
    real, seen = moment("2026-11-24T09:30:00-06:00"), moment("2026-11-24T17:00:00-06:00")
    assert moment_to_begin(real, seen, lambda day: next_school_day(day) == day) == seen


def test_the_night_was_early_that_morning_and_never_before_what_happened() -> None:
    begins = moment("2026-11-24T16:35:00-06:00")
    assert night_before(begins, None) == moment("2026-11-24T05:30:00-06:00")
    seen = moment("2026-11-24T16:00:00-06:00")
    assert night_before(begins, seen) == seen


def test_after_the_made_up_year_the_demo_asks_for_a_new_one() -> None:
    with pytest.raises(DemoClockRefusedError, match="--reset"):
        moment_to_begin(moment("2027-07-01T10:00:00-06:00"), None, lambda _day: False)
