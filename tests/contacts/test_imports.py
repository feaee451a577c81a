"""Contacts of another system come in: once, changed with their revision, each bad row rejected in words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Authored, Channel, Contact, ContactStudent, Initiator, Outcome, RiskReason, Topic
from outreach.contacts import correct_contact, import_contacts, restore_contact, revisions_of
from outreach.contacts.revise import as_new
from outreach.roster.rejection import DeliveryError, Rejects
from tests.contacts.homes import Home
from tests.world import NOW, World

HEADER = (
    "sourcedId,occurredAt,studentSourcedIds,channel,outcome,initiator,staffSourcedId,guardianSourcedId,topic,summary"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "contacts.csv"


def write(file: Path, *rows: str, header: str = HEADER) -> Path:
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return file


def call(delgado: Home, key: str = "c1", **values: str) -> str:
    fields = {
        "occurredAt": "2026-11-10T09:30", "students": delgado.maya.sourced_id, "channel": "phone",
        "outcome": "reached", "initiator": "school", "staff": delgado.alvarez.sourced_id or "",
        "guardian": delgado.rosa.sourced_id or "", "topic": "academics", "summary": "Missing work", **values,
    }  # fmt: skip
    return ",".join([key, *fields.values()])


def test_a_row_is_a_contact_at_the_time_on_the_schools_wall(delgado: Home, session: Session, file: Path) -> None:
    figures = import_contacts(session, write(file, call(delgado)), NOW)
    contact = session.scalars(select(Contact)).one()
    assert contact.occurred_at == datetime(2026, 11, 10, 15, 30, tzinfo=UTC)
    assert (contact.initiator, contact.channel, contact.outcome) == (
        Initiator.TEACHER,
        Channel.PHONE,
        Outcome.REACHED,
    )
    assert (contact.topic, contact.authored, contact.summary) == (Topic.ACADEMICS, Authored.WRITTEN, "Missing work")
    assert session.scalars(select(ContactStudent.student_id)).all() == [delgado.maya.id]
    assert figures.tally("contacts").created == 1


def test_a_second_run_changes_nothing_and_a_changed_row_keeps_what_stood(
    delgado: Home, session: Session, file: Path
) -> None:
    leo = delgado.world.student(delgado.school)
    import_contacts(session, write(file, call(delgado)), NOW)
    assert import_contacts(session, file, NOW).as_json()["unchanged"] is True
    both = f'"{delgado.maya.sourced_id},{leo.sourced_id}"'
    changed = import_contacts(session, write(file, call(delgado, students=both, guardian="", summary="Unit 3")), NOW)
    assert changed.tally("contacts").updated == 1
    contact = session.scalars(select(Contact)).one()
    assert as_new(session, contact).student_ids == (delgado.maya.id, leo.id)
    (kept,) = revisions_of(session, contact.id)
    assert (kept.before["summary"], kept.why) == ("Missing work", "import")


def test_what_a_person_here_corrected_stays(delgado: Home, session: Session, file: Path) -> None:
    import_contacts(session, write(file, call(delgado)), NOW)
    contact = session.scalars(select(Contact)).one()
    new = as_new(session, contact)
    correct_contact(session, contact.id, type(new)(**{**vars(new), "summary": "Not so"}), NOW)
    assert import_contacts(session, file, NOW).tally("contacts").unchanged == 1
    assert session.scalars(select(Contact.summary)).one() == "Not so"


def test_a_row_to_be_deleted_undoes_its_contact(delgado: Home, session: Session, file: Path) -> None:
    import_contacts(session, write(file, call(delgado)), NOW)
    write(file, call(delgado) + ",tobedeleted", header=HEADER + ",status")
    assert import_contacts(session, file, NOW).tally("contacts").deactivated == 1
    contact = session.scalars(select(Contact)).one()
    assert contact.voided_at == NOW
    assert import_contacts(session, file, NOW).tally("contacts").unchanged == 1
    restore_contact(session, contact.id, NOW)


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"occurredAt": "yesterday"}, "occurredAt", "not a date and time"),
        ({"occurredAt": "2027-01-01T09:00"}, "occurredAt", "in the future"),
        ({"students": ""}, "studentSourcedIds", "at least one student"),
        ({"students": "nobody"}, "studentSourcedIds", "'nobody' is nobody in the roster"),
        ({"staff": "nobody"}, "staffSourcedId", "nobody in the roster"),
        ({"guardian": "nobody"}, "guardianSourcedId", "nobody in the roster"),
        ({"channel": "pigeon"}, "channel", "'pigeon' is none of phone"),
        ({"outcome": ""}, "outcome", "one of reached"),
        ({"outcome": "delivered"}, "outcome", "does not fit a phone call"),
        ({"initiator": "principal"}, "initiator", "none of teacher, school, family"),
    ],
)
def test_a_bad_row_is_rejected_alone_with_line_field_and_reason(
    delgado: Home, session: Session, file: Path, values: dict[str, str], field: str, sentence: str
) -> None:
    rejects = Rejects()
    figures = import_contacts(
        session, write(file, call(delgado, "bad", **values), call(delgado, "good")), NOW, rejects=rejects
    )
    (rejection,) = rejects.first
    assert (rejection.line, rejection.field, rejection.sourced_id) == (2, field, "bad")
    assert sentence in rejection.reason
    assert session.scalars(select(Contact.sourced_id)).all() == ["good"]
    assert (figures.rejected, figures.tally("contacts").created) == (1, 1)


def test_a_guardian_of_somebody_else_and_a_key_that_stands_twice_are_rejected(
    delgado: Home, session: Session, world: World, file: Path
) -> None:
    stranger = world.guardian(world.student(delgado.school))
    rejects = Rejects()
    write(file, call(delgado, "a", guardian=stranger.sourced_id or ""), call(delgado, "b"), call(delgado, "b"))
    import_contacts(session, file, NOW, rejects=rejects)
    assert sorted((rejection.line, rejection.field) for rejection in rejects.first) == [
        (2, "guardianSourcedId"),
        (4, "sourcedId"),
    ]


def test_a_file_that_is_none_is_refused_and_nothing_has_changed(delgado: Home, session: Session, file: Path) -> None:
    with pytest.raises(DeliveryError):
        import_contacts(session, file, NOW)
    with pytest.raises(DeliveryError, match="no column occurredAt"):
        import_contacts(session, write(file, "a", header="sourcedId"), NOW)
    assert session.scalar(select(func.count()).select_from(Contact)) == 0


def test_a_rehearsal_changes_nothing_and_tells_all(delgado: Home, session: Session, file: Path) -> None:
    assert import_contacts(session, write(file, call(delgado)), NOW, dry_run=True).tally("contacts").created == 1
    assert session.scalar(select(func.count()).select_from(Contact)) == 0


def test_the_families_are_scored_at_the_end(delgado: Home, session: Session, file: Path) -> None:
    delgado.school.log_began = date(2026, 8, 17)
    import_contacts(session, write(file, call(delgado, outcome="no_answer")), NOW)
    codes = select(RiskReason.code).where(RiskReason.family_id == delgado.family.id)
    assert "no_personal_contact" in set(session.scalars(codes))


def test_a_thousand_rows_come_in_by_a_few_statements(delgado: Home, session: Session, file: Path) -> None:
    rows = [call(delgado, f"c{number}") for number in range(1, 1101)]
    figures = import_contacts(session, write(file, *rows), NOW)
    assert figures.tally("contacts").created == 1100
    assert session.scalar(select(func.count()).select_from(ContactStudent)) == 1100
