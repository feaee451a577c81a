"""`outreach user`: sign-ins made at the terminal; a password is never shown, except one that was made there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from outreach import store
from outreach.cli import main
from tests.kept import kept_engine
from tests.web.conftest import PASSWORD
from tests.world import World


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    monkeypatch.setenv("OUTREACH_DATABASE_URL", database_url)
    monkeypatch.setenv("OUTREACH_SECRET_KEY", "k" * 40)
    monkeypatch.chdir(tmp_path)
    with store.session_factory(kept_engine(database_url))() as session:
        world = World(session)
        world.staff(world.school(), email="k.lowe@example.org")
        session.commit()
    return CliRunner()


def create(run: CliRunner, *more: str, **environment: str) -> Result:
    words = ["user", "create", "k.lowe@example.org", "--role", "counselor", "--json", *more]
    return run.invoke(main, words, env=environment)


def test_a_sign_in_is_made_once_and_its_password_stays_unsaid(run: CliRunner) -> None:
    first = create(run, OUTREACH_USER_PASSWORD=PASSWORD)
    assert first.exit_code == 0, first.output
    assert json.loads(first.stdout) == {
        "account": 1, "email": "k.lowe@example.org", "role": "counselor", "staff_member": True,
    }  # fmt: skip
    assert PASSWORD not in first.output
    again = create(run, OUTREACH_USER_PASSWORD=PASSWORD)

    assert again.exit_code == 2
    assert "already has a sign-in" in again.stderr


def test_the_password_may_stand_in_a_file(run: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n")

    assert create(run, OUTREACH_USER_PASSWORD_FILE=str(file)).exit_code == 0


def test_a_password_that_was_made_here_is_shown_once(run: CliRunner) -> None:
    answer = json.loads(create(run, "--generate").stdout)

    assert len(answer["password"]) >= 10


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({}, "Give the password at a terminal"),
        ({"OUTREACH_USER_PASSWORD": "short"}, "at least 10 characters"),
        ({"OUTREACH_USER_PASSWORD_FILE": "nowhere"}, "cannot be read"),
    ],
)
def test_a_missing_or_short_password_is_refused_in_a_sentence(
    run: CliRunner, environment: dict[str, str], sentence: str
) -> None:
    refused = create(run, **environment)

    assert refused.exit_code == 2
    assert sentence in refused.stderr


def test_the_roster_is_invited_once(run: CliRunner) -> None:
    answers = [run.invoke(main, ["user", "invite", "--from-roster", "--json"]) for _ in range(2)]

    assert [json.loads(answer.stdout)["invited"] for answer in answers] == [1, 0]
