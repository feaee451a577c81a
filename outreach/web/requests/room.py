"""The room's own blueprint, and what each of its pages asks first."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, request

from models import AccountRole, Department, Request
from outreach.access import Grant, require
from outreach.contacts import BoardFilter, Whose, withheld_questions
from outreach.errors import NotFound
from outreach.language import _, said

from .. import asking
from ..database import session
from ..typed import number

blueprint = Blueprint("requests", __name__, url_prefix="/requests")
HANDED_TO = tuple(department for department in Department if department is not Department.DISTRICT)
COUNTERS = (AccountRole.COUNSELOR, AccountRole.ADMINISTRATOR, AccountRole.DISTRICT_ADMINISTRATOR)
"""Who looks after a school's families, and has the list of what is past due."""
Problems = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """The question that a page is about, and leave to see it."""

    question: Request
    grant: Grant
    withheld: str | None
    """Stands for its words, where this viewer does not read them."""

    @property
    def words(self) -> str:
        return said(self.withheld or self.question.question)


def find(request_id: int) -> Asked:
    """Raises NotFound alike for a question that is not there and one of a family that may not be seen."""
    found = session().get(Request, request_id)
    if found is None:
        raise NotFound(_("There is no such question, or you do not work with its family."))
    grant = require(session(), asking.viewer(), found.family_id)
    withheld = withheld_questions(session(), asking.viewer(), [found])
    return Asked(found, grant, withheld.get(found.id))


def seen() -> int | None:
    """The newest step that the form's reader saw; None: a form of old, which asks nothing."""
    return request.form.get("seen", type=number)


def filter_of_address(first: Whose) -> BoardFilter:
    """What the address narrows the list by; what it asks wrongly is not narrowed by."""
    args = request.args
    whose, department = args.get("whose", ""), args.get("department", "")
    return BoardFilter(
        whose=Whose(whose) if whose in list(Whose) else first,
        department=Department(department) if department in list(Department) else None,
        school_id=args.get("school", type=number), past_mark=args.get("late") == "mark",
    )  # fmt: skip


def address_of(wanted: BoardFilter) -> dict[str, str]:
    """The same as arguments of an address."""
    kept = {"whose": wanted.whose.value}
    if wanted.department is not None:
        kept["department"] = wanted.department.value
    if wanted.school_id is not None:
        kept["school"] = str(wanted.school_id)
    if wanted.past_mark:
        kept["late"] = "mark"
    return kept
