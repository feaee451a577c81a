"""Whose words this viewer does not read though it may see the family, and what stands in their place."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Contact, ContactStudent, Request, Student
from outreach.access import Viewer, sees_student
from outreach.access.guarded import KEPT, guarded_contacts, guarded_requests
from outreach.language import N_

ABOUT_ANOTHER = N_("About a brother or sister whom you do not teach.")
"""Stands for words about a student whom the viewer may not see; shown with :func:`outreach.language.said`."""


def withheld_contacts(session: Session, viewer: Viewer, contacts: Collection[Contact]) -> dict[int, str]:
    """Contacts whose words this viewer does not read, each with what stands for them.

    Those about students none of whom the viewer may see, unless it is the viewer's own; and those kept for a school's
    safety list.
    """
    ids = [contact.id for contact in contacts]
    seen = (
        select(ContactStudent.contact_id)
        .join(Student, Student.id == ContactStudent.student_id)
        .where(ContactStudent.contact_id.in_(ids), sees_student(viewer))
    )
    readable = set(session.scalars(seen))
    own = {one.id for one in contacts if viewer.staff_id is not None and one.staff_id == viewer.staff_id}
    withheld = {number: ABOUT_ANOTHER for number in ids if number not in readable | own}
    kept = session.scalars(guarded_contacts(viewer).where(Contact.id.in_(ids)))
    return withheld | dict.fromkeys(kept, KEPT)


def withheld_questions(session: Session, viewer: Viewer, requests: Sequence[Request]) -> dict[int, str]:
    """Requests whose words this viewer does not read, each with what stands for them.

    Those about a student whom the viewer may not see, unless it owns the question; and those kept for a school's
    safety list.
    """
    about = {request.student_id for request in requests} - {None}
    seen = set(session.scalars(select(Student.id).where(Student.id.in_(about), sees_student(viewer))))
    ids = [request.id for request in requests]
    guarded = set(session.scalars(guarded_requests(viewer).where(Request.id.in_(ids))))
    withheld = {}
    for request in requests:
        own = viewer.staff_id is not None and request.owner_staff_id == viewer.staff_id
        if request.id in guarded:
            withheld[request.id] = KEPT
        elif request.student_id is not None and request.student_id not in seen and not own:
            withheld[request.id] = ABOUT_ANOTHER
    return withheld
