"""What every command shares: its answer, its errors, the time it works for."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, select

from models import migrations
from outreach import store
from outreach.cli import OutreachGroup, main
from outreach.cli.context import CliContext, as_of_option, json_option, pass_cli
from outreach.errors import OutreachError
from tests.ground.test_settings import LIVE_SMS


@click.group(cls=OutreachGroup)
def trial() -> None:
    """A command line of one room."""


@trial.command()
@as_of_option
@json_option
@pass_cli
def tell(cli: CliContext) -> None:
    cli.console.print("working")
    cli.emit({"now": cli.now, "clock": cli.clock(), "who": {"b", "a"}}, ["It is now."])


@trial.command()
@json_option
@pass_cli
def refuse(cli: CliContext) -> None:
    raise OutreachError("users.csv, line 3: there is no such student.")


@trial.command()
@pass_cli
def count(cli: CliContext) -> None:
    with cli.sessions() as session:
        cli.emit({}, [str(session.scalar(select(1)))])


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(trial, arguments, env=environment)


def test_an_answer_in_json_is_one_object_and_progress_goes_elsewhere() -> None:
    result = run("tell", "--json", "--as-of", "2021-11-15T02:00:00-06:00")
    assert json.loads(result.stdout) == {
        "now": "2021-11-15T08:00:00+00:00",
        "clock": "2021-11-15T08:00:00+00:00",
        "who": ["a", "b"],
    }
    assert "working" in result.stderr


def test_without_json_a_person_reads_lines() -> None:
    assert run("tell").stdout == "It is now.\n"


def test_now_does_not_move_and_the_clock_does() -> None:
    cli = CliContext(started_at=datetime(2026, 11, 24, tzinfo=UTC))
    assert cli.now == cli.now == datetime(2026, 11, 24, tzinfo=UTC)
    assert cli.clock() > cli.now


@pytest.mark.parametrize("value", ["2021-11-15", "2021-11-15T02:00:00", "yesterday"])
def test_a_time_without_zone_is_refused(value: str) -> None:
    result = run("tell", "--as-of", value)
    assert result.exit_code == 2
    assert result.stderr == (f"--as-of needs a time with its zone, such as 2026-11-24T02:00:00-06:00, not {value!r}.\n")


def test_another_time_is_refused_where_a_channel_is_live() -> None:
    result = run("tell", "--as-of", "2021-11-15T02:00:00-06:00", **LIVE_SMS)
    assert result.exit_code == 2
    assert result.stderr.startswith("--as-of is refused where a channel is live")


def test_an_error_is_its_sentence_and_status_2() -> None:
    result = run("refuse")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "users.csv, line 3: there is no such student.\n"


def test_an_error_in_json_is_an_object_too() -> None:
    assert json.loads(run("refuse", "--json").stdout) == {"error": "users.csv, line 3: there is no such student."}


def test_a_wrong_setting_is_its_sentence() -> None:
    result = run("count", OUTREACH_TIMEZONE="Mars")
    assert result.exit_code == 2
    assert result.stderr.startswith("OUTREACH_TIMEZONE must be")


def test_a_database_without_tables_says_what_to_do(empty_database_url: str) -> None:
    result = run("count", OUTREACH_DATABASE_URL=empty_database_url, OUTREACH_SECRET_KEY="k" * 40)
    assert result.exit_code == 2
    assert result.stderr.endswith("run: outreach db upgrade\n")


def test_a_database_that_is_not_there_is_one_sentence() -> None:
    address = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    result = run("count", OUTREACH_DATABASE_URL=address, OUTREACH_SECRET_KEY="k" * 40)
    assert result.exit_code == 2
    assert result.stderr.startswith("The database did not answer: ")
    assert result.stderr.count("\n") == 1


def test_db_upgrade_then_check(empty_database_url: str) -> None:
    environment = {"OUTREACH_DATABASE_URL": empty_database_url, "OUTREACH_SECRET_KEY": "k" * 40}
    runner = CliRunner()
    before = runner.invoke(main, ["db", "check", "--json"], env=environment)
    assert before.exit_code == 1
    assert json.loads(before.stdout)["pending"] == migrations.revisions()
    first, second = (runner.invoke(main, ["db", "upgrade", "--json"], env=environment) for _ in range(2))
    assert json.loads(first.stdout)["applied"] == migrations.revisions()
    assert json.loads(second.stdout)["applied"] == []
    check = runner.invoke(main, ["db", "check"], env=environment)
    assert (check.exit_code, check.stdout) == (0, "As this release expects.\n")
    engine = store.connect(empty_database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP INDEX ix_message_due")
    engine.dispose()
    drifted = runner.invoke(main, ["db", "check"], env=environment)
    assert drifted.exit_code == 1
    assert "missing: table message: index ix_message_due" in drifted.stdout


def test_every_command_has_help_and_answers_in_json() -> None:
    def commands(group: click.Group, path: str) -> list[tuple[str, click.Command]]:
        found: list[tuple[str, click.Command]] = []
        for name, command in group.commands.items():
            here = f"{path} {name}"
            found += commands(command, here) if isinstance(command, click.Group) else [(here, command)]
        return found

    for path, command in commands(main, "outreach"):
        assert command.help, path
        if path.split()[1] not in {"serve", "worker", "demo"}:
            assert "--json" in {option for parameter in command.params for option in parameter.opts}, path


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("These are not tables. " * 100)
    environment = {"OUTREACH_DATABASE_URL": f"sqlite:///{tmp_path / 'notes.txt'}"}
    result = run("count", **environment)
    assert (result.exit_code, result.stderr) == (2, "The database did not answer: file is not a database\n")
    doctor = CliRunner().invoke(main, ["doctor"], env=environment)
    assert "WRONG  The database cannot be reached: file is not a database." in doctor.stdout


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    environment = {"OUTREACH_DATABASE_URL": f"sqlite:///{tmp_path / 'not' / 'there' / 'x.sqlite'}"}
    result = run("count", **environment)
    assert result.exit_code == 2
    assert "not/there cannot be made (No such file or directory)" in result.stderr
    doctor = CliRunner().invoke(main, ["doctor"], env=environment)
    assert (doctor.exit_code, "WRONG  The database's folder" in doctor.stdout) == (1, True)


def test_the_database_of_a_newer_release_is_left_alone(engine: Engine, database_url: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    environment = {"OUTREACH_DATABASE_URL": database_url, "OUTREACH_SECRET_KEY": "k" * 40}
    upgrade, check, doctor = (
        CliRunner().invoke(main, words, env=environment) for words in (["db", "upgrade"], ["db", "check"], ["doctor"])
    )
    assert (upgrade.exit_code, check.exit_code, doctor.exit_code) == (2, 1, 1)
    assert upgrade.stderr.startswith("The database is at revision 9999, which this release does not know")
    assert check.stdout.startswith("At revision 9999, which this release does not know")
    assert "WRONG  The database is at revision 9999, of a newer release" in doctor.stdout
