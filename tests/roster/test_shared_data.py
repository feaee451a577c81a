"""The data sets of others: exact figures, and each rejection with the reason why it is right."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import (
    Absence,
    Address,
    AddressHealth,
    AddressKind,
    Assignment,
    Enrollment,
    Guardian,
    Guardianship,
    Mark,
    Staff,
    StaffRole,
    Student,
    Subject,
    Term,
)
from outreach.roster import import_attendance, import_oneroster, import_relationships
from tests.roster.oneroster_folder import everything
from tests.skips import SHARED
from tests.world import CHICAGO, NOW

DATA = SHARED / "data" / "oneroster"
pytestmark = pytest.mark.shared_data


def test_grand_bend_arrives_whole_and_a_second_time_unchanged(session: Session) -> None:
    path = DATA / "edfi_grandbend_v1p1.zip"
    figures = import_oneroster(session, path, NOW, timezone=CHICAGO)
    assert figures.people == {"students": 960, "guardians": 1873, "staff": 68, "results": 250, "marks": 250}
    assert (figures.rejected, figures.merges_proposed, figures.calendars_made) == (0, 0, 4)
    assert figures.families is not None
    assert figures.families.families == 960, "this set has one child a family"
    points = figures.contact_points
    assert points is not None
    assert (points.usable, points.doubtful, points.dead, points.none) == (97, 1731, 3, 205)
    assert session.scalar(select(func.count()).select_from(Guardianship)) == 1872, "one parent is nobody's agent"
    assert session.scalars(select(Mark.subject).distinct()).all() == [Subject.MATH]
    before = everything(session)
    again = import_oneroster(session, path, NOW, timezone=CHICAGO)
    assert (again.changed, everything(session) == before) == (0, True)


def test_the_three_dead_addresses_of_grand_bend_hold_a_blank(session: Session) -> None:
    import_oneroster(session, DATA / "edfi_grandbend_v1p1.zip", NOW, timezone=CHICAGO)
    dead = session.scalars(select(Address.value).where(Address.health == AddressHealth.DEAD)).all()
    assert len(dead) == 3
    assert all(" " in value.split("@", maxsplit=1)[0] for value in dead)
    doubtful = select(Address.kind).where(Address.health == AddressHealth.DOUBTFUL).distinct()
    assert session.scalars(doubtful).all() == [AddressKind.PHONE], "area code 950 is in no numbering plan"


def test_relationships_and_attendance_of_grand_bend(session: Session) -> None:
    import_oneroster(session, DATA / "edfi_grandbend_v1p1.zip", NOW, timezone=CHICAGO)
    ties = import_relationships(session, DATA / "edfi_grandbend_relationships.csv", NOW)
    tally = ties.files["relationships"].tally
    assert (tally.created, tally.updated, tally.rejected) == (0, 1872, 0)
    assert ties.families is not None
    assert (ties.families.families, ties.families.changed) == (960, 0)
    restricted = select(Guardianship.id).where(Guardianship.emergency_only | ~Guardianship.may_contact)
    assert session.scalars(restricted).all() == [], (
        "mothers and fathers listed for emergencies stay mothers and fathers"
    )
    days = import_attendance(session, DATA / "edfi_grandbend_attendance.csv", NOW)
    assert (days.files["attendance"].tally.created, days.rejected) == (280, 0)
    assert session.scalars(select(Absence.school_year).distinct()).all() == [2022], "the year of the roster's terms"
    for verb, name in ((import_relationships, "relationships"), (import_attendance, "attendance")):
        assert verb(session, DATA / f"edfi_grandbend_{name}.csv", NOW).changed == 0


DELETED_CLASS = "its class is tobedeleted in classes.csv"
CATALYST_1_1 = {
    ("users.csv", 3, "agentSourcedIds"): "Mary's agent is John, whom the role column calls a teacher",
    ("users.csv", 6, "agentSourcedIds"): "Mmichel's agent is the same teacher",
    ("users.csv", 7, "agentSourcedIds"): "Anna's agent is Jim, a teacher",
    ("enrollments.csv", 3, "userSourcedId"): "enrolls Jim, a teacher, as a student",
    ("enrollments.csv", 5, "classSourcedId"): DELETED_CLASS,
    ("enrollments.csv", 6, "classSourcedId"): DELETED_CLASS,
    ("enrollments.csv", 7, "classSourcedId"): DELETED_CLASS,
}
CATALYST_1_2 = {
    ("users.csv", 7, "agentSourcedIds"): "Anna's agent is Jim, whom roles.csv calls only a teacher",
    **{row: why for row, why in CATALYST_1_1.items() if row[0] == "enrollments.csv"},
}
"""In 1.2, roles.csv makes John a guardian besides a teacher, so Mary's and Mmichel's agent is one."""


@pytest.mark.parametrize(
    ("name", "rejections", "people", "links"),
    [
        ("catalyst_v1p1_full.zip", CATALYST_1_1, {"students": 3, "guardians": 1, "staff": 2}, 1),
        ("catalyst_v1p2_full.zip", CATALYST_1_2, {"students": 3, "guardians": 1, "staff": 3}, 2),
    ],
)
def test_a_set_of_others_has_exactly_the_rejections_that_are_right(
    session: Session,
    name: str,
    rejections: dict[tuple[str, int, str], str],
    people: dict[str, int],
    links: int,
) -> None:
    figures = import_oneroster(session, DATA / name, NOW, timezone=CHICAGO)
    assert {(each.file, each.line, each.field) for each in figures.rejections} == set(rejections)
    assert figures.rejected == len(rejections)
    assert figures.people == {**people, "results": 0, "marks": 0}
    assert figures.files["guardianships"].tally.created == links
    taught = session.scalars(select(Assignment.sourced_id)).all()
    enrolled = session.scalars(select(Enrollment.sourced_id)).all()
    assert (taught, enrolled) == (["enr-t-222-12345-123456"], ["enr-s-222-12345-987655"])
    terms = session.scalars(select(Term.sourced_id).order_by(Term.sourced_id)).all()
    assert terms == ["as-grp-222-3456", "as-trm-222-1234", "as-trm-222-1235"], "inactive and deleted ones do not arrive"
    again = import_oneroster(session, DATA / name, NOW, timezone=CHICAGO)
    assert (again.changed, again.rejected) == (0, len(rejections))


def test_the_1_2_set_of_others_in_detail(session: Session) -> None:
    figures = import_oneroster(session, DATA / "catalyst_v1p2_full.zip", NOW, timezone=CHICAGO)
    guardian = session.scalars(select(Guardian)).one()
    assert (guardian.given_name, guardian.sourced_id) == ("John", "usr-222-123456")
    roles = dict(session.execute(select(Staff.given_name, Staff.role)).all())
    assert roles == {"John": StaffRole.TEACHER, "Thomas": StaffRole.ADMINISTRATOR, "Jim": StaffRole.TEACHER}
    preferred = session.scalars(select(Student.preferred_name).where(Student.given_name == "Mary")).one()
    assert preferred == "MJ", "under the misspelt header prefferedGivenName"
    said = "\n".join(figures.notes)
    assert "users.csv line 1: the header prefferedgivenname is read as preferredGivenName." in said
    assert "roles.csv line 1: the header datalastmodified is read as dateLastModified." in said
    assert "users.csv line 2 (and 4 more): dateLastModified is not a date of the form YYYY-MM-DD" in said
