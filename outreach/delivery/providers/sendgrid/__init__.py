"""E-mail by SendGrid: sending, its signature, its events and what Inbound Parse hands in."""

from .send import SendGrid, classify

__all__ = ["SendGrid", "classify"]
