"""Whom families of a made-up school ask for what: seven lines, as a school's office would write them."""

from __future__ import annotations

from dataclasses import dataclass

from models import Department, WhoToAsk

from .frame import Frame, SchoolFrame
from .rows import Rows

NUMBER = "+1800555"
"""Of the toll-free numbers that nobody is ever given; their last four digits follow."""
FIRST_LINE, A_SCHOOL = 100, 20
"""555-0100 for the first line of the first school, 555-0120 for that of the second."""


@dataclass(frozen=True)
class LinePlan:
    what_en: str
    what_es: str
    who_en: str
    mailbox: str | None
    department: Department | None
    hours_en: str
    hours_es: str
    phone: bool = True


SCHOOL_DAYS = ("School days 7:15 to 4:30", "Días de clase de 7:15 a 16:30")
LINES = (
    LinePlan("School bus, late or lost things", "Autobús escolar, retrasos o cosas perdidas", "Transportation",
             "bus", Department.FRONT_OFFICE, "School days 5:30 to 5:30", "Días de clase de 5:30 a 17:30"),
    LinePlan("Absent or late today", "Falta o llega tarde hoy", "Front office", "attendance", Department.FRONT_OFFICE,
             *SCHOOL_DAYS),
    LinePlan("Illness, medicine, allergies", "Enfermedad, medicinas, alergias", "School nurse", "nurse",
             None, "School days 8:00 to 3:30", "Días de clase de 8:00 a 15:30"),
    LinePlan("Meals and what they cost", "Comidas y lo que cuestan", "Food services", "meals", Department.FRONT_OFFICE,
             *SCHOOL_DAYS),
    LinePlan("Special Education, plans and meetings", "Educación especial, planes y reuniones", "Special Education",
             "special.education", Department.SPECIAL_EDUCATION, *SCHOOL_DAYS),
    LinePlan("Worries, friends, schedule", "Preocupaciones, amistades, horario", "Counseling office", "counseling",
             Department.COUNSELING, "School days 8:30 to 3:00", "Días de clase de 8:30 a 15:00"),
    LinePlan("When an answer did not help", "Cuando una respuesta no ayudó", "Principal’s office", "principal",
             Department.ADMINISTRATION, *SCHOOL_DAYS, phone=False),
)  # fmt: skip


def list_whom_to_ask(rows: Rows, frame: Frame) -> None:
    """Rows of every school's directory; no address of theirs reaches anybody."""
    for number, school in enumerate(frame.schools):
        for place, plan in enumerate(LINES, start=1):
            _line(rows, frame, school, plan, place, FIRST_LINE + number * A_SCHOOL + place)


def _line(rows: Rows, frame: Frame, school: SchoolFrame, plan: LinePlan, place: int, line: int) -> None:
    mailbox = f"{plan.mailbox}.{school.plan.code.lower()}@example.org" if plan.mailbox else None
    rows.add(
        WhoToAsk, school_id=school.id, place=place, what_en=plan.what_en, what_es=plan.what_es, who=plan.who_en,
        phone=f"{NUMBER}{line:04d}" if plan.phone else None, email=mailbox, department=plan.department,
        hours_en=plan.hours_en, hours_es=plan.hours_es, changed_at=frame.began,
    )  # fmt: skip
