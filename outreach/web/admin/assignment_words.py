"""What an assignment is called: as what a colleague answers for somebody."""

from __future__ import annotations

from models import AssignmentRole
from outreach.language import N_, _

WORDS = {
    AssignmentRole.TEACHER: N_("teaches"),
    AssignmentRole.CO_TEACHER: N_("co-teaches"),
    AssignmentRole.CASE_MANAGER: N_("case manager"),
    AssignmentRole.COUNSELOR: N_("counsels"),
    AssignmentRole.INTERPRETER: N_("interprets"),
    AssignmentRole.AIDE: N_("assists"),
    AssignmentRole.SUBSTITUTE: N_("stands in"),
}


def assignment_words(role: AssignmentRole) -> str:
    return _(WORDS[role])
