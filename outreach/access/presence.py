"""Who still works here: an active staff member whose last day has not come. The one definition, for one and many."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BindParameter, ColumnElement, and_, or_

from models import Staff


def works_here(staff: Staff, on: date) -> bool:
    """Whether ``staff`` works here on that local day; on the day named as their last they do not any more."""
    return staff.active and (staff.left_on is None or staff.left_on > on)


def working_here(on: date | BindParameter[date]) -> ColumnElement[bool]:
    """The same for a statement over staff. NULL where an outer join found nobody: who is not there has not left."""
    return and_(Staff.active, or_(Staff.left_on.is_(None), Staff.left_on > on))
