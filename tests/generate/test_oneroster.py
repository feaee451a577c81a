"""The made-up district, written as a student system would and read back by the import."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.orm import Session

from models import (
    Address,
    Base,
    ContactPoint,
    Enrollment,
    FamilyMember,
    Guardian,
    Guardianship,
    Mark,
    Section,
    Staff,
    Student,
)
from outreach import store
from outreach.generate import generate, write_oneroster
from outreach.roster import import_oneroster

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 16, tzinfo=UTC)


def blank(path: Path) -> Engine:
    engine = store.prepare(create_engine(f"sqlite:///{path}"))
    Base.metadata.create_all(engine)
    return engine


def families(session: Session) -> set[frozenset[str]]:
    members: dict[int, set[str]] = {}
    for family, student in session.execute(
        select(FamilyMember.family_id, Student.sourced_id).join(Student).where(FamilyMember.until_on.is_(None))
    ):
        members.setdefault(family, set()).add(student)
    return {frozenset(students) for students in members.values()}


def test_the_import_finds_the_same_families_people_and_marks(session: Session, tmp_path: Path) -> None:
    engine = blank(tmp_path / "source.sqlite")
    with Session(engine) as source:
        generate(source, 80, 5, TODAY)
        written = write_oneroster(source, tmp_path / "export")
        figures = import_oneroster(session, tmp_path / "export", NOW)
        assert families(session) == families(source)
        for noun in (Student, Guardian, Staff, Section, Enrollment, Guardianship):
            assert session.scalar(select(func.count(noun.id))) == source.scalar(select(func.count(noun.id))), noun
        columns = (Mark.sourced_id, Mark.subject, Mark.level, Mark.marked_on, Mark.kind)
        in_class = select(*columns).where(Mark.section_id.is_not(None)).order_by(Mark.sourced_id)
        ours, theirs = source.execute(in_class).all(), session.execute(in_class).all()
        assert len(theirs) == written["results"]
        assert theirs == ours
        percents = select(Mark.sourced_id, Mark.percent)
        of_theirs = dict(session.execute(percents).all())
        scored = source.execute(percents.where(Mark.section_id.is_not(None), Mark.percent.is_not(None))).all()
        assert {key: of_theirs[key] for key, _ in scored} == dict(scored)
    engine.dispose()
    assert figures.rejected == 0


def test_addresses_come_back_with_the_same_health_and_zone(session: Session, tmp_path: Path) -> None:
    engine = blank(tmp_path / "source.sqlite")
    columns = (Address.kind, Address.value, Address.health, Address.health_reason, Address.timezone)
    with Session(engine) as source:
        generate(source, 80, 5, TODAY)
        write_oneroster(source, tmp_path / "export")
        import_oneroster(session, tmp_path / "export", NOW)
        ours = set(source.execute(select(*columns).join(ContactPoint)).all())
        theirs = set(session.execute(select(*columns).join(ContactPoint)).all())
    engine.dispose()
    assert theirs <= ours
    assert len(theirs) > len(ours) * 0.9, "only a guardian's third number has no column in OneRoster"
