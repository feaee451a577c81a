"""Each step of a question as a whole sentence: who did what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from models import Contact, Department, JsonObject, RequestEvent, RequestEventKind
from outreach.language import _, moment

from .departments import department_words
from .rehome import BY_HAND, NO_LONGER_TEACHES, OWNER_AWAY, STUDENT_MOVED
from .taking_back import CLOSE_UNDONE, REOPENING_UNDONE

Kind = RequestEventKind


@dataclass(frozen=True, slots=True)
class Names:
    """The people whom the sentences name."""

    family: str
    """The guardian who asked, else "The family"."""
    staff: Mapping[int, str]
    accounts: Mapping[int, str]
    zone: ZoneInfo
    """The school's, for the times in a sentence."""

    def by(self, event: RequestEvent) -> str:
        return self.accounts.get(event.by_account_id or 0) or _("The system")

    def receiver(self, detail: JsonObject) -> str | None:
        """Whose it is after the step; None: nobody's."""
        to = detail.get("to_staff")
        return self.staff.get(to) if isinstance(to, int) else None


def step_words(event: RequestEvent, contact: Contact | None, names: Names) -> str:
    """The sentence of one step; ``contact`` is the one that it names."""
    return SENTENCES[event.kind](event, contact, names)


def _opened(event: RequestEvent, contact: Contact | None, names: Names) -> str:
    noted_by = event.by_account_id or (contact.recorded_by if contact is not None else None)
    noted = names.accounts.get(noted_by or 0)
    if noted:
        return _("%(family)s asked; %(by)s wrote it down.", family=names.family, by=noted)
    return _("%(family)s asked.", family=names.family)


def _joined(event: RequestEvent, _contact: Contact | None, names: Names) -> str:
    if "joined_from" in (event.detail or {}):
        return _("A newer question of %(family)s was joined to this one.", family=names.family)
    return _("%(family)s wrote again; the clock runs on.", family=names.family)


def _answered(event: RequestEvent, contact: Contact | None, names: Names) -> str:
    if (event.detail or {}).get("because") == REOPENING_UNDONE:
        return _("%(by)s took the reopening back; the question stands as answered.", by=names.by(event))
    staff = names.staff.get(contact.staff_id or 0) if contact is not None else None
    return _("%(staff)s answered.", staff=staff or names.by(event))


def _closed(event: RequestEvent, _contact: Contact | None, names: Names) -> str:
    because = (event.detail or {}).get("because")
    if because == "quiet":
        return _("Closed, since the family asked nothing more.")
    if because == REOPENING_UNDONE:
        return _("It stands as closed again.")
    return _("%(by)s closed it.", by=names.by(event))


def _no_answer_needed(event: RequestEvent, _contact: Contact | None, names: Names) -> str:
    detail = event.detail or {}
    if "joined_to" in detail:
        return _("Joined to this family’s earlier question.")
    if event.contact_id is not None:
        return _("Closed, since the contact that asked was undone.")
    if detail.get("because") == REOPENING_UNDONE:
        return _("%(by)s took the reopening back; no answer is needed.", by=names.by(event))
    return _("%(by)s closed it: no answer is needed.", by=names.by(event))


def _reopened(event: RequestEvent, _contact: Contact | None, names: Names) -> str:
    because = (event.detail or {}).get("because")
    if because == "family_wrote":
        return _("%(family)s wrote again, so the question is open again with a new due time.", family=names.family)
    if because == "answer_undone":
        return _("The answer was undone, so the question waits as before.")
    if because == CLOSE_UNDONE:
        return _("%(by)s took the closing back; the due time is the old one.", by=names.by(event))
    return _("%(by)s opened it again with a new due time.", by=names.by(event))


def _handed_over(event: RequestEvent, _contact: Contact | None, names: Names) -> str:
    detail = event.detail or {}
    to = names.receiver(detail) or _("a colleague")
    if detail.get("because") == OWNER_AWAY:
        return _("It went to %(to)s, since its owner is away.", to=to)
    if detail.get("because") == NO_LONGER_TEACHES:
        return _("It went to %(to)s, since its owner no longer teaches the child.", to=to)
    if detail.get("because") == STUDENT_MOVED:
        return _("It went to %(to)s, since the child changed schools.", to=to)
    department = detail.get("to_department")
    if detail.get("because") == BY_HAND and isinstance(department, str):
        office = department_words(Department(department))
        return _("%(by)s handed it over to %(to)s (%(department)s).", by=names.by(event), to=to, department=office)
    return _("It went to %(to)s.", to=to)


def _taken(event: RequestEvent, _contact: Contact | None, names: Names) -> str:
    return _("%(to)s took it.", to=names.receiver(event.detail or {}) or names.by(event))


def _hostile(event: RequestEvent, _contact: Contact | None, names: Names) -> str:
    to = names.receiver(event.detail or {}) or _("an administrator")
    return _("%(by)s gave it to %(to)s because of how it is written; nothing was sent.", by=names.by(event), to=to)


def _given_back(event: RequestEvent, _contact: Contact | None, names: Names) -> str:
    to = names.receiver(event.detail or {})
    if to is None:
        return _("%(by)s took that back; nobody has it, as before.", by=names.by(event))
    return _("%(by)s took that back; %(to)s has it again.", by=names.by(event), to=to)


def _on_its_way(event: RequestEvent, _contact: Contact | None, names: Names) -> str:
    return _("%(by)s wrote an answer; once it arrives, the question is answered.", by=names.by(event))


def _due_moved(event: RequestEvent, _contact: Contact | None, names: Names) -> str:
    due = (event.detail or {}).get("due_at")
    if not isinstance(due, str):
        return _("The school’s calendar changed, and the clock with it.")
    local = datetime.fromisoformat(due).astimezone(names.zone)
    return _("The school’s calendar changed: it is due %(due)s now.", due=moment(local, local.date()))


SENTENCES: Mapping[RequestEventKind, Callable[[RequestEvent, Contact | None, Names], str]] = {
    Kind.OPENED: _opened, Kind.JOINED: _joined, Kind.ANSWERED: _answered, Kind.CLOSED: _closed,
    Kind.NO_ANSWER_NEEDED: _no_answer_needed, Kind.REOPENED: _reopened, Kind.HANDED_OVER: _handed_over,
    Kind.TAKEN: _taken, Kind.HOSTILE: _hostile, Kind.GIVEN_BACK: _given_back, Kind.ON_ITS_WAY: _on_its_way,
    Kind.DUE_MOVED: _due_moved,
}  # fmt: skip
