"""A roster comes in, again, changed, in parts; and what people entered stays."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Account,
    Address,
    AddressHealth,
    Assignment,
    ContactPoint,
    District,
    Enrollment,
    FactSource,
    Guardian,
    GuardianMerge,
    Guardianship,
    ImportRun,
    Level,
    Mark,
    MarkKind,
    Section,
    Staff,
    StaffRole,
    Student,
    Subject,
)
from outreach.roster import TooManyDeactivationsError
from tests.roster.oneroster_folder import OneRosterFolder, everything, one, take
from tests.world import CHICAGO, NOW, World


def test_everything_that_a_delivery_says_arrives(session: Session, roster: OneRosterFolder, tmp_path: Path) -> None:
    figures = take(session, roster.zip(tmp_path / "sis.zip", "export/"))
    assert figures.people == {"students": 2, "guardians": 1, "staff": 1, "results": 1, "marks": 1}
    assert figures.families is not None
    assert (figures.families.families, figures.rejected, figures.version) == (1, 0, "1.1")
    district = session.get(District, 1)
    assert district is not None
    assert (district.name, district.timezone, district.roster_as_of) == ("Lakeside Schools", CHICAGO, NOW)
    mark = one(session, Mark, "R")
    assert (mark.subject, mark.level, mark.percent, mark.kind) == (Subject.MATH, Level.FAILING, 58, MarkKind.RESULT)
    assert (mark.marked_on, mark.title) == (date(2026, 9, 11), "Quiz 1")
    staff = one(session, Staff, "T")
    assert (staff.display_name, staff.email, staff.role) == ("L. Alvarez", "t@example.org", StaffRole.TEACHER)
    assert one(session, Assignment, "E-T").section_id == one(session, Section, "C").id
    address = session.scalars(select(Address)).one()
    assert (address.value, address.health, address.timezone) == ("+13125550142", AddressHealth.USABLE, CHICAGO)
    assert session.scalars(select(ContactPoint.texts)).all() == [True]


def test_the_second_import_changes_nothing_and_says_so(
    session: Session, roster: OneRosterFolder, tmp_path: Path
) -> None:
    folder = roster.write(tmp_path / "sis")
    take(session, folder)
    before = everything(session)
    figures = take(session, folder)
    assert everything(session) == before
    assert (figures.changed, figures.as_json()["unchanged"]) == (0, True)
    assert {entry.tally.changed for entry in figures.files.values()} == {0}
    assert len(session.scalars(select(ImportRun)).all()) == 2


def test_a_dry_run_tells_the_figures_and_changes_nothing(
    session: Session, roster: OneRosterFolder, tmp_path: Path
) -> None:
    before = everything(session)
    figures = take(session, roster.write(tmp_path / "sis"), dry_run=True)
    assert (figures.people["students"], figures.dry_run) == (2, True)
    session.commit()
    assert everything(session) == before


def test_names_of_files_and_headers_may_be_in_any_case(
    session: Session, roster: OneRosterFolder, tmp_path: Path
) -> None:
    folder = roster.write(tmp_path / "sis")
    for file in list(folder.iterdir()):
        content = file.read_bytes().splitlines(keepends=True)
        file.unlink()
        (folder / file.name.upper()).write_bytes(content[0].lower() + b"".join(content[1:]))
    assert take(session, folder).people["students"] == 2


def test_a_changed_row_is_updated_alone(session: Session, roster: OneRosterFolder, tmp_path: Path) -> None:
    take(session, roster.write(tmp_path / "sis"))
    roster.student("A", "P", familyName="Ross").result("R", "A", "91")
    figures = take(session, roster.write(tmp_path / "sis"))
    assert (figures.files["users"].tally.updated, figures.files["users"].tally.unchanged) == (1, 3)
    assert one(session, Mark, "R").level is Level.ABOVE_AVERAGE


# --- bulk and delta ---


def many(count: int) -> OneRosterFolder:
    made = OneRosterFolder()
    for number in range(count):
        made.student(f"A{number}", f"P{number}").parent(f"P{number}", f"A{number}")
    return made


def test_a_bulk_file_ends_what_it_no_longer_names(session: Session, tmp_path: Path) -> None:
    roster = many(20).teacher("T").algebra("A0", teacher="T")
    take(session, roster.write(tmp_path / "sis"))
    for gone in ("A0", "P0"):
        del roster.rows["users"][gone]
    figures = take(session, roster.write(tmp_path / "sis"), accept=True)
    assert figures.files["users"].tally.deactivated == 2
    student = one(session, Student, "A0")
    assert (student.active, student.left_on, one(session, Guardian, "P0").active) == (False, NOW.date(), False)
    assert one(session, Enrollment, "E-A0").active is False
    assert figures.families is not None
    assert (figures.families.families, figures.families.ended) == (19, 1)


def test_more_than_a_twentieth_is_not_ended_unasked(session: Session, tmp_path: Path) -> None:
    roster = many(19)
    take(session, roster.write(tmp_path / "sis"))
    before = everything(session)
    del roster.rows["users"]["A0"]
    with pytest.raises(TooManyDeactivationsError, match="1 of 19 students"):
        take(session, roster.write(tmp_path / "sis"))
    session.commit()
    assert everything(session) == before
    assert take(session, roster.write(tmp_path / "sis"), accept=True).people["students"] == 18


def test_exactly_a_twentieth_may_end(session: Session, tmp_path: Path) -> None:
    roster = many(20)
    take(session, roster.write(tmp_path / "sis"))
    roster.rows["users"]["A0"]["status"] = "tobedeleted"
    figures = take(session, roster.write(tmp_path / "sis"))
    assert figures.people["students"] == 19


def test_who_comes_back_is_the_same_student_in_the_same_family(session: Session, tmp_path: Path) -> None:
    roster = many(20)
    take(session, roster.write(tmp_path / "sis"))
    families = everything(session)["family"]
    row = roster.rows["users"].pop("A0")
    take(session, roster.write(tmp_path / "sis"))
    roster.rows["users"]["A0"] = row
    take(session, roster.write(tmp_path / "sis"))
    student = one(session, Student, "A0")
    assert (student.active, student.left_on, student.enrolled_on) == (True, None, NOW.date())
    assert everything(session)["family"] == families


def test_a_delta_touches_only_what_it_names(session: Session, roster: OneRosterFolder, tmp_path: Path) -> None:
    take(session, roster.write(tmp_path / "sis"))
    delta = OneRosterFolder(rows={}, modes=dict.fromkeys(("orgs", "academicSessions", "users"), "delta"))
    delta.student("B", "P", givenName="Ben").rows.pop("orgs")
    delta.rows.pop("academicSessions")
    figures = take(session, delta.write(tmp_path / "delta"))
    assert (figures.files["users"].mode, figures.people["students"]) == ("delta", 2)
    assert one(session, Student, "B").given_name == "Ben"
    assert one(session, Enrollment, "E-A").active


def test_a_delta_without_users_needs_its_manifest_to_say_so(
    session: Session, roster: OneRosterFolder, tmp_path: Path
) -> None:
    take(session, roster.write(tmp_path / "sis"))
    delta = OneRosterFolder(modes={"results": "delta"}).result("R2", "B", "B+")
    delta.rows = {"results": delta.rows["results"]}
    take(session, delta.write(tmp_path / "delta"))
    assert (one(session, Mark, "R2").letter, one(session, Mark, "R").active) == ("B+", True)


def test_in_a_delta_tobedeleted_ends_one(session: Session, roster: OneRosterFolder, tmp_path: Path) -> None:
    take(session, roster.write(tmp_path / "sis"))
    delta = OneRosterFolder(modes={"users": "delta"}).student("B", status="tobedeleted")
    delta.rows = {"users": delta.rows["users"]}
    figures = take(session, delta.write(tmp_path / "delta"))
    assert figures.files["users"].tally.deactivated == 1
    assert [one(session, Student, key).active for key in "AB"] == [True, False]
    assert one(session, Enrollment, "E-B").active is False, "what hung on it ends with it"


# --- people ---


def test_guardians_are_linked_from_either_side(session: Session, tmp_path: Path) -> None:
    roster = OneRosterFolder().student("A", "P").parent("P").student("B").parent("Q", "B", role="relative")
    figures = take(session, roster.write(tmp_path / "sis"))
    assert figures.files["guardianships"].tally.created == 2
    assert figures.rejected == 0


def test_roles_of_1_2_may_make_a_teacher_also_a_parent(session: Session, tmp_path: Path) -> None:
    roster = OneRosterFolder(version="1.2").student("A", "T").teacher("T", sms="312-555-0142").parent("X")
    for number, (user, role, kind) in enumerate(
        [("A", "student", "primary"), ("T", "guardian", "secondary"), ("T", "counselor", "primary"),
         ("T", "aide", "secondary"), ("NOBODY", "parent", "primary")]
    ):  # fmt: skip
        roster.add("roles", f"role-{number}", userSourcedId=user, role=role, roleType=kind, orgSourcedId="S",
                   beginDate="2026-08-20")  # fmt: skip
    roster.add("userProfiles", "profile", userSourcedId="A", username="maya", password="secret")
    figures = take(session, roster.write(tmp_path / "sis"))
    assert figures.people == {"students": 1, "guardians": 1, "staff": 1, "results": 0, "marks": 0}
    assert one(session, Staff, "T").role is StaffRole.COUNSELOR
    assert one(session, Student, "A").enrolled_on == date(2026, 8, 20)
    assert [(each.file, each.line, each.field) for each in figures.rejections] == [
        ("users.csv", 4, "role"), ("roles.csv", 6, "userSourcedId"),
    ]  # fmt: skip
    assert "secret" not in repr(everything(session))


def test_departed_staff_lose_their_sign_in_at_once(
    session: Session, world: World, roster: OneRosterFolder, tmp_path: Path
) -> None:
    take(session, roster.write(tmp_path / "sis"))
    account = world.account(one(session, Staff, "T"))
    key = account.fs_uniquifier
    roster.rows["users"]["T"]["status"] = "tobedeleted"
    figures = take(session, roster.write(tmp_path / "sis"), accept=True)
    assert figures.accounts_ended == 1
    kept = session.get_one(Account, account.id)
    assert (kept.active, kept.fs_uniquifier == key) == (False, False)
    assert one(session, Assignment, "E-T").active is False


def test_what_people_entered_is_kept(session: Session, world: World, roster: OneRosterFolder, tmp_path: Path) -> None:
    take(session, roster.write(tmp_path / "sis"))
    guardian = one(session, Guardian, "P")
    guardian.language = "vi"
    tie = session.scalars(select(Guardianship).order_by(Guardianship.id)).all()[0]
    tie.may_contact, tie.may_contact_source = False, FactSource.ENTERED
    one(session, Staff, "T").display_name = "Coach Lu"
    one(session, Staff, "T").role = StaffRole.SPECIAL_EDUCATION
    phone = session.scalars(select(Address)).one()
    phone.health, phone.health_reason = AddressHealth.DEAD, "three texts failed"
    world.email(guardian, "rosa@example.org")
    world.guardian(one(session, Student, "A"), sourced_id=None, given_name="Entered")
    session.flush()
    before = everything(session)
    take(session, roster.write(tmp_path / "sis"))
    after = everything(session)
    families = {"family", "family_member"}  # the guardian entered by hand makes A a family of its own
    assert {name: rows for name, rows in after.items() if name not in families} == {
        name: rows for name, rows in before.items() if name not in families
    }


def test_a_home_language_that_the_sis_corrects_is_corrected_and_silence_keeps_it(
    session: Session, roster: OneRosterFolder, tmp_path: Path
) -> None:
    found = []
    for said in ("English", "Spanish", ""):
        for row in roster.rows["users"].values():
            row["metadata.language"] = said if row["role"] == "parent" else ""
        take(session, roster.write(tmp_path / "sis"))
        found.append(one(session, Guardian, "P").language)
    assert found == ["en", "es", "es"]


def test_a_restriction_outlives_a_link_that_ends_and_returns(
    session: Session, roster: OneRosterFolder, tmp_path: Path
) -> None:
    take(session, roster.write(tmp_path / "sis"))
    for tie in session.scalars(select(Guardianship)):
        tie.may_contact, tie.may_contact_source = False, FactSource.ENTERED
    roster.student("A").parent("P", "B", sms="312-555-0142")
    figures = take(session, roster.write(tmp_path / "sis"))
    assert figures.files["guardianships"].tally.deactivated == 1
    roster.student("A", "P")
    take(session, roster.write(tmp_path / "sis"))
    ties = session.scalars(select(Guardianship)).all()
    assert [(tie.ended_on, tie.may_contact) for tie in ties] == [(None, False), (None, False)]


def test_a_number_that_the_roster_drops_is_put_aside(session: Session, roster: OneRosterFolder, tmp_path: Path) -> None:
    take(session, roster.write(tmp_path / "sis"))
    roster.parent("P", "A", "B", phone="312-555-0199", email="rosa@example.org; rosa.d@example.org")
    take(session, roster.write(tmp_path / "sis"))
    found = session.execute(
        select(Address.value, ContactPoint.active, ContactPoint.position)
        .join(ContactPoint, ContactPoint.address_id == Address.id)
        .order_by(Address.id)
    )
    assert [tuple(row) for row in found] == [
        ("+13125550142", False, 0), ("+13125550199", True, 0), ("rosa@example.org", True, 1),
        ("rosa.d@example.org", True, 2),
    ]  # fmt: skip


def test_a_parent_repeated_for_each_child_is_proposed_for_merging_and_not_merged(
    session: Session, tmp_path: Path
) -> None:
    roster = OneRosterFolder()
    for number in range(3):
        roster.student(f"A{number}", f"P{number}")
        roster.parent(f"P{number}", givenName="Rosa", sms="312-555-0142", email="rosa@example.org")
    roster.parent("Q", givenName="Luis", sms="312-555-0142")
    figures = take(session, roster.write(tmp_path / "sis"))
    assert figures.merges_proposed == 2
    rosa = [one(session, Guardian, f"P{number}").id for number in range(3)]
    proposals = session.scalars(select(GuardianMerge).order_by(GuardianMerge.other_id)).all()
    assert [(each.kept_id, each.other_id) for each in proposals] == [(rosa[0], rosa[1]), (rosa[0], rosa[2])]
    assert take(session, roster.write(tmp_path / "sis")).merges_proposed == 0


def test_a_merged_guardian_stays_merged(session: Session, tmp_path: Path) -> None:
    roster = OneRosterFolder()
    for number in (0, 1):
        roster.student(f"A{number}", f"P{number}")
        roster.parent(f"P{number}", givenName="Rosa", sms=f"312-555-014{number}")
    take(session, roster.write(tmp_path / "sis"))
    kept, other = one(session, Guardian, "P0"), one(session, Guardian, "P1")
    other.merged_into_id, other.active = kept.id, False
    figures = take(session, roster.write(tmp_path / "sis"))
    assert one(session, Guardian, "P1").active is False
    assert figures.families is not None
    assert figures.families.families == 1, "both children have the same one guardian now"
    assert take(session, roster.write(tmp_path / "sis")).changed == 0
