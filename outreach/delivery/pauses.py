"""A provider that is not used for a while: paused, tried again a few messages at a time, resumed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import (
    Account,
    AccountRole,
    AddressKind,
    AttemptResult,
    Audience,
    Channel,
    DeliveryAttempt,
    Message,
    MessageKind,
    MessageState,
    PauseKind,
    ProviderPause,
    Role,
    account_role,
)
from outreach.effective import effective_config
from outreach.language import N_, _, said, speaking
from outreach.prepared import ask, named

from .carrier import OWN_HOURS
from .errors import HELD_UP
from .intents import Intent, enqueue
from .providers.base import Providers

SPOKEN = {"twilio": "Twilio", "sendgrid": "SendGrid", "sandbox": N_("The sandbox")}
"""What people call a provider, at the beginning of a sentence."""
ANSWERED = (AttemptResult.ACCEPTED, AttemptResult.REFUSED_FOR_GOOD)
"""Ends of a call that show a provider at work: it took the message, or said what is wrong with it."""
LETTER = "pause"
"""How the keys of letters about a pause begin."""
LETTER_GOOD_FOR = timedelta(days=1)
MENDED = N_("It was mended before this could be told.")


def pause_provider(session: Session, provider: str, why: str, now: datetime, until: datetime | None) -> bool:
    """Send nothing more through ``provider`` until then; without ``until`` until a person resumes it, and every
    administrator of the district is told by e-mail, once a pause. ``why``: a kept sentence.

    False, and nothing changes, where a pause stands that is as long or longer: one that needs a person is never
    shortened by one that ends by itself. Does not commit.
    """
    kind = PauseKind.CREDENTIALS if until is None else PauseKind.ERRORS
    standing = _standing(session, provider)
    if standing is None:
        made = ProviderPause(provider=provider, kind=kind, trips=1, why=why, paused_at=now, until_at=until)
        if _kept(session, made):
            _tell_administrators(session, made)
            return True
        standing = session.get_one(ProviderPause, provider, with_for_update=True, populate_existing=True)
    if standing.until_at is None or (until is not None and standing.until_at >= until):
        return False
    standing.kind, standing.trips = kind, standing.trips + 1
    standing.why, standing.paused_at, standing.until_at = why, now, until
    session.flush()
    _tell_administrators(session, standing)
    return True


def resume_providers(session: Session, now: datetime) -> list[str]:
    """Lift the pause of every provider, once whatever it refused is mended; their names. Does not commit.

    What happened before ``now`` is not held against it again: where calls of the breaker's last minutes would still
    count, the pause is one that has just ended, the first of its kind, and a few messages try first. A letter about it
    that has not left by then is taken back.
    """
    window = timedelta(minutes=effective_config(session, now).cadence.breaker.window_minutes)
    # The letters before the pauses: whoever sends holds a message's row first.
    for provider in session.scalars(select(ProviderPause.provider).order_by(ProviderPause.provider)).all():
        session.execute(
            update(Message)
            .where(Message.intent_key.like(f"{LETTER}|{provider}|%"), Message.state == MessageState.SCHEDULED)
            .values(state=MessageState.CANCELLED, state_reason=MENDED, claimed_by=None, lease_until=None)
            .execution_options(synchronize_session=False)
        )
    paused = session.scalars(select(ProviderPause).order_by(ProviderPause.provider).with_for_update()).all()
    for standing in paused:
        if _called_since(session, standing.provider, now - window):
            standing.kind, standing.trips, standing.until_at = PauseKind.ERRORS, 0, now
        else:
            session.delete(standing)
    session.flush()
    return [standing.provider for standing in paused]


def open_channels(session: Session, providers: Providers, now: datetime) -> list[Channel]:
    """The channels whose provider is not paused. One that is tried again is open; :func:`allowance` says how far."""
    paused = set(
        session.scalars(
            select(ProviderPause.provider).where(or_(ProviderPause.until_at.is_(None), ProviderPause.until_at > now))
        )
    )
    return [channel for channel, provider in providers.by_channel.items() if provider.name not in paused]


def allowance(session: Session, provider: str, now: datetime) -> int | None:
    """How many more messages may be handed to ``provider`` now. None: no limit; 0: none, it is paused.

    After a pause for errors that is ``breaker.probe_messages`` in all, until one call shows the provider at work.
    """
    session.flush()
    (standing,) = ask(session.connection(), (_STANDING, {"of_provider": provider}))
    if not standing:
        return None
    until: datetime | None = standing[0].until_at
    if until is None or until > now:
        return 0
    if answered_since(session, provider, until):
        return None
    tried = session.scalar(select(func.count()).select_from(DeliveryAttempt).where(*since(provider, until)))
    return max(0, effective_config(session, now).cadence.breaker.probe_messages - (tried or 0))


_STANDING = named(select(ProviderPause.until_at).where(ProviderPause.provider == bindparam("of_provider")))


def answered_since(session: Session, provider: str, moment: datetime) -> bool:
    """Whether a call to ``provider`` that began after ``moment`` showed it at work."""
    answered = or_(DeliveryAttempt.result.in_(ANSWERED), DeliveryAttempt.error_code == OWN_HOURS)
    found = select(DeliveryAttempt.id).where(*since(provider, moment), answered).limit(1)
    return session.scalar(found) is not None


def called() -> ColumnElement[bool]:
    """An attempt that came to its call, or may have; one that was held up before it says nothing of the provider."""
    return or_(DeliveryAttempt.error_code.is_(None), DeliveryAttempt.error_code != HELD_UP)


def since(provider: str, moment: datetime) -> tuple[ColumnElement[bool], ...]:
    """Calls to ``provider`` that began at or after ``moment``; the last condition but one only serves the index."""
    return (
        DeliveryAttempt.provider == provider,
        called(),
        or_(DeliveryAttempt.ended_at.is_(None), DeliveryAttempt.ended_at >= moment),
        DeliveryAttempt.started_at >= moment,
    )


def _called_since(session: Session, provider: str, moment: datetime) -> bool:
    """Whether a call ended after ``moment``, or has not ended."""
    ended_at = DeliveryAttempt.ended_at
    found = select(DeliveryAttempt.id).where(
        DeliveryAttempt.provider == provider,
        or_(ended_at > moment, and_(ended_at.is_(None), DeliveryAttempt.started_at > moment)),
    )
    return session.scalar(found.limit(1)) is not None


def _standing(session: Session, provider: str) -> ProviderPause | None:
    return session.get(ProviderPause, provider, with_for_update=True, populate_existing=True)


def _kept(session: Session, made: ProviderPause) -> bool:
    """Whether the new row is ours; False where another worker wrote one at the same moment."""
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        return False
    return True


def _tell_administrators(session: Session, pause: ProviderPause) -> None:
    """One e-mail to each administrator of the district about a pause that needs a person. It goes by the outbox, and so
    waits where e-mail itself is paused."""
    if pause.kind is not PauseKind.CREDENTIALS:
        return
    for reader in _administrators(session):
        with speaking(reader.language):
            enqueue(session, _letter(pause, reader), pause.paused_at)


def _letter(pause: ProviderPause, reader: Account) -> Intent:
    """In the language spoken now."""
    spoken = _(SPOKEN.get(pause.provider, pause.provider))
    advice = _(
        "Messages wait, and none is lost. Once this is mended, resume it on the delivery page, or with “outreach "
        "resume”. What has gone stale by then is not sent any more."
    )
    return Intent(
        key=f"{LETTER}|{pause.provider}|{pause.paused_at:%Y%m%dT%H%M%S%f}|{reader.id}", audience=Audience.STAFF,
        kind=MessageKind.NOTICE, channel=Channel.EMAIL, to_kind=AddressKind.EMAIL, to_value=reader.email,
        title=_("%(provider)s refuses us: nothing more leaves that way", provider=spoken),
        body=f"{said(pause.why)}\n\n{advice}", due_at=pause.paused_at, expires_at=pause.paused_at + LETTER_GOOD_FOR,
        staff_id=reader.staff_id, about_school_work=False,
    )  # fmt: skip


def _administrators(session: Session) -> Sequence[Account]:
    """Who administers the district; where nobody does, who administers a school."""
    for role in (AccountRole.DISTRICT_ADMINISTRATOR, AccountRole.ADMINISTRATOR):
        found = session.scalars(
            select(Account)
            .join(account_role, account_role.c.account_id == Account.id)
            .join(Role, Role.id == account_role.c.role_id)
            .where(Account.active, Role.name == role.value)
            .order_by(Account.id)
        ).all()
        if found:
            return found
    return []
