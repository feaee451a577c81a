"""The ways out: one folder entry a provider, each behind the same small interface."""

from . import sandbox
from .base import Accepted, Outgoing, Provider, Providers
from .choose import build

__all__ = ["Accepted", "Outgoing", "Provider", "Providers", "build", "sandbox"]
