"""Take back what one did with cases, in one go: each case as it stood before, unless it has moved on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, CaseEvent, CaseEventKind, CaseState
from outreach.access import Viewer
from outreach.errors import NotFound
from outreach.language import _
from outreach.schooltime import zone_of_district

from .case_acts import NOT_YOURS, Done, Refused, Report, families_named, may_work_cases
from .case_history import step_words, steps_of
from .case_snapshot import put_back, snapshot
from .errors import CaseMovedOn, CaseRefused

UNDOABLE = frozenset(CaseEventKind) - {CaseEventKind.OPENED, CaseEventKind.CLOSED, CaseEventKind.UNDONE}
"""A case that was opened for a step stays open when the step is taken back: somebody wanted it looked at."""
LEAVE_ALONE = frozenset({CaseEventKind.NOTED, CaseEventKind.UNDONE})
"""What came later and is overwritten by no undo of an earlier step."""


def undo_act(session: Session, viewer: Viewer, act: str, now: datetime) -> Report:
    """Take back everything that the viewer did under this key; flushed, not committed. Done twice it is done once.

    A note is withdrawn whatever came after it, and stays to be read as such. Any other step is refused where the case
    has moved on. Raises :class:`~outreach.errors.NotFound` where the viewer did nothing under this key, or may no
    longer see any of the families; one of several that cannot be seen is refused alone.
    """
    may_work_cases(viewer)
    events = session.scalars(
        select(CaseEvent)
        .where(CaseEvent.act == act, CaseEvent.by == viewer.account_id, CaseEvent.kind.in_(UNDOABLE))
        .order_by(CaseEvent.id)
    ).all()
    if not events:
        raise NotFound(_("There is nothing to undo."))
    cases = _locked(session, [event.case_id for event in events])
    names = families_named(session, viewer, [case.family_id for case in cases.values()])
    every = _events_of(session, cases)
    taken_back = {event.undoes for event in every}
    key, done, refused = uuid4().hex, [], []
    for event in events:
        case = cases[event.case_id]
        if case.family_id not in names:
            refused.append(Refused(case.family_id, _("A family"), CaseRefused(_(NOT_YOURS)), theirs=False))
            continue
        later = [
            one
            for one in every
            if one.case_id == case.id and one.version > event.version and one.kind not in LEAVE_ALONE
            and one.id not in taken_back
        ]  # fmt: skip
        try:
            if event.id not in taken_back:
                _take_back(session, viewer, case, event, later, key, now)
        except CaseRefused as why:
            refused.append(Refused(case.family_id, names[case.family_id], why))
        else:
            done.append(Done(case.family_id, names[case.family_id], case.id))
    session.flush()
    return Report(tuple(done), tuple(refused), None)


def last_act(session: Session, viewer: Viewer) -> str | None:
    """The key of what the viewer did last and has not taken back; None where there is nothing."""
    undone = CaseEvent.__table__.alias("undone")
    taken_back = select(undone.c.id).where(undone.c.undoes == CaseEvent.id).exists()
    return session.scalar(
        select(CaseEvent.act)
        .where(CaseEvent.by == viewer.account_id, CaseEvent.kind.in_(UNDOABLE), ~taken_back)
        .order_by(CaseEvent.id.desc())
        .limit(1)
    )


def _locked(session: Session, case_ids: Collection[int]) -> dict[int, Case]:
    rows = session.scalars(
        select(Case)
        .where(Case.id.in_(case_ids))
        .order_by(Case.family_id, Case.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {case.id: case for case in rows}


def _events_of(session: Session, case_ids: Collection[int]) -> Sequence[CaseEvent]:
    return session.scalars(select(CaseEvent).where(CaseEvent.case_id.in_(case_ids)).order_by(CaseEvent.id)).all()


def _take_back(
    session: Session, viewer: Viewer, case: Case, event: CaseEvent, later: Sequence[CaseEvent], key: str, now: datetime
) -> None:
    before = snapshot(case)
    if event.kind is not CaseEventKind.NOTED:
        if later:
            steps = steps_of(session, later)
            raise CaseMovedOn(step_words(steps[-1], zone_of_district(session), now), steps)
        _no_newer_open_case(session, case)
        put_back(case, event.before or before)
    case.version += 1
    session.add(
        CaseEvent(
            case_id=case.id, version=case.version, kind=CaseEventKind.UNDONE, at=now, by=viewer.account_id, act=key,
            undoes=event.id, before=before,
        )
    )  # fmt: skip


def _no_newer_open_case(session: Session, case: Case) -> None:
    newer = select(Case.id).where(Case.family_id == case.family_id, Case.state == CaseState.OPEN, Case.id != case.id)
    if session.scalar(newer) is not None:
        raise CaseRefused(_("This family has a newer open case; work on that one."))
