"""Whom to reach and how: what worked last, what was asked for, or a call to the first; never whom one may not."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from models import Authored, Channel, Guardian, Guardianship, Initiator, Outcome
from outreach.contacts import Because, BestWay, best_ways, last_of_mine, void_contact
from tests.contacts.homes import Home, viewer_of_staff
from tests.world import NOW


def way(delgado: Home) -> BestWay:
    return best_ways(delgado.world.session, [delgado.maya.id], NOW)[delgado.maya.id]


def link_of(delgado: Home, guardian: Guardian) -> Guardianship:
    return delgado.world.session.scalars(select(Guardianship).where(Guardianship.guardian_id == guardian.id)).one()


def second_parent(delgado: Home, **values: object) -> Guardian:
    return delgado.world.guardian(delgado.maya, given_name="Luis", **values)


def test_where_nothing_is_known_it_is_a_call_to_the_first_guardian(delgado: Home) -> None:
    second_parent(delgado)
    assert way(delgado) == BestWay(delgado.rosa.id, "Rosa Delgado", Channel.PHONE, Because.FIRST, None)


def test_the_primary_guardian_is_the_first_whoever_stands_first_in_the_roster(delgado: Home) -> None:
    luis = second_parent(delgado)
    link_of(delgado, luis).is_primary = True
    delgado.world.session.flush()
    assert way(delgado).guardian_id == luis.id


def test_the_channel_that_a_guardian_asked_for_comes_before_a_call(delgado: Home) -> None:
    delgado.rosa.channel = Channel.EMAIL
    delgado.world.session.flush()
    assert (way(delgado).channel, way(delgado).because) == (Channel.EMAIL, Because.ASKED_FOR)


def test_what_reached_somebody_last_comes_first(delgado: Home) -> None:
    luis = second_parent(delgado)
    delgado.rosa.channel = Channel.EMAIL
    delgado.log(occurred_at=NOW - timedelta(days=9))
    at = NOW - timedelta(days=3)
    delgado.log(guardian_id=luis.id, channel=Channel.SMS, outcome=Outcome.REPLIED, occurred_at=at)
    assert way(delgado) == BestWay(luis.id, "Luis Delgado", Channel.SMS, Because.WORKED, at)


def test_an_attempt_a_notice_to_many_and_what_was_undone_worked_for_nobody(delgado: Home, session: Session) -> None:
    delgado.log(channel=Channel.PHONE, outcome=Outcome.NO_ANSWER)
    delgado.log(channel=Channel.SMS, outcome=Outcome.SENT)
    delgado.log(channel=Channel.EMAIL, outcome=Outcome.DELIVERED, authored=Authored.APPROVED_IN_BULK)
    undone = delgado.log(channel=Channel.VIDEO, outcome=Outcome.REACHED)
    void_contact(session, undone.id, "mixed up", NOW)
    assert way(delgado).because is Because.FIRST


def test_nobody_who_may_not_be_contacted_is_ever_proposed(delgado: Home, session: Session) -> None:
    luis = second_parent(delgado)
    delgado.log(guardian_id=luis.id, channel=Channel.SMS, outcome=Outcome.REPLIED)
    for name, value in (("may_contact", False), ("emergency_only", True), ("ended_on", date(2026, 11, 1))):
        link = link_of(delgado, luis)
        before = getattr(link, name)
        setattr(link, name, value)
        session.flush()
        assert way(delgado).guardian_id == delgado.rosa.id, name
        setattr(link, name, before)
    link_of(delgado, luis).may_contact = link_of(delgado, delgado.rosa).may_contact = False
    session.flush()
    assert best_ways(session, [delgado.maya.id], NOW) == {}


def test_each_student_has_a_way_of_its_own(delgado: Home, session: Session) -> None:
    leo = delgado.world.student(delgado.school, given_name="Leo")
    delgado.world.add(Guardianship(student_id=leo.id, guardian_id=delgado.rosa.id))
    delgado.log(channel=Channel.SMS, outcome=Outcome.REPLIED, student_ids=(leo.id,))
    ways = best_ways(session, [delgado.maya.id, leo.id], NOW)
    assert (ways[leo.id].channel, ways[delgado.maya.id].channel) == (Channel.SMS, Channel.PHONE)


def test_same_as_last_time_is_my_own_last_and_not_what_the_family_began(delgado: Home, session: Session) -> None:
    me = viewer_of_staff(delgado.alvarez, delgado.school, account_id=delgado.account.id)
    colleague = delgado.world.staff(delgado.school)
    assert last_of_mine(session, me, delgado.family.id) is None
    mine = delgado.log(channel=Channel.SMS, outcome=Outcome.SENT, occurred_at=NOW - timedelta(days=4))
    delgado.log(initiator=Initiator.FAMILY, occurred_at=NOW - timedelta(days=2))
    delgado.world.contact(delgado.maya, staff_id=colleague.id, occurred_at=NOW - timedelta(days=1))
    assert last_of_mine(session, me, delgado.family.id) == mine


def test_the_ways_of_many_students_are_read_in_three_statements(delgado: Home, session: Session) -> None:
    leo = delgado.world.student(delgado.school, given_name="Leo")
    delgado.world.add(Guardianship(student_id=leo.id, guardian_id=delgado.rosa.id))
    asked: list[str] = []

    def one(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(session.get_bind(), "before_cursor_execute", one)
    try:
        best_ways(session, [delgado.maya.id, leo.id], NOW)
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", one)
    assert len(asked) == 3
