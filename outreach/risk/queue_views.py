"""The queue as one person likes to see it: kept under a name, shared with nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from models import QueueView
from outreach.access import NotAllowed, Viewer
from outreach.errors import NotFound
from outreach.language import _

from .errors import ViewRefused

LONGEST_NAME, MOST_VIEWS = 60, 20


@dataclass(frozen=True)
class View:
    view_id: int
    name: str
    filters: Mapping[str, str]
    """By the names and in the values that the queue's address has for them."""
    opens_first: bool
    """The queue opens with it."""


def views_of(session: Session, viewer: Viewer) -> list[View]:
    """The viewer's own, by name."""
    rows = session.scalars(
        select(QueueView)
        .where(QueueView.account_id == viewer.account_id)
        .order_by(func.lower(QueueView.name), QueueView.id)
    )
    return [
        View(row.id, row.name, {name: str(value) for name, value in row.filters.items()}, row.opens_first)
        for row in rows
    ]


def keep_view(session: Session, viewer: Viewer, name: str, filters: Mapping[str, str], *, first: bool) -> int:
    """Keep the queue as narrowed by ``filters``; under a name that is there already, in its place. Flushed, not
    committed; gives the view's id. ``first``: the queue opens with it from now on. Raises :class:`ViewRefused`."""
    _may(viewer)
    name = _named(name)
    kept = {view.name: view.view_id for view in views_of(session, viewer)}
    if name not in kept and len(kept) >= MOST_VIEWS:
        raise ViewRefused(_("You have %(count)s views; delete one before you keep another.", count=len(kept)))
    if name in kept:
        view = _own(session, viewer, kept[name])
        view.filters = dict(filters)
    else:
        view = QueueView(account_id=viewer.account_id, name=name, filters=dict(filters))
        session.add(view)
    session.flush()
    if first:
        open_with(session, viewer, view.id)
    return view.id


def rename_view(session: Session, viewer: Viewer, view_id: int, name: str) -> None:
    """Raises :class:`ViewRefused` for a name that is taken or does not do, :class:`~outreach.errors.NotFound` for a
    view that is not the viewer's own."""
    view, name = _own(session, viewer, view_id), _named(name)
    if any(other.name == name and other.view_id != view_id for other in views_of(session, viewer)):
        raise ViewRefused(_("You have a view of that name already; choose another name."))
    view.name = name
    session.flush()


def delete_view(session: Session, viewer: Viewer, view_id: int) -> View:
    """Gives what was deleted, so that it can be kept anew. Raises :class:`~outreach.errors.NotFound`."""
    _own(session, viewer, view_id)
    gone = next(view for view in views_of(session, viewer) if view.view_id == view_id)
    session.execute(delete(QueueView).where(QueueView.id == view_id))
    return gone


def open_with(session: Session, viewer: Viewer, view_id: int | None) -> None:
    """The queue opens with this view; None: with what is new and mine. Raises :class:`~outreach.errors.NotFound`."""
    _may(viewer)
    session.execute(
        update(QueueView)
        .where(QueueView.account_id == viewer.account_id, QueueView.opens_first)
        .values(opens_first=False)
    )
    if view_id is not None:
        _own(session, viewer, view_id).opens_first = True
    session.flush()


def _may(viewer: Viewer) -> None:
    if not viewer.sees_risk:
        raise NotAllowed(_("The queue is for counselors and administrators."))


def _own(session: Session, viewer: Viewer, view_id: int) -> QueueView:
    _may(viewer)
    view = session.get(QueueView, view_id, populate_existing=True)
    if view is None or view.account_id != viewer.account_id:
        raise NotFound(_("There is no such view, or it is not yours."))
    return view


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise ViewRefused(_("Give the view a name first."))
    if len(name) > LONGEST_NAME:
        raise ViewRefused(_("At most %(count)s characters for a name; shorten it.", count=LONGEST_NAME))
    return name
