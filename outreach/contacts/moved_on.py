"""Two people on one contact: who comes second is told who changed it, and overwrites nothing unseen."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import ContactRevision, RevisionKind
from outreach.language import N_, _

from .errors import ContactMovedOn
from .portrait import account_names
from .revisions import newest_revision

CHANGED = N_(
    "%(name)s changed this contact while you had it open. What stands there now is beside what you typed; save again "
    "to have yours."
)
UNDONE = N_("%(name)s undid this contact while you had it open. Put it back before you correct it.")
BY_YOU = N_(
    "You changed this contact in another window. What stands there now is beside what you typed; save again to have "
    "what is typed here."
)
UNDONE_BY_YOU = N_("You undid this contact in another window. Put it back before you correct it.")
BY_NOBODY = N_(
    "This contact has changed since you opened it. What stands there now is beside what you typed; save again to have "
    "yours."
)
SINCE = N_("%(name)s changed this contact since. Look at what stands there now, then decide.")
SINCE_BY_YOU = N_("You changed this contact since, in another window. Look at what stands there now, then decide.")
SINCE_BY_NOBODY = N_("This contact has changed since. Look at what stands there now, then decide.")


def check_seen(session: Session, contact_id: int, seen: int | None, account_id: int | None) -> None:
    """``seen`` is the newest revision when the form was made, 0 for none; None: the caller showed nothing.

    The contact's row must be held. Raises :class:`ContactMovedOn` with who changed it since.
    """
    if has_moved_on(session, contact_id, seen):
        raise ContactMovedOn(_who_changed_it(session, contact_id, account_id))


def has_moved_on(session: Session, contact_id: int, seen: int | None) -> bool:
    return seen is not None and seen != newest_revision(session, contact_id)


def changed_since(session: Session, contact_id: int, account_id: int | None) -> str:
    """Who changed it last, for somebody who typed nothing and wanted to put an earlier state back."""
    newest = _newest(session, contact_id)
    if newest is None or newest.revised_by is None:
        return _(SINCE_BY_NOBODY)
    if newest.revised_by == account_id:
        return _(SINCE_BY_YOU)
    return _(SINCE, name=account_names(session, [newest.revised_by])[newest.revised_by])


def _who_changed_it(session: Session, contact_id: int, account_id: int | None) -> str:
    """What the system itself did (a receipt came in) has no name."""
    newest = _newest(session, contact_id)
    if newest is None or newest.revised_by is None:
        return _(BY_NOBODY)
    undone = newest.kind is RevisionKind.VOIDED
    if newest.revised_by == account_id:
        return _(UNDONE_BY_YOU) if undone else _(BY_YOU)
    name = account_names(session, [newest.revised_by])[newest.revised_by]
    return _(UNDONE, name=name) if undone else _(CHANGED, name=name)


def _newest(session: Session, contact_id: int) -> ContactRevision | None:
    return session.scalar(
        select(ContactRevision)
        .where(ContactRevision.contact_id == contact_id)
        .order_by(ContactRevision.id.desc())
        .limit(1)
    )
