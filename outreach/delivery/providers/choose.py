"""From the settings to the providers of this process: made once, so that each keeps one pool of connections."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session, sessionmaker

from config.settings import DeliveryMode, Settings
from models import Channel
from outreach.effective import effective_config, shipped_tuning

from ..links import Links
from .base import Provider, Providers
from .sandbox import Sandbox
from .sendgrid import SendGrid
from .twilio import Twilio


def build(settings: Settings, sessions: sessionmaker[Session], deadline: timedelta | None = None) -> Providers:
    """The sandbox for every channel that is not live.

    ``deadline`` bounds each call of a live provider. None: the one in force now (``sending.attempt_deadline_seconds``),
    which the outbox commits with each attempt; a change of it reaches a running process when it starts again.
    """
    sandbox = Sandbox(sessions)
    chosen: dict[Channel, Provider] = {Channel.SMS: sandbox, Channel.EMAIL: sandbox}
    if settings.any_live and deadline is None:
        deadline = _deadline_in_force(sessions)
    if settings.delivery_sms is DeliveryMode.LIVE:
        assert deadline is not None
        chosen[Channel.SMS] = Twilio.from_settings(settings, deadline)
    if settings.delivery_email is DeliveryMode.LIVE:
        assert deadline is not None
        chosen[Channel.EMAIL] = SendGrid.from_settings(settings, deadline)
    live = frozenset(channel for channel, provider in chosen.items() if provider is not sandbox)
    events = settings.public_url is not None and settings.sendgrid_webhook_public_key is not None
    return Providers(chosen, live, Links.of(settings), email_events=events)


def _deadline_in_force(sessions: sessionmaker[Session]) -> timedelta:
    """As the database says; before it is set up, or while it cannot be reached, as shipped."""
    try:
        with sessions() as session:
            rules = effective_config(session, datetime.now(UTC)).cadence.sending
    except (OperationalError, ProgrammingError):
        rules = shipped_tuning().cadence.sending
    return timedelta(seconds=rules.attempt_deadline_seconds)
