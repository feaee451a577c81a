"""After a parents' evening: all contacts are kept or none, once, and undone together."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Channel, Contact, Outcome, Student
from outreach.contacts import (
    ContactRefused,
    NewContact,
    SomeRefused,
    log_together,
    restore_contacts,
    revisions_of,
    void_contacts,
)
from tests.contacts.homes import Home
from tests.world import NOW


def evening(delgado: Home, *students: Student) -> list[NewContact]:
    return [
        delgado.new(
            student_ids=(student.id,), guardian_id=None, channel=Channel.IN_PERSON, client_key=f"line-{student.id}"
        )
        for student in students
    ]


def kept(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Contact)) or 0


def test_a_second_submit_adds_nothing(delgado: Home, session: Session) -> None:
    leo = delgado.world.student(delgado.school, given_name="Leo")
    delgado.world.family(leo)
    first = log_together(session, evening(delgado, delgado.maya, leo), NOW, delgado.account.id)
    again = log_together(session, evening(delgado, delgado.maya, leo), NOW, delgado.account.id)
    assert [one.id for one in again] == [one.id for one in first]
    assert kept(session) == 2


def test_one_that_cannot_be_keeps_all_of_them_out_and_each_is_told(delgado: Home, session: Session) -> None:
    good, *_ = evening(delgado, delgado.maya)
    wrong = delgado.new(outcome=Outcome.DELIVERED)
    later = delgado.new(occurred_at=NOW + timedelta(days=1))
    with pytest.raises(SomeRefused, match="Nothing was saved: 2 contacts") as refused:
        log_together(session, [wrong, good, later], NOW, delgado.account.id)
    assert {place: why.field for place, why in refused.value.refused.items()} == {0: "outcome", 2: "occurred_at"}
    assert kept(session) == 0


def test_the_whole_lot_is_undone_and_put_back(delgado: Home, session: Session) -> None:
    leo = delgado.world.student(delgado.school, given_name="Leo")
    delgado.world.family(leo)
    ids = [one.id for one in log_together(session, evening(delgado, delgado.maya, leo), NOW, delgado.account.id)]
    assert all(one.voided_at == NOW for one in void_contacts(session, ids, "mixed up", NOW, delgado.account.id))
    void_contacts(session, ids, "a second click", NOW)
    assert all(one.voided_at is None for one in restore_contacts(session, ids, NOW, delgado.account.id))
    assert [len(revisions_of(session, each)) for each in ids] == [2, 2]
    with pytest.raises(ContactRefused, match="does not exist"):
        void_contacts(session, [*ids, 987654], "mixed up", NOW)
