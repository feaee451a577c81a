"""Keep several contacts at once, after a parents' evening: all of them, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from models import Contact
from outreach.errors import OutreachError
from outreach.language import ngettext

from .checks import check
from .errors import ContactRefused
from .families import families_of_students
from .log import keep_contact, kept_before
from .new import NewContact
from .scoring import rescore


class SomeRefused(OutreachError):
    """Some of several contacts cannot be kept as given, and so none was."""

    def __init__(self, refused: Mapping[int, ContactRefused]) -> None:
        super().__init__(
            ngettext(
                "Nothing was saved: %(count)s contact cannot be kept as it stands.",
                "Nothing was saved: %(count)s contacts cannot be kept as they stand.",
                len(refused),
            )
        )
        self.refused = refused
        """By its place among those given, what is wrong with each."""


def log_together(
    session: Session, several: Sequence[NewContact], now: datetime, account_id: int | None = None
) -> list[Contact]:
    """Keep each of ``several`` as :func:`~outreach.contacts.log_contact` does, and score their families once.

    Everything is checked before anything is kept. Each has its own ``client_key``, so a repeated submit adds nothing.
    Raises :class:`SomeRefused`, with a sentence for every contact that is wrong, and nothing has changed.
    """
    refused: dict[int, ContactRefused] = {}
    for place, new in enumerate(several):
        if kept_before(session, new, account_id) is None:
            try:
                check(session, new, now)
            except ContactRefused as wrong:
                refused[place] = wrong
    if refused:
        raise SomeRefused(refused)
    kept = [keep_contact(session, new, now, account_id) for new in several]
    rescore(session, now, families_of_students(session, {student for new in several for student in new.student_ids}))
    return kept
