"""The family that most of these tests speak of: Rosa Delgado, her daughter Maya, and Maya's algebra teacher."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from models import (
    Account,
    AccountRole,
    Channel,
    Contact,
    Family,
    Guardian,
    Initiator,
    Outcome,
    Request,
    School,
    Staff,
    StaffRole,
    Student,
)
from outreach.access.viewer import Viewer
from outreach.contacts import NewContact, Question, log_contact, receive_question
from tests.world import NOW, World

YESTERDAY = NOW - timedelta(days=1)
TODAY = NOW.date()


@dataclass
class Home:
    world: World
    school: School
    maya: Student
    rosa: Guardian
    family: Family
    alvarez: Staff
    account: Account

    def new(self, **values: Any) -> NewContact:
        """Yesterday's phone call by which L. Alvarez reached Rosa about Maya."""
        return NewContact(
            **{
                "student_ids": (self.maya.id,),
                "channel": Channel.PHONE,
                "outcome": Outcome.REACHED,
                "occurred_at": YESTERDAY,
                "staff_id": self.alvarez.id,
                "guardian_id": self.rosa.id,
                **values,
            }
        )

    def log(self, now: datetime = NOW, **values: Any) -> Contact:
        return log_contact(self.world.session, self.new(**values), now, self.account.id)

    def asks(self, at: datetime = YESTERDAY, **values: Any) -> Request:
        """Rosa asks whether Maya may retake Friday's test."""
        asked = Question(
            **{
                "family_id": self.family.id,
                "guardian_id": self.rosa.id,
                "student_id": self.maya.id,
                "words": "Can Maya retake Friday's test?",
                "asked_at": at,
                **values,
            }
        )
        request = receive_question(self.world.session, asked, at).request
        assert request is not None
        return request

    def writes(self, at: datetime, words: str = "Can Maya retake Friday's test?", **values: Any) -> Contact:
        """Rosa's text, kept as a contact that she began and that asks something."""
        return self.log(
            at, initiator=Initiator.FAMILY, channel=Channel.SMS, outcome=Outcome.DELIVERED, occurred_at=at,
            summary=words, question=words, **values,
        )  # fmt: skip


def home(world: World) -> Home:
    school = world.school()
    maya = world.student(school)
    rosa = world.guardian(maya)
    family = world.family(maya)
    alvarez = world.staff(school)
    world.teaches(alvarez, world.section(school), maya)
    return Home(world, school, maya, rosa, family, alvarez, world.account(alvarez))


def viewer_of_staff(staff: Staff, school: School, *roles: AccountRole, account_id: int = 0, on: date = TODAY) -> Viewer:
    """The viewer that a staff member of ``school`` is, as teacher unless roles say otherwise."""
    return Viewer(account_id, staff.id, frozenset(roles or {AccountRole.TEACHER}), frozenset({school.id}), on)


def counselor_of(world: World, school: School) -> Viewer:
    lowe = world.staff(school, role=StaffRole.COUNSELOR, display_name="K. Lowe")
    return viewer_of_staff(lowe, school, AccountRole.COUNSELOR)
