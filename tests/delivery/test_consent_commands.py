"""``outreach consent`` as somebody at a terminal meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import Address, Channel, Consent, ConsentCategory, ConsentSource, ConsentState, ContactPoint
from outreach.cli import main
from outreach.delivery import has_consent, record_basis, record_consent
from tests.delivery.letters import household
from tests.roster.oneroster_folder import OneRosterFolder
from tests.world import NOW, World

NUMBER = "+13125550142"


@pytest.fixture(autouse=True)
def this_database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_DATABASE_URL", database_url)
    monkeypatch.setenv("OUTREACH_SECRET_KEY", "k" * 40)


@pytest.fixture
def rosa(sessions: sessionmaker[Session]) -> int:
    """The id of Rosa's number."""
    with sessions.begin() as session:
        return household(World(session), NUMBER).phone.id


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words), catch_exceptions=False)


def test_out_ends_every_kind_and_show_tells_who_said_so(rosa: int, sessions: sessionmaker[Session]) -> None:
    out = json.loads(run("consent", "out", "(312) 555-0142", "--why", "Called the office", "--json").stdout)
    assert out == {"address": NUMBER, "state": "out", "added": 2}
    told = json.loads(run("consent", "show", NUMBER, "--json").stdout)
    assert told["standing"] == {"school": "out", "survey": "out"}
    assert [(one["source"], one["note"]) for one in told["history"]] == [("staff", "Called the office")]
    assert "Called the office" in run("consent", "show", NUMBER).stdout
    assert "nothing was added" in run("consent", "out", NUMBER, "--why", "Again").stdout


def test_in_is_for_school_matters_or_the_category_that_is_named(rosa: int, sessions: sessionmaker[Session]) -> None:
    run("consent", "out", NUMBER, "--why", "Called")
    run("consent", "in", NUMBER, "--why", "Wrote a letter")
    with sessions() as session:
        assert has_consent(session, rosa, Channel.SMS, ConsentCategory.SCHOOL)
        assert not has_consent(session, rosa, Channel.SMS, ConsentCategory.SURVEY)
    run("consent", "in", NUMBER, "--category", "survey", "--why", "Ticked it on the form")
    with sessions() as session:
        assert has_consent(session, rosa, Channel.SMS, ConsentCategory.SURVEY)


def test_a_number_that_nobody_has_yet_is_kept_so_that_the_no_holds_later(sessions: sessionmaker[Session]) -> None:
    assert run("consent", "out", "312-555-0199", "--why", "A letter").exit_code == 0
    with sessions() as session:
        assert session.scalars(select(Address.value)).one() == "+13125550199"


def test_an_opt_out_list_imported_before_the_roster_holds_when_the_number_comes(
    sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    listed = tmp_path / "consents.csv"
    listed.write_text(f"address,channel,state\n{NUMBER},sms,out\nana.lopez@example.org,email,out\n", "utf-8")
    assert run("import", "consents", str(listed)).exit_code == 0
    with sessions.begin() as session:
        found = session.scalars(select(Address).where(Address.value == NUMBER)).one().id
        assert {(one.state, one.source) for one in session.scalars(select(Consent))} == {
            (ConsentState.OUT, ConsentSource.OPT_OUT_LIST)
        }
    roster = OneRosterFolder().student("A", "P")
    roster.parent("P", "A", sms="312-555-0142", email="Ana.Lopez@Example.org").write(tmp_path / "sis")
    assert run("import", "oneroster", str(tmp_path / "sis"), "--as-of", NOW.isoformat()).exit_code == 0
    with sessions.begin() as session:
        record_basis(session, "Numbers were given at registration.", NOW, None)
        box = session.scalars(select(Address).where(Address.value == "ana.lopez@example.org")).one().id
        assert set(session.scalars(select(ContactPoint.address_id))) == set(session.scalars(select(Address.id)))
        assert not has_consent(session, found, Channel.SMS, ConsentCategory.SCHOOL)
        assert not has_consent(session, box, Channel.EMAIL, ConsentCategory.SCHOOL), "in whatever letters it is written"
    shown = json.loads(run("consent", "show", "ANA.LOPEZ@example.org", "--json").stdout)
    assert (shown["address"], shown["standing"]["school"]) == ("ana.lopez@example.org", "out")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("show", "312-555-0198"), "Nobody here has 312-555-0198"),
        (("out", "not a number", "--why", "x"), "reaches nobody"),
        (("out", NUMBER, "--why", " "), "Say who asked"),
        (("out", NUMBER, "--channel", "email", "--why", "x"), "takes no such messages"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_changes_nothing(
    rosa: int, sessions: sessionmaker[Session], words: tuple[str, ...], says: str
) -> None:
    result = run("consent", *words)
    assert result.exit_code == 2
    assert says in result.stderr
    with sessions() as session:
        assert session.scalars(select(Consent)).all() == []


def test_a_number_that_the_carrier_blocks_is_not_opted_in_from_here(rosa: int, sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        record_consent(session, rosa, Channel.SMS, ConsentState.OUT, ConsentSource.PROVIDER, NOW)
    result = run("consent", "in", NUMBER, "--why", "She asked")
    assert result.exit_code == 2
    assert "START" in result.stderr
