"""Many suggestions approved at once: what goes out so is a general notice, never a teacher's contact."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from config.tuning import Tuning
from models import AuditEvent, Authored, Message, Outreach, OutreachState
from outreach.access import Viewer, audit
from outreach.delivery.first_text import texts_that_reached
from outreach.effective import effective_config
from outreach.language import _, said

from .acts import approve_row, undo_row
from .cards import cards
from .errors import PlanningError
from .plan_page import EVERYTHING, PlanFilters, count_of, open_suggestions
from .ready import LACK_WORDS, LACKS, Lack
from .seen import version_before_approval, version_of
from .states import ON_ITS_WAY
from .views import Card
from .words_check import Words, check_words

AT_ONCE = 100
"""As many as a person can still look over; the rest waits for the next time."""
TOGETHER = "outreach.approve_all"
"""In the audit trail: one line for all of them."""


@dataclass(frozen=True, slots=True)
class BulkFigures:
    approved: int = 0
    """Messages now in the outbox."""
    to_do: int = 0
    """Calls, notes and visits left for a person: nobody can do them in bulk."""
    blocked: int = 0
    """Left as they are: the draft lacks a value or needs a person's words."""
    refused: int = 0
    """Left as they are: no address that may be written to, or words that may not go there."""
    changed: int = 0
    """Left as they are: they changed after a person had looked them over."""

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Suggestions that stay as they are, for one reason."""

    reason: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class BulkPreview:
    """What approving all would do, before anybody does it."""

    ready: tuple[Card, ...]
    left_out: tuple[LeftOut, ...]
    more: int
    """Suggestions beyond the :data:`AT_ONCE` that were looked at."""


@dataclass(frozen=True, slots=True)
class UndoFigures:
    taken_back: int
    gone: int
    """Had left, or were changed, before."""


@dataclass(frozen=True, slots=True)
class Together:
    """What a viewer has approved together of what a form names."""

    at: datetime | None
    """The last moment, by which :func:`undo_all` finds them; None: nothing was."""
    approved: int
    """At that moment."""
    earlier: int
    """At another, from the same look."""


def preview_all(session: Session, viewer: Viewer, now: datetime, filters: PlanFilters = EVERYTHING) -> BulkPreview:
    """What :func:`approve_all` would send of this viewer's suggestions, and what it would leave out and why.

    ``filters``: only those that the plan so narrowed shows.
    """
    tuning, wanted = effective_config(session, now), open_suggestions(viewer, filters)
    found = session.execute(_with_lacks(wanted).limit(AT_ONCE)).all()
    looked_at, ready, left = [row for row, _lacks in found], list[Outreach](), dict[str, list[Outreach]]()
    texted = _texted(session, looked_at)
    for row, lacks in found:
        reason = _why_not(session, row, lacks, tuning, texted)
        (ready if reason is None else left.setdefault(reason, [])).append(row)
    shown = {card.outreach_id: card for card in cards(session, looked_at, now)}

    def of(some: Sequence[Outreach]) -> tuple[Card, ...]:
        return tuple(shown[row.id] for row in some)

    more = count_of(session, wanted) - len(looked_at)
    return BulkPreview(of(ready), tuple(LeftOut(reason, of(its)) for reason, its in left.items()), more)


def approve_all(
    session: Session, viewer: Viewer | None, now: datetime, *, only: Mapping[int, str] | None = None
) -> BulkFigures:  # fmt: skip
    """Approve every open suggestion that is a message and ready, of this viewer's families; None: of the district.

    ``only``: of these ids, which a person has looked over, each with the :func:`~outreach.planning.version_of` that
    was shown. As policy would: nobody read them one by one, so they are ``approved in bulk`` and count as general
    notices. Words that a person edited stay that person's. A repeat approves nothing more. Does not commit.
    """
    tuning = effective_config(session, now)
    counts = {"approved": 0, "to_do": 0, "blocked": 0, "refused": 0, "changed": 0}
    statement = _with_lacks(open_suggestions(viewer))
    if only is not None:
        statement = statement.where(Outreach.id.in_(only))
    held = statement.with_for_update(of=Outreach).execution_options(populate_existing=True)
    found = session.execute(held).all()
    texted = _texted(session, [row for row, _lacks in found])
    for row, lacks in found:
        if only is not None and version_of(row) != only[row.id]:
            counts["changed"] += 1
        elif lacks is not None:
            counts["to_do" if lacks in (Lack.PERSON, Lack.ADDRESS) else "blocked"] += 1
        else:
            counts["approved" if _approved(session, row, viewer, tuning, now, texted) else "refused"] += 1
    if counts["approved"]:
        audit(session, viewer, TOGETHER, "outreach", None, now, detail={**counts})
    return BulkFigures(**counts)


def approved_together(session: Session, viewer: Viewer, only: Mapping[int, str]) -> Together:
    """What this viewer has approved together of ``only``, just now or when the same form was sent before: it is on its
    way, and as it was looked over (``only`` as for :func:`approve_all`)."""
    together = select(AuditEvent.at).where(AuditEvent.action == TOGETHER, AuditEvent.account_id == viewer.account_id)
    rows = session.scalars(
        select(Outreach).where(
            Outreach.id.in_(only), Outreach.approved_by == viewer.account_id, Outreach.approved_at.in_(together),
            Outreach.state.in_((*ON_ITS_WAY, OutreachState.DELIVERED)),
        )
    )  # fmt: skip
    moments = [row.approved_at for row in rows if row.approved_at and version_before_approval(row) == only[row.id]]
    last = max(moments, default=None)
    return Together(last, moments.count(last) if last else 0, sum(moment != last for moment in moments))


def undo_all(session: Session, viewer: Viewer, approved_at: datetime, now: datetime) -> UndoFigures:
    """Take back what this viewer approved together at that moment, as far as it has not left and nobody has changed it
    since. Does not commit."""
    rows = session.scalars(
        select(Outreach)
        .where(Outreach.approved_at == approved_at, Outreach.approved_by == viewer.account_id)
        .order_by(Outreach.id)
        .with_for_update(of=Outreach)
        .execution_options(populate_existing=True)
    ).all()
    changed, taken_back = _changed_since(session, viewer, approved_at, [row.id for row in rows]), 0
    for row in rows:
        if row.id in changed or row.state is not OutreachState.SCHEDULED:
            continue
        try:
            with session.begin_nested():
                taken_back += undo_row(session, viewer, row, now)
        except PlanningError:
            continue  # it has left
    return UndoFigures(taken_back, len(rows) - taken_back)


def _changed_since(session: Session, viewer: Viewer, approved_at: datetime, ids: Collection[int]) -> frozenset[int]:
    """Those of ``ids`` with which somebody has done something after they were approved together."""
    together = select(func.max(AuditEvent.id)).where(
        AuditEvent.action == TOGETHER, AuditEvent.account_id == viewer.account_id, AuditEvent.at == approved_at
    )
    later = select(AuditEvent.subject_id).where(
        AuditEvent.subject_type == "outreach", AuditEvent.subject_id.in_(ids),
        AuditEvent.id > together.scalar_subquery(),
    )  # fmt: skip
    return frozenset(one for one in session.scalars(later.distinct()) if one is not None)


def _with_lacks(wanted: Select[Outreach]) -> Select[Outreach, str | None]:
    """Each with what keeps it from going, the soonest first."""
    return wanted.add_columns(LACKS).order_by(Outreach.send_at, Outreach.id)


def _texted(session: Session, rows: Sequence[Outreach]) -> frozenset[int]:
    """Their addresses that are past the first text: asked once for all."""
    theirs = {row.address_id for row in rows if row.address_id is not None}
    past = session.scalars(texts_that_reached().where(Message.address_id.in_(theirs)).distinct())
    return frozenset(one for one in past if one is not None)


def _why_not(
    session: Session, row: Outreach, lacks: str | None, tuning: Tuning, texted: Collection[int]
) -> str | None:  # fmt: skip
    """Why a suggestion cannot go with the others, in a sentence; None: it can."""
    if lacks is not None:
        return said(row.blocked) if lacks == Lack.VALUE else _(LACK_WORDS[Lack(lacks)])
    try:
        check_words(session, Words.of(row), tuning, texted)
    except PlanningError as refused:
        return str(refused)
    return None


def _approved(
    session: Session, row: Outreach, viewer: Viewer | None, tuning: Tuning, now: datetime, texted: Collection[int]
) -> bool:
    authored = Authored.EDITED if row.authored is Authored.EDITED else Authored.APPROVED_IN_BULK
    by = viewer.account_id if viewer else None
    try:
        with session.begin_nested():
            return approve_row(session, row, authored, by, now, tuning=tuning, texted=texted)
    except PlanningError:
        return False
