"""From the settings to the providers of this process: made once, so that each keeps one pool of connections."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session, sessionmaker

from config.settings import DeliveryMode, Settings
from models import Channel

from ..links import Links
from .base import Provider, Providers
from .sandbox import Sandbox
from .sendgrid import SendGrid
from .twilio import Twilio


def build(
    settings: Settings, sessions: sessionmaker[Session], deadline: timedelta = timedelta(seconds=30)
) -> Providers:
    """The sandbox for every channel that is not live. ``deadline`` bounds each call of a live provider."""
    sandbox = Sandbox(sessions)
    chosen: dict[Channel, Provider] = {Channel.SMS: sandbox, Channel.EMAIL: sandbox}
    if settings.delivery_sms is DeliveryMode.LIVE:
        chosen[Channel.SMS] = Twilio.from_settings(settings, deadline)
    if settings.delivery_email is DeliveryMode.LIVE:
        chosen[Channel.EMAIL] = SendGrid.from_settings(settings, deadline)
    live = frozenset(channel for channel, provider in chosen.items() if provider is not sandbox)
    return Providers(chosen, live, Links.of(settings))
