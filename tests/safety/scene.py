"""Rosa Delgado writes; L. Rivera, a counselor, is on the safety list of Maya's school; L. Alvarez teaches Maya."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Account,
    AccountRole,
    Address,
    Audience,
    Channel,
    Contact,
    Family,
    Guardian,
    InboundMessage,
    Message,
    MessageKind,
    OnCall,
    SafetyAlert,
    School,
    Staff,
    StaffRole,
    Student,
)
from outreach.access import Viewer, viewer_of
from outreach.contacts import log_inbound_contact
from outreach.delivery import record_basis
from outreach.delivery.safety import link_contact, raise_for_inbound
from tests.world import NOW, World

LINK = "https://outreach.example.org"
FRIDAY_NIGHT = datetime.fromisoformat("2026-11-20T21:00:00-06:00")
"""By the clock of the school, in Chicago; it opens on Monday at 8."""
DANGER = "Maya says she wants to kill herself"
AGAIN = timedelta(minutes=10)
"""As safety.toml is shipped."""


@dataclass
class Scene:
    world: World
    school: School
    maya: Student
    rosa: Guardian
    family: Family
    phone: Address
    alvarez: Staff
    rivera: Staff
    teacher_account: Account
    rivera_account: Account

    @property
    def session(self) -> Session:
        return self.world.session

    def viewer(self, account: Account, now: datetime = NOW) -> Viewer:
        return viewer_of(self.session, account, now)

    @property
    def teacher(self) -> Viewer:
        return self.viewer(self.teacher_account)

    @property
    def listener(self) -> Viewer:
        """L. Rivera, who is on the list."""
        return self.viewer(self.rivera_account)

    def colleague(self, role: AccountRole, staff_role: StaffRole, school: School | None = None) -> Account:
        """Somebody of that role, at this school unless another is named, who signs in."""
        return self.world.account(self.world.staff(school or self.school, role=staff_role), role)

    def writes(self, words: str = DANGER, at: datetime = FRIDAY_NIGHT, **values: object) -> InboundMessage:
        """A text of Rosa's, kept as it came."""
        number = self.world.number()
        return self.world.add(
            InboundMessage(**{
                "provider": "sandbox", "provider_id": f"in-{number}", "channel": Channel.SMS,
                "from_value": self.phone.value, "to_value": "+13125550100", "address_id": self.phone.id,
                "guardian_id": self.rosa.id, "family_id": self.family.id, "school_id": self.school.id, "body": words,
                "raw": {}, "received_at": at, **values,
            })
        )  # fmt: skip

    def alerted(self, words: str = DANGER, at: datetime = FRIDAY_NIGHT, **values: object) -> SafetyAlert:
        """A text in which words were found, and that has become a contact with a question."""
        inbound = self.writes(words, at, **values)
        alert = raise_for_inbound(self.session, inbound, self.school.id, ["kill herself"], at)
        logged = log_inbound_contact(self.session, inbound=inbound, family_id=self.family.id, now=at)
        link_contact(self.session, inbound.id, logged.contact.id)
        return alert

    def contact_of(self, alert: SafetyAlert) -> Contact:
        return self.session.get_one(Contact, alert.contact_id)

    def told(self) -> list[Message]:
        """Every message to the list so far, in order."""
        statement = select(Message).where(
            Message.kind == MessageKind.SAFETY, Message.audience == Audience.STAFF
        )  # fmt: skip
        return list(self.session.scalars(statement.order_by(Message.id)))


def build(world: World) -> Scene:
    school = world.school(name="Lakeside High", phone="(312) 555-0100")
    record_basis(world.session, "Numbers were given at registration.", NOW, None)
    maya = world.student(school)
    rosa = world.guardian(maya)
    family, phone = world.family(maya), world.phone(rosa, "+13125550142")
    alvarez = world.staff(school)
    world.teaches(alvarez, world.section(school), maya)
    rivera = world.staff(school, role=StaffRole.COUNSELOR, display_name="L. Rivera", email="rivera@example.org")
    world.add(OnCall(school_id=school.id, staff_id=rivera.id, phone="+13125550177"))
    return Scene(
        world, school, maya, rosa, family, phone, alvarez, rivera, world.account(alvarez),
        world.account(rivera, AccountRole.COUNSELOR),
    )  # fmt: skip
