"""What planning refuses, each with a sentence for the teacher at the page."""

from __future__ import annotations

from collections.abc import Sequence

from outreach.errors import OutreachError

from .moment import SendTime


class PlanningError(OutreachError):
    """Base of what this package refuses."""


class NotPossibleNow(PlanningError):
    """The outreach is in a state from which the act does not lead on: it was sent, or is on its way."""


class ChangedMeanwhile(PlanningError):
    """Somebody else changed it since the person at the page saw it; the sentence says who did what."""


class DraftBlocked(PlanningError):
    """The draft lacks a value or has no words yet; the sentence says which."""


class MarkInText(PlanningError):
    """A mark stands in a text message, and the district has not allowed that."""


class LanguageNotConfirmed(PlanningError):
    """Free words in a language other than the family's, and the sender has not confirmed them."""


class NoWayToReach(PlanningError):
    """This guardian has no address of that kind that may be used."""


class WrongTime(PlanningError):
    """A time at which this family is not written to; the sentence says why."""

    def __init__(self, words: str, nearest: SendTime | None = None) -> None:
        super().__init__(words)
        self.nearest = nearest
        """The nearest later time that is allowed; None: there is none, or nobody has looked."""


class TemplateError(PlanningError):
    """A template file is broken: what is wrong, and in which file."""


class WordsRefused(PlanningError):
    """Words that an administrator wrote for families cannot be kept: each field with a sentence on what is wrong."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__(" ".join(sentence for _field, sentence in problems))
        self.problems = tuple(problems)
