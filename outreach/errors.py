"""Errors that a person can act on: ``str(error)`` is one sentence that says what is wrong, where, and what to do."""

from __future__ import annotations


class OutreachError(Exception):
    """Base of every error whose sentence is meant to be read by the person at the page or the terminal."""


class NotFound(OutreachError):
    """The thing that was asked for does not exist, or this person may not know whether it does."""
