"""Put an earlier state of a contact back: a correction like any other, with what stood until then kept in its turn."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Channel,
    Contact,
    ContactRevision,
    Department,
    Family,
    FamilyMember,
    JsonObject,
    JsonValue,
    Outcome,
    Purpose,
    RevisionKind,
    Subject,
    Topic,
)
from models import Initiator as Side
from outreach.access import Viewer, sees_family
from outreach.errors import NotFound
from outreach.language import _

from .checks import check_staff
from .errors import ContactMovedOn, ContactRefused
from .moved_on import changed_since
from .new import NewContact
from .revise import OF_THE_MESSAGE, as_new, correct_contact
from .revisions import RECEIPT, SHOWN

Kind = TypeVar("Kind", bound=StrEnum)
OF_A_MESSAGE = {*OF_THE_MESSAGE, "students"}
"""As a kept state names them."""


def put_back_contact(
    session: Session, viewer: Viewer, contact_id: int, revision_id: int, now: datetime,
    *, family_id: int, seen: int | None,
) -> Contact:  # fmt: skip
    """Make a contact what it was before the change ``revision_id``. Whoever may correct it may; ask first.

    Where it stands so already, nothing is kept. What a message says of itself (its words, its receipts) stays.
    ``seen`` as in :func:`~outreach.contacts.correct_contact`; :class:`ContactMovedOn` says who changed it since.
    Raises :class:`~outreach.errors.NotFound` for a change of another contact, and :class:`ContactRefused` where that
    state can no longer be kept: a child or a colleague whom this viewer may not name, a question closed since.
    """
    contact = session.get(Contact, contact_id, with_for_update=True, populate_existing=True)
    revision = session.get(ContactRevision, revision_id)
    if contact is None or revision is None or revision.contact_id != contact_id:
        raise NotFound(_("There is no such change of this contact."))
    stands = as_new(session, contact)
    before = state_before(revision.before, stands, is_message=contact.message_id is not None)
    check_staff(session, viewer, family_id, before.staff_id, stands.staff_id)
    _check_students(session, viewer, set(before.student_ids) - set(stands.student_ids))
    try:
        return correct_contact(session, contact_id, before, now, viewer.account_id, seen=seen)
    except ContactMovedOn:
        raise ContactMovedOn(changed_since(session, contact_id, viewer.account_id)) from None


def can_be_put_back(revision: ContactRevision, present: JsonObject) -> bool:
    """Whether a person corrected something there, and what stood before is not what stands now."""
    if revision.kind is not RevisionKind.CORRECTED or revision.why == RECEIPT or present.get("voided_at"):
        return False
    differs = {name for name in SHOWN if revision.before.get(name) != present.get(name)}
    return bool(differs - OF_A_MESSAGE if present.get("message_id") is not None else differs)


def state_before(before: JsonObject, stands: NewContact, *, is_message: bool) -> NewContact:
    """A kept state as one to be kept anew; of a message only what is ours to change, the rest as it ``stands``."""
    then = NewContact(
        student_ids=tuple(_ids(before.get("students"))), initiator=_of(Side, before.get("initiator")),
        channel=Channel(str(before["channel"])), outcome=Outcome(str(before["outcome"])),
        occurred_at=datetime.fromisoformat(str(before["occurred_at"])), staff_id=_id(before.get("staff_id")),
        guardian_id=_id(before.get("guardian_id")), department=_of(Department, before.get("department")),
        language=_words(before.get("language")), interpreter=bool(before.get("interpreter")),
        topic=_of(Topic, before.get("topic")), subject=_of(Subject, before.get("subject")),
        purpose=_of(Purpose, before.get("purpose")), authored=stands.authored, summary=_words(before.get("summary")),
        said_it_helped=_yes_or_no(before.get("said_it_helped")),
        answers_request_id=_id(before.get("answers_request_id")),
    )  # fmt: skip
    return replace(then, **{name: getattr(stands, name) for name in OF_THE_MESSAGE}) if is_message else then


def _check_students(session: Session, viewer: Viewer, student_ids: set[int]) -> None:
    """The children who would come back into the contact are of families that the viewer sees."""
    seen = session.scalars(
        select(FamilyMember.student_id)
        .join(Family, Family.id == FamilyMember.family_id)
        .where(
            FamilyMember.student_id.in_(student_ids), FamilyMember.until_on.is_(None), sees_family(viewer, Family.id)
        )
    ).all()
    if not student_ids <= set(seen):
        raise ContactRefused(_("It was about a child whom you do not work with; correct it by hand."), "student_ids")


def _of(kind: type[Kind], value: JsonValue) -> Kind | None:
    return None if value is None else kind(str(value))


def _id(value: JsonValue) -> int | None:
    return value if isinstance(value, int) else None


def _ids(value: JsonValue) -> list[int]:
    return [each for each in value if isinstance(each, int)] if isinstance(value, list) else []


def _words(value: JsonValue) -> str | None:
    return None if value is None else str(value)


def _yes_or_no(value: JsonValue) -> bool | None:
    return value if isinstance(value, bool) else None
