"""Texts by Twilio: sending, its codes, its signature, its receipts and what it hands in, its lookup."""

from .send import STATUS_PATH, Twilio

__all__ = ["STATUS_PATH", "Twilio"]
