"""``outreach deliver``, ``stop`` and ``resume`` as somebody at a terminal meets them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import Contact, Message, MessageState
from outreach.cli import main
from tests.delivery.letters import household, text
from tests.world import NOW, World

FIGURES = {"claimed", "accepted", "failed", "skipped", "unknown", "seconds"}


@pytest.fixture(autouse=True)
def this_database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_DATABASE_URL", database_url)
    monkeypatch.setenv("OUTREACH_SECRET_KEY", "k" * 40)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words), catch_exceptions=False)


def answer(*words: str) -> dict[str, object]:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    told: dict[str, object] = json.loads(result.stdout)
    return told


def due(sessions: sessionmaker[Session], **school: object) -> None:
    with sessions.begin() as session:
        home = household(World(session))
        for name, value in school.items():
            setattr(home.school, name, value)
        text(session, home)


def test_deliver_drains_the_outbox_and_the_timeline_shows_it(sessions: sessionmaker[Session]) -> None:
    due(sessions)
    told = answer("deliver", "--drain", "--as-of", NOW.isoformat())
    assert set(told) >= FIGURES
    assert (told["claimed"], told["accepted"]) == (1, 1)
    with sessions() as session:
        assert session.scalars(select(Message.state)).one() is MessageState.DELIVERED
        assert session.scalars(select(Contact.message_id)).one() is not None
    assert answer("deliver", "--drain", "--as-of", NOW.isoformat())["claimed"] == 0


def test_nothing_goes_out_between_stop_and_resume(sessions: sessionmaker[Session]) -> None:
    due(sessions)
    assert answer("stop") == {"stopped": "the district"}
    assert answer("deliver", "--drain", "--as-of", NOW.isoformat())["claimed"] == 0
    assert answer("resume") == {"resumed": "the district", "was_stopped": True, "providers": []}
    assert answer("deliver", "--as-of", NOW.isoformat())["accepted"] == 1
    assert answer("resume")["was_stopped"] is False


def test_resume_lets_a_provider_be_used_again_once_its_credentials_are_mended(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        home = household(World(session), "+15005550010")
        text(session, home)
    answer("deliver", "--as-of", NOW.isoformat())
    later = ("deliver", "--as-of", (NOW + timedelta(hours=1)).isoformat())
    assert answer(*later)["claimed"] == 0
    assert answer("resume")["providers"] == ["sandbox"]
    assert answer(*later)["claimed"] == 1


def test_one_school_is_stopped_by_its_code(sessions: sessionmaker[Session]) -> None:
    due(sessions, code="LHS")
    answer("stop", "--school", "LHS")
    assert answer("deliver", "--as-of", NOW.isoformat())["claimed"] == 0
    answer("resume", "--school", "LHS")
    assert answer("deliver", "--as-of", NOW.isoformat())["claimed"] == 1


def test_a_school_that_nobody_knows_is_one_sentence(sessions: sessionmaker[Session]) -> None:
    due(sessions)
    result = run("stop", "--school", "nowhere")
    assert result.exit_code == 2
    assert "nowhere" in result.stderr


def test_people_get_a_sentence(sessions: sessionmaker[Session]) -> None:
    due(sessions)
    told = run("deliver", "--as-of", NOW.isoformat()).stdout
    assert told.startswith("1 due: 1 accepted, 0 waiting, 0 skipped, 0 failed, 0 unknown (")
