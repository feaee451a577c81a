"""What families write to us: kept as it came, read for what it is, given to whom it is meant for."""

from .incoming import Incoming

__all__ = ["Incoming"]
