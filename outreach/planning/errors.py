"""What planning refuses, each with a sentence for the teacher at the page."""

from __future__ import annotations

from outreach.errors import OutreachError


class PlanningError(OutreachError):
    """Base of what this package refuses."""


class NotPossibleNow(PlanningError):
    """The outreach is in a state from which the act does not lead on: it was sent, or is on its way."""


class DraftBlocked(PlanningError):
    """The draft lacks a value or has no words yet; the sentence says which."""


class MarkInText(PlanningError):
    """A mark stands in a text message, and the district has not allowed that."""


class LanguageNotConfirmed(PlanningError):
    """Free words in a language other than the family's, and the sender has not confirmed them."""


class NoWayToReach(PlanningError):
    """This guardian has no address of that kind that may be used."""


class WrongTime(PlanningError):
    """A moment in the past, or outside the hours in which families are written to."""


class TemplateError(PlanningError):
    """A template file is broken: what is wrong, and in which file."""
