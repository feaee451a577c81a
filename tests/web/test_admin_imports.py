"""Imports on the page: tried, then imported; and what was left out, in the reader's language and without any row."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models import (
    AccountRole,
    AuditEvent,
    ImportOrigin,
    ImportRejection,
    ImportRun,
    ImportUpload,
    RunState,
    Staff,
    Student,
)
from outreach.language import kept
from outreach.upkeep import uploads
from outreach.web.admin import imports as page_of_imports
from tests.roster.oneroster_folder import OneRosterFolder
from tests.web.conftest import Person, Town
from tests.world import NOW

HEAD = AccountRole.DISTRICT_ADMINISTRATOR
ABSENCES = "studentSourcedId,category,date\n{maya},excused,2026-11-09\nnobody,excused,2026-11-09\n{maya},holiday,x\n"


def upload(person: Person, kind: str, name: str, content: bytes | str) -> Person:
    data = content.encode() if isinstance(content, str) else content
    answer = person.send("/admin/imports", "/admin/imports", kind=kind, file=(io.BytesIO(data), name))
    answer.request.environ["wsgi.input"].close()  # the client's own; a large one is a file
    return person


def absences(town: Town) -> str:
    return ABSENCES.format(maya=town.maya.sourced_id)


def roster(tmp_path: Path, *students: str, staff: str = "") -> bytes:
    folder = OneRosterFolder()
    if staff:
        folder.teacher(staff)
    for student in students:
        folder.student(student, f"P-{student}").parent(f"P-{student}")
    return folder.zip(tmp_path / "roster.zip").read_bytes()


def test_a_list_is_tried_and_changes_nothing_then_imported_and_reported(town: Town) -> None:
    head = upload(town.sign_in(HEAD), "attendance", "absences.csv", absences(town))
    tried = head.follow().text
    address = re.search(r'action="(/admin/imports/uploads/\d+)"', tried)
    assert address
    assert "1 created" in tried
    assert "names &#39;nobody&#39;, and there is no such student." in tried
    assert town.rows(select(ImportRun)) == []
    head.send(address[1], address[1])
    report = head.follow().text
    [run] = town.rows(select(ImportRun))
    assert (run.kind, run.source, run.state, run.origin) == (
        "attendance", "absences.csv", RunState.DONE, ImportOrigin.PERSON,
    )  # fmt: skip
    assert report.count("data-rejection") == 2
    assert "2 rows left out" in report
    assert "L. Alvarez" in report, "who it was"
    assert town.rows(select(ImportUpload)) == [], "the file itself is gone"
    [line] = town.rows(select(AuditEvent).where(AuditEvent.action == "import"))
    assert (line.subject_id, line.detail) == (run.id, {"kind": "attendance", "changed": 1, "rejected": 2})
    assert head.send(address[1], "/admin/imports").status_code == 404, "a second click imports nothing"
    assert len(town.rows(select(ImportRun))) == 1


def test_a_roster_that_would_end_too_much_is_imported_only_once_that_is_accepted(town: Town, tmp_path: Path) -> None:
    [me] = town.rows(select(Staff.sourced_id).where(Staff.id == town.staff[HEAD]))
    head = upload(town.sign_in(HEAD), "oneroster", "roster.zip", roster(tmp_path, "A", "B", staff=me or ""))
    tried = head.follow().text
    assert "More than a twentieth would end" in tried
    assert "2 of 2 students" in tried
    address = re.search(r'action="(/admin/imports/uploads/\d+)"', tried)
    assert address
    refused = head.send(address[1], address[1])
    assert (refused.status_code, 'id="accepted-error"' in refused.text) == (422, True)
    assert town.rows(select(func.count()).select_from(Student).where(Student.active)) == [2]
    head.send(address[1], address[1], accepted="yes")
    assert "Imported." in head.follow().text
    assert set(town.rows(select(Student.sourced_id).where(Student.active))) == {"A", "B"}


def test_nobody_shuts_themselves_out_by_a_roster_that_forgot_them(town: Town, tmp_path: Path) -> None:
    head = upload(town.sign_in(HEAD), "oneroster", "roster.zip", roster(tmp_path, "A", "B"))
    address = head.follow().request.path
    refused = head.send(address, address, accepted="yes")
    assert (refused.status_code, "does not name you" in refused.text) == (422, True)
    assert town.rows(select(func.count()).select_from(Staff).where(Staff.active)) == [5]
    assert town.rows(select(ImportRun)) == []


@pytest.mark.parametrize(
    ("kind", "name", "content", "sentence"),
    [
        ("oneroster", "roster.zip", b"PK\x03\x04 not a zip", "neither a folder nor a whole zip"),
        ("oneroster", "roster.zip", b"", "this one is empty"),
        ("attendance", "absences.csv", b"who,why\na,b\n", "no column studentSourcedId"),
        ("attendance", "absences.csv", b"\xff\xfea\x00", "this is UTF-16"),
        ("attendance", "absences.csv", b'studentSourcedId,category\n"A,excused\nB,excused\n', "never closed"),
        ("wizardry", "absences.csv", b"x", "what the file holds"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_beside_its_field_and_nothing_is_kept(
    town: Town, kind: str, name: str, content: bytes, sentence: str
) -> None:
    head = upload(town.sign_in(HEAD), kind, name, content)
    assert head.last is not None
    assert (head.last.status_code, sentence in head.last.text) == (422, True), head.last.text[-2000:]
    assert re.search(r'id="(file|kind)-error"', head.last.text)
    assert town.rows(select(ImportUpload)) == []
    assert town.rows(select(ImportRun)) == []


def test_a_name_with_folders_and_strange_letters_stays_inside(town: Town) -> None:
    upload(town.sign_in(HEAD), "attendance", "../../etc/ab:c*d.csv", absences(town))
    assert town.rows(select(ImportUpload.name)) == ["ab_c_d.csv"]


def test_what_is_too_large_for_a_page_is_left_to_the_command(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_of_imports, "LARGEST_UPLOAD", 2_000_000)
    head = upload(town.sign_in(HEAD), "attendance", "absences.csv", b"x" * 2_100_000)
    assert head.last is not None
    assert (head.last.status_code, "outreach import KIND PATH" in head.last.text) == (413, True)
    monkeypatch.setattr(uploads, "LARGEST_UNPACKED", 100)
    upload(head, "attendance", "absences.csv", absences(town) * 10)
    assert (head.last.status_code, "outreach import attendance PATH" in head.last.text) == (422, True)
    assert town.rows(select(ImportUpload)) == []


def test_only_this_form_may_be_so_large(town: Town) -> None:
    head = town.sign_in(HEAD)
    answer = head.send("/admin/consent-basis", "/admin", words="x" * 1_100_000)
    answer.request.environ["wsgi.input"].close()
    assert answer.status_code == 413
    upload(head, "attendance", "absences.csv", absences(town) + " " * 1_100_000)
    assert head.last is not None
    assert head.last.status_code == 303


def test_an_upload_without_its_token_is_refused(town: Town) -> None:
    head = town.sign_in(HEAD)
    answer = head.client.post("/admin/imports", data={"kind": "attendance", "file": (io.BytesIO(b"x"), "a.csv")})
    assert answer.status_code == 400
    assert town.rows(select(ImportUpload)) == []


def test_a_tried_file_is_discarded_and_an_old_one_forgotten(town: Town) -> None:
    head = upload(town.sign_in(HEAD), "attendance", "absences.csv", absences(town))
    [number] = town.rows(select(ImportUpload.id))
    assert "absences.csv" in head.get("/admin/imports").text
    head.send(f"/admin/imports/uploads/{number}/discard", "/admin/imports")
    assert "Discarded" in head.follow().text
    upload(head, "attendance", "old.csv", absences(town))
    town.session.get_one(ImportUpload, town.rows(select(ImportUpload.id))[0]).uploaded_at = NOW - timedelta(hours=25)
    town.commit()
    upload(head, "attendance", "new.csv", absences(town))
    assert town.rows(select(ImportUpload.name)) == ["new.csv"]


def test_a_report_says_why_in_the_reader_s_language_and_shows_no_row(town: Town) -> None:
    content = "studentSourcedId,category,date\nnobody,excused,2026-11-09\n"
    head = upload(town.sign_in(HEAD), "attendance", "absences.csv", content)
    head.send(head.last.headers["Location"], "/admin/imports")  # type: ignore[union-attr]  # it was sent just now
    [run] = town.rows(select(ImportRun.id))
    spanish = head.get(f"/admin/imports/{run}", headers={"Accept-Language": "es"}).text
    assert "no hay" in spanish
    assert "there is no such student" not in spanish
    [kept_row] = town.rows(select(ImportRejection))
    assert (kept_row.file, kept_row.line, kept_row.field) == ("absences.csv", 2, "studentSourcedId")
    assert "2026-11-09" not in str(vars(kept_row)), "nothing else of the row"


def rejected_run(town: Town, count: int, key: str = "K") -> int:
    run = town.world.add(
        ImportRun(kind="oneroster", source="export.zip", state=RunState.DONE, started_at=NOW, figures={
            "files": {"users": {"created": 1, "updated": 0, "unchanged": 0, "deactivated": 0, "rejected": count}},
            "notes": [kept("%(file)s: %(remark)s", file="users.csv", remark="is the header again.")],
        })
    )  # fmt: skip
    for number in range(count):
        town.world.add(
            ImportRejection(
                run_id=run.id,
                file="users.csv",
                line=number + 2,
                field="role",
                reason="is empty.",
                sourced_id=f"{key}{number}",
            )
        )
    town.commit()
    return run.id


def test_a_long_report_goes_on_after_its_last_row(town: Town) -> None:
    run = rejected_run(town, 120)
    head, seen = town.sign_in(HEAD), list[str]()
    address: str | None = f"/admin/imports/{run}"
    while address:
        shown = head.get(address).text
        seen += re.findall(r"line (\d+)</span>", shown)
        following = re.search(r'rel="next" href="([^"#]+)', shown)
        address = following[1].replace("&amp;", "&") if following else None
    assert seen == [str(number) for number in range(2, 122)]


def test_the_csv_of_rejected_rows_runs_nothing_in_a_spreadsheet(town: Town) -> None:
    run = rejected_run(town, 3, key="=cmd|' /C calc'!A")
    answer = town.sign_in(HEAD).get(f"/admin/imports/{run}/rejected.csv")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    header, *rows = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert header == ["File", "Line", "Field", "Reason", "Key of the row"]
    assert [row[:4] for row in rows] == [["users.csv", str(line), "role", "is empty."] for line in (2, 3, 4)]
    assert all(row[4].startswith("'=") for row in rows)


def test_of_older_imports_only_the_number_of_rejected_rows_is_kept(town: Town) -> None:
    first = rejected_run(town, 2)
    for _run in range(19):
        rejected_run(town, 0)
    head = upload(town.sign_in(HEAD), "attendance", "absences.csv", absences(town))
    assert len(town.rows(select(ImportRejection).where(ImportRejection.run_id == first))) == 2
    assert head.last is not None
    head.send(head.last.headers["Location"], "/admin/imports")
    assert town.rows(select(ImportRejection).where(ImportRejection.run_id == first)) == []
    shown = head.get(f"/admin/imports/{first}").text
    assert "only their number" in shown
    assert "2 rows left out" in shown


def test_every_import_is_listed_with_who_or_what_started_it(town: Town) -> None:
    for origin in ImportOrigin:
        town.world.add(ImportRun(kind="oneroster", source=f"{origin}.zip", state=RunState.DONE, started_at=NOW,
                                 origin=origin, figures={"files": {}}))  # fmt: skip
    town.world.add(ImportRun(kind="marks", source="refused.csv", state=RunState.FAILED, started_at=NOW,
                             error=kept("%(name)s does not exist.", name="refused.csv")))  # fmt: skip
    for _run in range(50):
        town.world.add(ImportRun(kind="oneroster", source="older.zip", state=RunState.DONE, started_at=NOW))
    town.commit()
    head = town.sign_in(HEAD)
    newest = head.get("/admin/imports").text
    onward = re.search(r'rel="next" href="([^"]+)"', newest)
    assert (newest.count("data-line"), onward is not None) == (50, True)
    assert onward
    older = head.get(onward[1]).text
    assert older.count("data-line") == 4
    for words in ("by the night", "at the command line", "refused.csv does not exist.", "Refused, nothing changed"):
        assert words in older
    assert 'id="upload"' not in older, "the form stands on the first page"


def test_an_import_that_does_not_exist_is_no_page(town: Town) -> None:
    head = town.sign_in(HEAD)
    for address in ("/admin/imports/99", "/admin/imports/99/rejected.csv", "/admin/imports/uploads/99"):
        assert head.get(address).status_code == 404
