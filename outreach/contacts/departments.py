"""The departments of a school by the names that people have for them, in the language spoken now."""

from __future__ import annotations

from models import Department
from outreach.language import N_, _

NAMES = {
    Department.TEACHING: N_("Teachers"),
    Department.COUNSELING: N_("Counseling"),
    Department.ADMINISTRATION: N_("Administration"),
    Department.SPECIAL_EDUCATION: N_("Special Education"),
    Department.FRONT_OFFICE: N_("Front office"),
    Department.DISTRICT: N_("District office"),
}


def department_words(department: Department) -> str:
    """``Special Education``."""
    return _(NAMES[department])
