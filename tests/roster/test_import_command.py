"""``outreach import``: one answer, and exit statuses a script can rely on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from outreach.cli import main
from tests.roster.oneroster_folder import OneRosterFolder

Command = Callable[..., Result]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs ``outreach …`` in an empty folder over a migrated database of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OUTREACH_DATABASE_URL", f"sqlite:///{tmp_path / 'outreach.sqlite'}")
    monkeypatch.setenv("OUTREACH_TIMEZONE", "America/Chicago")

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, words)

    assert run("db", "upgrade").exit_code == 0
    return run


@pytest.fixture
def roster() -> OneRosterFolder:
    return (
        OneRosterFolder().student("A", "P").parent("P", "A", sms="312-555-0142").teacher("T").algebra("A", teacher="T")
    )


def test_a_good_import_answers_with_one_object_and_status_0(
    command: Command, roster: OneRosterFolder, tmp_path: Path
) -> None:
    folder = roster.write(tmp_path / "sis")
    result = command("import", "oneroster", str(folder), "--json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert (answer["students"], answer["guardians"], answer["staff"], answer["families"]) == (1, 1, 1, 1)
    assert answer["contact_points"] == {"usable": 1, "doubtful": 0, "dead": 0, "none": 0, "unreachable": 0}
    assert answer["files"]["users"] == {
        "mode": "bulk", "created": 3, "updated": 0, "unchanged": 0, "deactivated": 0, "rejected": 0,
    }  # fmt: skip
    again = json.loads(command("import", "oneroster", str(folder), "--json").stdout)
    assert (again["unchanged"], again["files"]["users"]["unchanged"]) == (True, 3)


def test_rejected_rows_go_to_a_file_and_status_is_1(command: Command, roster: OneRosterFolder, tmp_path: Path) -> None:
    roster.student("B", givenName="x" * 300)
    folder = roster.write(tmp_path / "sis")
    result = command("import", "oneroster", str(folder))
    assert result.exit_code == 1
    assert "1 rejected, each with its reason in sis-rejected.csv" in result.stdout
    lines = (tmp_path / "sis-rejected.csv").read_text("utf-8").splitlines()
    assert lines == ["file,line,field,reason,sourcedId", "users.csv,5,givenName,is longer than 200 characters.,B"]
    elsewhere = command("import", "oneroster", str(folder), "--rejects", str(tmp_path / "mine.csv"), "--json")
    assert json.loads(elsewhere.stdout)["rejects_file"] == str(tmp_path / "mine.csv")
    nowhere = command("import", "oneroster", str(folder), "--rejects", str(tmp_path / "no" / "mine.csv"))
    assert (nowhere.exit_code, "cannot be written" in nowhere.stderr) == (2, True)


def test_a_fatal_fault_is_one_sentence_and_status_2(command: Command, tmp_path: Path) -> None:
    (tmp_path / "sis.zip").write_bytes(b"PK\x03\x04 and then nothing")
    result = command("import", "oneroster", str(tmp_path / "sis.zip"), "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"].startswith("sis.zip is neither a folder nor a whole zip file")
    assert not (tmp_path / "sis-rejected.csv").exists()


def test_a_dry_run_changes_nothing(command: Command, roster: OneRosterFolder, tmp_path: Path) -> None:
    folder = roster.write(tmp_path / "sis")
    assert command("import", "oneroster", str(folder), "--dry-run").stdout.startswith("Dry run: nothing was changed")
    assert json.loads(command("import", "oneroster", str(folder), "--json").stdout)["unchanged"] is False


def test_too_many_departures_need_to_be_accepted(command: Command, roster: OneRosterFolder, tmp_path: Path) -> None:
    command("import", "oneroster", str(roster.write(tmp_path / "sis")))
    del roster.rows["users"]["A"]
    folder = str(roster.parent("P").write(tmp_path / "sis"))
    refused = command("import", "oneroster", folder)
    assert refused.exit_code == 2
    assert "1 of 1 students" in refused.stderr
    accepted = command("import", "oneroster", folder, "--accept-deactivations", "--json")
    assert accepted.exit_code == 1, "the enrollment of the student who left is rejected"
    assert json.loads(accepted.stdout)["students"] == 0


CONTACTS = (
    "sourcedId,occurredAt,studentSourcedIds,channel,outcome,staffSourcedId\nK,2025-09-11T10:00,A,phone,reached,T\n"
)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("relationships", "studentSourcedId,parentSourcedId,relation\nA,P,Mother\n"),
        ("attendance", "studentSourcedId,category,events\nA,Excused Absence,4\n"),
        ("marks", "sourcedId,studentSourcedId,subject,score,date\nM,A,math,88,2026-09-11\n"),
        ("incidents", "sourcedId,studentSourcedId,date,kind\nI,A,2026-09-11,fight\n"),
        ("staff", "staffSourcedId,role,studentSourcedId\nT,case_manager,A\n"),
        ("contacts", CONTACTS),
        ("consents", "address,channel,state\n312-555-0142,sms,out\n"),
    ],
)  # fmt: skip
def test_each_list_is_imported_once_and_then_unchanged(
    command: Command, roster: OneRosterFolder, tmp_path: Path, name: str, lines: str
) -> None:
    command("import", "oneroster", str(roster.write(tmp_path / "sis")))
    path = tmp_path / f"{name}.csv"
    path.write_text(lines, "utf-8")
    first = command("import", name, str(path), "--json")
    assert first.exit_code == 0, first.output
    assert json.loads(first.stdout)["unchanged"] is False
    second = command("import", name, str(path))
    assert "Nothing has changed since the last import." in second.stdout


def test_the_list_of_rejected_rows_never_overwrites_what_is_read(
    command: Command, roster: OneRosterFolder, tmp_path: Path
) -> None:
    command("import", "oneroster", str(roster.write(tmp_path / "sis")))
    path = tmp_path / "incidents.csv"
    path.write_text("sourcedId,studentSourcedId,date,kind\nI,nobody,2026-10-01,fight\n")
    result = command("import", "incidents", str(path), "--rejects", str(path))
    assert result.exit_code == 2
    assert "is what is to be read" in result.stderr
    assert "nobody" in path.read_text()


def test_a_roster_in_the_present_folder_has_a_name(
    command: Command, roster: OneRosterFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(roster.write(tmp_path / "sis"))
    assert json.loads(command("import", "oneroster", ".", "--json").stdout)["source"] == "sis"


def test_classes_that_vanish_with_their_enrollments_need_to_be_accepted(
    command: Command, roster: OneRosterFolder, tmp_path: Path
) -> None:
    command("import", "oneroster", str(roster.algebra("A", teacher="T").write(tmp_path / "sis")))
    roster.rows["classes"].clear()
    for file in ("enrollments", "lineItems"):
        del roster.rows[file]
    folder = roster.write(tmp_path / "sis")
    refused = command("import", "oneroster", str(folder))
    assert refused.exit_code == 2
    assert "would end 2 of 2 enrollments" in refused.stderr
    assert command("import", "oneroster", str(folder), "--accept-deactivations").exit_code == 0


def test_a_delta_of_1_2_that_does_not_repeat_the_roles_leaves_a_student_in_the_school(
    command: Command, tmp_path: Path
) -> None:
    first = OneRosterFolder(version="1.2").student("A", "P", orgSourcedIds="").parent("P", "A")
    for user, role in (("A", "student"), ("P", "parent")):
        first.add("roles", f"R-{user}", userSourcedId=user, roleType="primary", role=role, orgSourcedId="S")
    assert command("import", "oneroster", str(first.write(tmp_path / "sis"))).exit_code == 0
    second = OneRosterFolder(version="1.2", modes={"users": "delta"})
    second.rows.clear()
    second.student("A", "P", orgSourcedIds="", givenName="Mia").student("N", orgSourcedIds="")
    answer = json.loads(command("import", "oneroster", str(second.write(tmp_path / "delta")), "--json").stdout)
    assert (answer["files"]["users"]["updated"], answer["students"]) == (1, 1)
    assert [rejection["sourced_id"] for rejection in answer["rejections"]] == ["N"], "nobody knows its role"


def test_a_role_that_comes_without_its_user_is_rejected_and_not_passed_over(command: Command, tmp_path: Path) -> None:
    command("import", "oneroster", str(OneRosterFolder().teacher("T").write(tmp_path / "sis")))
    delta = OneRosterFolder(version="1.2", modes={"roles": "delta"})
    delta.rows.clear()
    delta.add("roles", "R", userSourcedId="T", roleType="primary", role="counselor", orgSourcedId="S")
    result = command("import", "oneroster", str(delta.write(tmp_path / "delta")))
    assert result.exit_code == 1
    assert "a role comes with its user" in result.stdout
