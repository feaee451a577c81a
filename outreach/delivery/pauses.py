"""A provider that is not used for a while: paused, resumed, and which channels are open meanwhile."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import Channel, ProviderPause

from .providers.base import Providers


def pause_provider(session: Session, provider: str, why: str, now: datetime, until: datetime | None) -> None:
    """Send nothing more through ``provider`` until then, or until a person resumes it. Does not commit."""
    standing = session.get(ProviderPause, provider, with_for_update=True) or ProviderPause(provider=provider)
    standing.why, standing.paused_at, standing.until_at = why, now, until
    session.add(standing)
    session.flush()


def resume_providers(session: Session) -> list[str]:
    """Lift the pause of every provider, once whatever it refused is mended; their names. Does not commit."""
    paused = session.scalars(select(ProviderPause).order_by(ProviderPause.provider).with_for_update()).all()
    for standing in paused:
        session.delete(standing)
    session.flush()
    return [standing.provider for standing in paused]


def open_channels(session: Session, providers: Providers, now: datetime) -> list[Channel]:
    """The channels whose provider is not paused."""
    paused = set(
        session.scalars(
            select(ProviderPause.provider).where(or_(ProviderPause.until_at.is_(None), ProviderPause.until_at > now))
        )
    )
    return [channel for channel, provider in providers.by_channel.items() if provider.name not in paused]
