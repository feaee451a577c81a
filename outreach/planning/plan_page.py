"""Everything planned for the families a viewer sees: a teacher's own, a counselor's school, the whole district."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from models import Outreach, OutreachState
from outreach.access import Viewer, visible_families

from .cards import cards
from .channel import SENT
from .states import NOT_LEFT, ON_ITS_WAY, UNDER_WAY
from .undelivered import DID_NOT_GO, not_gone
from .views import Card, PlanDay, PlanPage

ENDED_DAYS = 14
SHOWN = 200
"""Cards in each part of the page; the rest is counted."""
LAST = date.max


def plan_page(session: Session, viewer: Viewer, now: datetime) -> PlanPage:
    """Suggestions and what is under way by day; who has nobody (for administrators); what ended in 14 days."""
    suggested = _mine(viewer).where(Outreach.state == OutreachState.SUGGESTED, Outreach.staff_id.is_not(None))
    under_way = _mine(viewer).where(Outreach.state.in_(UNDER_WAY))
    unassigned = _mine(viewer).where(Outreach.state.in_(NOT_LEFT), Outreach.staff_id.is_(None))
    ended = _mine(viewer).where(
        Outreach.state.not_in((*NOT_LEFT, *UNDER_WAY)),
        ~not_gone(now),
        func.coalesce(Outreach.send_at, Outreach.created_at) > now - timedelta(days=ENDED_DAYS),
    )
    open_cards = _cards(session, suggested.order_by(Outreach.send_at, Outreach.id), now)
    moving = _cards(session, under_way.order_by(Outreach.send_at, Outreach.id), now)
    return PlanPage(
        suggested=_by_day(open_cards),
        under_way=_by_day(moving),
        unassigned=_cards(session, unassigned.order_by(Outreach.id), now) if viewer.administers else (),
        ended=_cards(session, _newest_first(ended), now),
        not_gone=_cards(session, _newest_first(_mine(viewer).where(not_gone(now))), now),
        ready=_count(session, suggested.where(
            Outreach.channel.in_(SENT), Outreach.address_id.is_not(None), Outreach.blocked.is_(None),
            Outreach.body.is_not(None),
        )),
        more=_count(session, suggested) + _count(session, under_way) - len(open_cards) - len(moving),
    )  # fmt: skip


def plan_of_family(session: Session, viewer: Viewer, family_id: int, now: datetime) -> tuple[Card, ...]:
    """What is on its way to this family, and what lately did not arrive, as far as this viewer's plan holds it."""
    lately = func.coalesce(Outreach.send_at, Outreach.created_at) > now - timedelta(days=ENDED_DAYS)
    sent_or_not = or_(Outreach.state.in_(ON_ITS_WAY), and_(Outreach.state.in_(DID_NOT_GO), lately))
    its = _mine(viewer).where(Outreach.family_id == family_id, Outreach.channel.in_(SENT), sent_or_not)
    return _cards(session, _newest_first(its), now)


def _newest_first(statement: Select[Outreach]) -> Select[Outreach]:
    return statement.order_by(Outreach.send_at.desc(), Outreach.id.desc())


def _mine(viewer: Viewer) -> Select[Outreach]:
    statement = select(Outreach).where(Outreach.family_id.in_(visible_families(viewer)))
    return statement if viewer.sees_risk else statement.where(Outreach.staff_id == viewer.staff_id)


def _cards(session: Session, statement: Select[Outreach], now: datetime) -> tuple[Card, ...]:
    return cards(session, list(session.scalars(statement.limit(SHOWN))), now)


def _count(session: Session, statement: Select[Outreach]) -> int:
    return session.scalar(select(func.count()).select_from(statement.subquery())) or 0


def _by_day(shown: Sequence[Card]) -> tuple[PlanDay, ...]:
    """In order of the family's own day; what has no time comes last."""
    ordered = sorted(shown, key=_day)
    return tuple(
        PlanDay(None if day == LAST else day, tuple(its)) for day, its in groupby(ordered, key=_day)
    )  # fmt: skip


def _day(card: Card) -> date:
    return card.local_time.date() if card.local_time else LAST
