"""The breaker: a provider whose calls fail too often is paused by itself, and tried again a few messages first.

A call that ended busy, technical or unclear counts against the provider; a message that it refused for good, or for the
hour at its recipient's, does not, for that shows the provider at work. What we were held up at before the call says
nothing, either way. After a pause ``pauses.allowance`` lets a few messages through. The first that shows the provider
at work opens it for all; where none does and one fails, the next pause is twice as long. What happened before a pause
ended, by itself or by a person, is never counted again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, case, delete, func, or_, select
from sqlalchemy.orm import Session

from config.tuning import BreakerRules
from models import AttemptResult, DeliveryAttempt, District, ProviderPause
from outreach.effective import effective_config
from outreach.language import N_, kept
from outreach.schooltime import named_zone

from .carrier import OWN_HOURS
from .pauses import SPOKEN, answered_since, called, pause_provider, since

FAILED = (
    AttemptResult.TECHNICAL, AttemptResult.UNKNOWN, AttemptResult.ABSENT, AttemptResult.REFUSED_FOR_NOW,
)  # fmt: skip

FAILED_ONCE = N_("%(provider)s failed the last call; it is tried again at %(time)s.")
FAILED_OFTEN = N_("%(provider)s failed %(failed)s of the last %(calls)s calls; it is tried again at %(time)s.")


@dataclass(frozen=True, slots=True)
class Rate:
    """How the calls of the last ``breaker.window_minutes`` to one provider ended."""

    calls: int
    failed: int

    @property
    def share(self) -> float:
        return self.failed / self.calls if self.calls else 0.0


def watch_rates(session: Session, now: datetime) -> list[str]:
    """Pause what fails too often, and forget the pauses of what works again; the providers paused just now.

    Cheap: one statement over the calls of the last minutes and one over the pauses, every few seconds in each worker
    that sends, also in the midst of a long round. Two workers at once pause once. Does not commit.
    """
    rules = effective_config(session, now).cadence.breaker
    pauses = {pause.provider: pause for pause in session.scalars(select(ProviderPause))}
    paused = [
        provider
        for provider, rate in rates(session, now).items()
        if provider not in pauses
        and rate.calls >= rules.least_attempts
        and rate.share >= rules.error_share
        and _trip(session, provider, rate, 0, rules, now)
    ]
    return paused + [pause.provider for pause in pauses.values() if _failed_again(session, pause, rules, now)]


def rates(session: Session, now: datetime) -> Mapping[str, Rate]:
    """By provider, how the calls that ended in the last minutes fared; absent where there was none."""
    rules = effective_config(session, now).cadence.breaker
    found = session.execute(
        select(DeliveryAttempt.provider, func.count(), _failures())
        .where(DeliveryAttempt.ended_at > now - timedelta(minutes=rules.window_minutes), called())
        .group_by(DeliveryAttempt.provider)
        .order_by(DeliveryAttempt.provider)
    )
    return {provider: Rate(calls, failed) for provider, calls, failed in found}


def _failed_again(session: Session, pause: ProviderPause, rules: BreakerRules, now: datetime) -> bool:
    """After a pause's end: True where it was paused anew. The row goes once no call from before its end would count."""
    if pause.until_at is None or pause.until_at > now:
        return False
    window = timedelta(minutes=rules.window_minutes)
    if answered_since(session, pause.provider, pause.until_at):
        rate = _rate_since(session, pause.provider, max(pause.until_at, now - window))
        if rate.calls >= rules.least_attempts and rate.share >= rules.error_share:
            return _trip(session, pause.provider, rate, pause.trips, rules, now)
        if pause.until_at <= now - window:
            over = delete(ProviderPause).where(
                ProviderPause.provider == pause.provider, ProviderPause.until_at == pause.until_at
            )
            session.execute(over.execution_options(synchronize_session=False))
        return False
    lost = and_(DeliveryAttempt.ended_at.is_(None), DeliveryAttempt.deadline_at < now)
    tried = session.execute(
        select(func.count(), func.coalesce(func.sum(case((or_(_is_failure(), lost), 1), else_=0)), 0))
        .where(*since(pause.provider, pause.until_at))
    ).one()  # fmt: skip
    rate = Rate(*tried)
    return rate.failed > 0 and _trip(session, pause.provider, rate, pause.trips, rules, now)


def _rate_since(session: Session, provider: str, moment: datetime) -> Rate:
    ended = and_(DeliveryAttempt.ended_at > moment, *since(provider, moment))
    return Rate(*session.execute(select(func.count(), _failures()).where(ended)).one())


def _trip(session: Session, provider: str, rate: Rate, trips: int, rules: BreakerRules, now: datetime) -> bool:
    minutes = min(rules.pause_minutes * 2**trips, rules.longest_pause_minutes)
    until = now + timedelta(minutes=minutes)
    spoken, again = SPOKEN.get(provider, provider), _clock(session, until)
    if rate.calls == 1:
        why = kept(FAILED_ONCE, provider=spoken, time=again)
    else:
        why = kept(FAILED_OFTEN, provider=spoken, failed=rate.failed, calls=rate.calls, time=again)
    return pause_provider(session, provider, why, now, until)


def _clock(session: Session, moment: datetime) -> time:
    """The time of day by the district's own clock."""
    return moment.astimezone(named_zone(session.scalar(select(District.timezone)) or "UTC")).time()


def _failures() -> ColumnElement[int]:
    return func.coalesce(func.sum(case((_is_failure(), 1), else_=0)), 0)


def _is_failure() -> ColumnElement[bool]:
    own_hours = and_(DeliveryAttempt.error_code.is_not(None), DeliveryAttempt.error_code == OWN_HOURS)
    return and_(DeliveryAttempt.result.in_(FAILED), ~own_hours)
