"""The whole list of bad input: each gets a sentence with file and line, and the database is as it was or holds exactly
the good rows. What is taken with a remark (a byte-order mark, CR alone, an emoji, a name that begins with ``=``) is
taken whole."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable
from hashlib import sha256
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Enrollment, Guardian, Guardianship, Student
from outreach.roster import ImportFigures, Rejection, Rejects, RosterError, import_oneroster, safe_cell, source
from outreach.web.spreadsheet import csv_file
from tests.roster.oneroster_folder import OneRosterFolder, everything
from tests.world import CHICAGO, NOW


@pytest.fixture
def roster() -> OneRosterFolder:
    return OneRosterFolder().student("A", "P").student("B", "P").parent("P", "A", "B", sms="312-555-0142")


def take(session: Session, path: Path, rejects: Rejects | None = None) -> ImportFigures:
    return import_oneroster(session, path, NOW, rejects=rejects, timezone=CHICAGO)


def refused(session: Session, path: Path) -> str:
    """The sentence with which ``path`` is refused; nothing may have changed."""
    before = everything(session)
    with pytest.raises(RosterError) as error:
        take(session, path)
    session.commit()
    assert everything(session) == before
    return str(error.value)


def given_names(session: Session) -> dict[str, str]:
    return dict(session.execute(select(Student.sourced_id, Student.given_name)).all())


def rewrite(folder: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    (folder / name).write_bytes(change((folder / name).read_bytes()))
    return folder


def test_a_zip_that_was_cut_short_changes_nothing(session: Session, roster: OneRosterFolder, tmp_path: Path) -> None:
    whole = roster.zip(tmp_path / "sis.zip").read_bytes()
    (tmp_path / "sis.zip").write_bytes(whole[: len(whole) // 2])
    assert "sis.zip" in refused(session, tmp_path / "sis.zip")


def test_a_zip_whose_bytes_are_damaged_changes_nothing(
    session: Session, roster: OneRosterFolder, tmp_path: Path
) -> None:
    path = tmp_path / "sis.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in roster.files().items():
            archive.writestr(name, content)
    path.write_bytes(path.read_bytes().replace(b"Maya", b"Mara", 1))
    assert refused(session, path).startswith("users.csv is damaged")


def test_a_zip_that_unpacks_to_gigabytes_is_not_unpacked(
    session: Session, roster: OneRosterFolder, tmp_path: Path
) -> None:
    path = roster.zip(tmp_path / "bomb.zip")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("results.csv", "w") as file:
        for _ in range(40):
            file.write(b"0" * (1 << 20))
    assert "times its packed size" in refused(session, path)


def test_a_zip_of_more_than_the_limit_is_refused_by_its_own_list(
    session: Session, roster: OneRosterFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "UNPACKED_LIMIT", 100)
    assert "unpacks to" in refused(session, roster.zip(tmp_path / "large.zip"))


def test_a_path_that_is_nothing(session: Session, tmp_path: Path) -> None:
    assert "does not exist" in refused(session, tmp_path / "nowhere")


def test_an_encrypted_zip_is_refused(session: Session, roster: OneRosterFolder, tmp_path: Path) -> None:
    path = roster.zip(tmp_path / "sis.zip")
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the flag bit "encrypted", in both headers
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 4)
    path.write_bytes(bytes(data))
    assert "password" in refused(session, path)


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"%PDF-1.7\n%\xe2\xe3", b"<html>\n", b""])
def test_a_file_that_is_not_csv_changes_nothing(
    session: Session, roster: OneRosterFolder, tmp_path: Path, content: bytes
) -> None:
    folder = rewrite(roster.write(tmp_path / "sis"), "users.csv", lambda _old: content)
    assert refused(session, folder).startswith("users.csv")


def test_a_delivery_without_users(session: Session, roster: OneRosterFolder, tmp_path: Path) -> None:
    folder = roster.write(tmp_path / "sis")
    (folder / "users.csv").unlink()
    assert "users.csv" in refused(session, folder)
    (folder / "manifest.csv").unlink()
    assert "users.csv" in refused(session, folder)


def test_a_delivery_that_lacks_a_file_its_manifest_announces(
    session: Session, roster: OneRosterFolder, tmp_path: Path
) -> None:
    folder = roster.algebra("A").write(tmp_path / "sis")
    (folder / "enrollments.csv").unlink()
    assert "enrollments.csv" in refused(session, folder)


def test_a_column_that_stands_twice_changes_nothing(session: Session, roster: OneRosterFolder, tmp_path: Path) -> None:
    folder = rewrite(
        roster.write(tmp_path / "sis"), "users.csv", lambda old: old.replace(b"middleName", b"givenName", 1)
    )
    assert refused(session, folder).startswith("users.csv line 1: the column givenName stands twice")


def test_a_header_that_is_repeated_among_the_rows_is_rejected_alone(
    session: Session, roster: OneRosterFolder, tmp_path: Path
) -> None:
    folder = rewrite(roster.write(tmp_path / "sis"), "users.csv", lambda old: old + old.splitlines(keepends=True)[0])
    figures = take(session, folder)
    assert [rejection.sentence() for rejection in figures.rejections] == ["users.csv line 5, row: is the header again."]
    assert set(given_names(session)) == {"A", "B"}


@pytest.mark.parametrize("ends", [b"\r", b"\n", b"\r\n"])
def test_line_ends_of_every_kind_are_read(
    session: Session, roster: OneRosterFolder, tmp_path: Path, ends: bytes
) -> None:
    folder = roster.write(tmp_path / "sis")
    for file in folder.iterdir():
        rewrite(folder, file.name, lambda old: ends.join(old.splitlines()))
    figures = take(session, folder)
    assert (figures.people["students"], figures.rejected) == (2, 0)
    assert any("users.csv line 1: lines end in CR alone" in note for note in figures.notes) is (ends == b"\r")


def test_a_byte_order_mark_is_skipped_and_said(session: Session, roster: OneRosterFolder, tmp_path: Path) -> None:
    folder = rewrite(roster.write(tmp_path / "sis"), "users.csv", lambda old: b"\xef\xbb\xbf" + old)
    figures = take(session, folder)
    assert figures.rejected == 0
    assert "users.csv line 1: begins with a byte-order mark; it was skipped." in figures.notes


def test_utf_16_is_refused_with_what_to_do(session: Session, roster: OneRosterFolder, tmp_path: Path) -> None:
    folder = rewrite(roster.write(tmp_path / "sis"), "users.csv", lambda old: old.decode().encode("utf-16"))
    assert refused(session, folder).startswith("users.csv line 1: this is UTF-16")


BAD_ROWS = {
    "Latin-1 bytes": (b"Maya", b"Andr\xe9", "givenName", "is not UTF-8"),
    "a NUL": (b"Maya", b"Ma\0ya", "givenName", "NUL"),
    "a field of a megabyte": (b"Maya", b"M" * 1_000_000, "givenName", "longer than 128 KB"),
    "a field of a megabyte in quotes": (b"Maya", b'"' + b"M" * 1_000_000 + b'"', "givenName", "longer than 128 KB"),
    "a name of 300 characters": (b"Maya", b"M" * 300, "givenName", "longer than 200"),
    "a column too many": (b"Maya", b"Maya,Rosa", "", "columns"),
    "a quote in the wrong place": (b"Maya", b'"Ma"ya', "", "quote"),
    "no name at all": (b"Maya,Delgado", b",", "familyName", "both empty"),
    "a status that is none": (b"A,,", b"A,perhaps,", "status", "neither active"),
    "a role that is none": (b"student", b"pirate", "role", "no role"),
    "a school that is nowhere": (b",S,student", b",X,student", "orgSourcedIds", "no school"),
}


@pytest.mark.parametrize("fault", BAD_ROWS)
def test_a_bad_row_is_rejected_alone(session: Session, roster: OneRosterFolder, tmp_path: Path, fault: str) -> None:
    old, new, field, words = BAD_ROWS[fault]
    folder = rewrite(roster.write(tmp_path / "sis"), "users.csv", lambda content: content.replace(old, new, 1))
    with Rejects(tmp_path / "rejected.csv") as rejects:
        figures = take(session, folder, rejects)
    user, link = figures.rejections
    assert (user.file, user.line, user.field, user.sourced_id) == ("users.csv", 2, field, "A")
    assert words in user.reason
    assert (link.line, link.field) == (4, "agentSourcedIds"), "the parent's reference to A names nobody now"
    assert given_names(session) == {"B": "Maya"}
    assert session.scalars(select(Guardian.sourced_id)).all() == ["P"]
    with (tmp_path / "rejected.csv").open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    assert [(row["file"], row["line"], row["sourcedId"]) for row in written] == [
        ("users.csv", "2", "A"), ("users.csv", "4", "P"),
    ]  # fmt: skip


@pytest.mark.parametrize("fault", BAD_ROWS)
def test_a_row_that_cannot_be_read_takes_no_child_off_the_roster(
    session: Session, roster: OneRosterFolder, tmp_path: Path, fault: str
) -> None:
    folder = roster.write(tmp_path / "sis")
    take(session, folder)
    before = everything(session)
    old, new, _, _ = BAD_ROWS[fault]
    figures = take(session, rewrite(folder, "users.csv", lambda content: content.replace(old, new, 1)))
    assert figures.rejected == 1
    assert everything(session) == before


def test_a_quote_that_is_never_closed_refuses_the_file(
    session: Session, roster: OneRosterFolder, tmp_path: Path
) -> None:
    folder = rewrite(roster.write(tmp_path / "sis"), "users.csv", lambda old: old.replace(b"Maya", b'"Maya', 1))
    assert refused(session, folder).startswith("users.csv line 2: a quote that opens here is never closed")


@pytest.mark.parametrize("day", ["09/11/2026", "2026-02-30", "soon", "0026-09-11", "2026-9-1"])
def test_a_date_that_is_not_one(session: Session, roster: OneRosterFolder, tmp_path: Path, day: str) -> None:
    roster.algebra("A", "B").rows["enrollments"]["E-A"]["beginDate"] = day
    figures = take(session, roster.write(tmp_path / "sis"))
    (rejection,) = figures.rejections
    assert (rejection.file, rejection.line, rejection.field) == ("enrollments.csv", 2, "beginDate")
    assert f"'{day}'" in rejection.reason
    assert session.scalars(select(Enrollment.sourced_id)).all() == ["E-B"]


def test_references_to_nobody_are_rejected_where_they_stand(
    session: Session, roster: OneRosterFolder, tmp_path: Path
) -> None:
    roster.student("C", "GHOST").algebra("A", "GHOST").result("R1", "A", "88").result("R2", "GHOST", "70")
    roster.result("R3", "A", "70", lineItemSourcedId="GHOST").add("demographics", "GHOST", birthDate="2012-01-01")
    figures = take(session, roster.write(tmp_path / "sis"))
    assert [(one.file, one.line, one.field, one.sourced_id) for one in figures.rejections] == [
        ("users.csv", 5, "agentSourcedIds", "C"),
        ("demographics.csv", 2, "sourcedId", "GHOST"),
        ("enrollments.csv", 3, "userSourcedId", "E-GHOST"),
        ("results.csv", 3, "studentSourcedId", "R2"),
        ("results.csv", 4, "lineItemSourcedId", "R3"),
    ]
    assert all("'GHOST'" in one.reason for one in figures.rejections)
    assert set(given_names(session)) == {"A", "B", "C"}, "a child stays, only the reference is left out"
    assert len(session.scalars(select(Guardianship)).all()) == 2


def test_a_name_that_begins_with_an_equals_sign_is_kept_and_made_harmless_in_exports(
    session: Session, roster: OneRosterFolder, tmp_path: Path
) -> None:
    roster.student("A", "P", givenName="=SUM(A1:A9)")
    figures = take(session, roster.write(tmp_path / "sis"))
    assert (given_names(session)["A"], figures.rejected) == ("=SUM(A1:A9)", 0)
    assert any(note.startswith("users.csv line 2: givenName begins with =") for note in figures.notes)
    assert safe_cell("=SUM(A1:A9)") == "'=SUM(A1:A9)"


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@A1", "\tx", "\rx", "\nx", "|calc", "%x", "  =1", "\u00a0=1"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless_in_every_file(cell: str) -> None:
    assert safe_cell(cell) == f"'{cell}"
    for harmless in (f"A{cell}", f"'{cell}", ""):
        assert safe_cell(harmless) == harmless
    file = csv_file("list.csv", ["Name"], [[cell]]).get_data(as_text=True)
    assert list(csv.reader(StringIO(file, newline="")))[1] == [f"'{cell}"]


def test_an_emoji_is_kept_and_said(session: Session, roster: OneRosterFolder, tmp_path: Path) -> None:
    roster.student("A", "P", givenName="Maya 🌻")
    figures = take(session, roster.write(tmp_path / "sis"))
    assert (given_names(session)["A"], figures.rejected) == ("Maya 🌻", 0)
    assert any(note.startswith("users.csv line 2: givenName holds an emoji") for note in figures.notes)


def test_a_key_that_begins_with_a_formula_is_harmless_in_the_list_of_rejected_rows(
    session: Session, roster: OneRosterFolder, tmp_path: Path
) -> None:
    roster.student("=cmd|' /C calc'!A0", givenName="x" * 300)
    with Rejects(tmp_path / "rejected.csv") as rejects:
        take(session, roster.write(tmp_path / "sis"), rejects)
    assert ",'=cmd|" in (tmp_path / "rejected.csv").read_text("utf-8")
    assert (tmp_path / "rejected.csv").stat().st_mode & 0o077 == 0, "it speaks of children"


def test_a_key_that_stands_twice_counts_once(session: Session, roster: OneRosterFolder, tmp_path: Path) -> None:
    folder = roster.write(tmp_path / "sis")
    rewrite(folder, "users.csv", lambda old: old + old.splitlines(keepends=True)[1].replace(b"Maya", b"Mara"))
    figures = take(session, folder)
    assert [rejection.line for rejection in figures.rejections] == [5]
    assert given_names(session) == {"A": "Maya", "B": "Maya"}


def test_rosters_in_several_folders_of_one_zip_are_refused(
    session: Session, roster: OneRosterFolder, tmp_path: Path
) -> None:
    path = roster.zip(tmp_path / "two.zip", "north/")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("south/users.csv", roster.files()["users.csv"])
    assert "several folders" in refused(session, path)


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_whatever_byte_of_a_zip_is_damaged_it_is_read_or_refused(
    roster: OneRosterFolder, tmp_path: Path, compression: int
) -> None:
    path = tmp_path / "sis.zip"
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("users.csv", roster.files()["users.csv"])
    whole = path.read_bytes()
    read, sentences = 0, []
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            with source.open_delivery(path) as delivery:
                delivery.digest()
            read += 1
        except RosterError as error:
            sentences.append(str(error))
    assert read + len(sentences) == len(whole)
    assert sentences
    assert all(sentence.endswith(".") for sentence in sentences)


def test_a_key_of_a_parent_too_long_for_any_index_is_rejected_alone(
    session: Session, roster: OneRosterFolder, tmp_path: Path
) -> None:
    endless = "".join(sha256(str(number).encode()).hexdigest() for number in range(100))
    roster.student("C", "P", endless)
    figures = take(session, roster.write(tmp_path / "sis"))
    assert (figures.rejected, figures.rejections[0].field) == (1, "agentSourcedIds")
    assert "longer than 255 characters" in figures.rejections[0].reason
    assert len(given_names(session)) == 3
    assert len(session.scalars(select(Guardianship.student_id).distinct()).all()) == 3


def test_a_child_with_hundreds_of_guardians_still_has_a_family(
    session: Session, roster: OneRosterFolder, tmp_path: Path
) -> None:
    many = [f"P{number}" for number in range(900)]
    for parent in many:
        roster.parent(parent)
    roster.student("C", *many).student("D", *many)
    figures = take(session, roster.write(tmp_path / "sis"))
    assert figures.families is not None
    assert figures.families.families == 2
    assert take(session, tmp_path / "sis").changed == 0


def test_a_list_of_rejected_rows_of_an_earlier_run_is_closed_to_others_too(tmp_path: Path) -> None:
    path = tmp_path / "rejected.csv"
    path.write_text("old")
    path.chmod(0o644)
    with Rejects(path) as rejects:
        rejects.add(Rejection("users.csv", 2, "role", "is unknown.", "A"))
    assert path.stat().st_mode & 0o777 == 0o600
    assert "old" not in path.read_text("utf-8")
