"""On what ground somebody may see a family: a few words for the trail, after the name; a sentence for the page."""

from __future__ import annotations

from typing import NamedTuple

from models import AccountRole, AssignmentRole
from outreach.language import N_


class Ground(NamedTuple):
    trail: str
    """Reads after a name: "teaches Maya in Algebra I"."""
    page: str


IN_A_SECTION = {
    AssignmentRole.TEACHER: Ground(
        N_("teaches %(student)s in %(section)s"),
        N_("Open to you because %(name)s teaches %(student)s in %(section)s."),
    ),
    AssignmentRole.CO_TEACHER: Ground(
        N_("co-teaches %(student)s in %(section)s"),
        N_("Open to you because %(name)s co-teaches %(student)s in %(section)s."),
    ),
    AssignmentRole.SUBSTITUTE: Ground(
        N_("stands in for %(student)s's teacher in %(section)s"),
        N_("Open to you because %(name)s stands in for %(student)s's teacher in %(section)s."),
    ),
    AssignmentRole.AIDE: Ground(
        N_("assists %(student)s in %(section)s"),
        N_("Open to you because %(name)s assists %(student)s in %(section)s."),
    ),
    AssignmentRole.INTERPRETER: Ground(
        N_("interprets for %(student)s in %(section)s"),
        N_("Open to you because %(name)s interprets for %(student)s in %(section)s."),
    ),
    AssignmentRole.COUNSELOR: Ground(
        N_("counsels %(student)s in %(section)s"),
        N_("Open to you because %(name)s counsels %(student)s in %(section)s."),
    ),
    AssignmentRole.CASE_MANAGER: Ground(
        N_("manages %(student)s's case in %(section)s"),
        N_("Open to you because %(name)s manages %(student)s's case in %(section)s."),
    ),
}
BY_NAME = {
    AssignmentRole.TEACHER: Ground(N_("teaches %(student)s"), N_("Open to you because %(name)s teaches %(student)s.")),
    AssignmentRole.CO_TEACHER: Ground(
        N_("co-teaches %(student)s"), N_("Open to you because %(name)s co-teaches %(student)s.")
    ),
    AssignmentRole.SUBSTITUTE: Ground(
        N_("stands in for %(student)s's teacher"),
        N_("Open to you because %(name)s stands in for %(student)s's teacher."),
    ),
    AssignmentRole.AIDE: Ground(N_("assists %(student)s"), N_("Open to you because %(name)s assists %(student)s.")),
    AssignmentRole.INTERPRETER: Ground(
        N_("interprets for %(student)s"), N_("Open to you because %(name)s interprets for %(student)s.")
    ),
    AssignmentRole.COUNSELOR: Ground(
        N_("is %(student)s's counselor"), N_("Open to you because %(name)s is %(student)s's counselor.")
    ),
    AssignmentRole.CASE_MANAGER: Ground(
        N_("manages %(student)s's case"), N_("Open to you because %(name)s manages %(student)s's case.")
    ),
}
AT_THE_SCHOOL = {
    AccountRole.COUNSELOR: Ground(
        N_("is a counselor at %(school)s"), N_("Open to you because %(name)s is a counselor at %(school)s.")
    ),
    AccountRole.ADMINISTRATOR: Ground(
        N_("is an administrator at %(school)s"), N_("Open to you because %(name)s is an administrator at %(school)s.")
    ),
    AccountRole.RECORDER: Ground(
        N_("records contacts at %(school)s"), N_("Open to you because %(name)s records contacts at %(school)s.")
    ),
}
ON_CASELOAD = Ground(
    N_("has %(student)s on the caseload at %(school)s"),
    N_("Open to you because %(name)s has %(student)s on the caseload at %(school)s."),
)
OWNS_FAMILY = Ground(N_("is this family's counselor"), N_("Open to you because %(name)s is this family's counselor."))
OWNS_QUESTION = Ground(
    N_("answers this family's question"), N_("Open to you because %(name)s answers this family's question.")
)
WHOLE_DISTRICT = Ground(N_("administers the district"), N_("Open to you because %(name)s administers the district."))
