"""A time at which something is to go: what the family's clock shows, and the moment that means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SendTime:
    local: datetime
    """As the family's clock shows it, without zone."""
    zone: str
    at: datetime
    """The same moment in UTC."""
