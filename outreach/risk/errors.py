"""What is refused about scores, cases and labelled files; each says in one sentence what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from outreach.errors import NotFound, OutreachError

if TYPE_CHECKING:
    from .case_history import CaseStep


class NotScored(NotFound):
    """The family exists and no night has scored it yet."""


class CaseRefused(OutreachError):
    """A step that this case cannot take now: somebody else was quicker, or it is not open."""


class CaseMovedOn(CaseRefused):
    """Somebody else has worked on the case since the page that this step comes from was opened; nothing was changed."""

    def __init__(self, sentence: str, steps: tuple[CaseStep, ...]) -> None:
        super().__init__(sentence)
        self.steps = steps
        """What was done since, the oldest first; empty where no step was written down."""


class CaseFieldRefused(CaseRefused):
    """What was entered does not do, whichever the case."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        """``words``, ``outcome``, ``until`` or ``to``."""


class ViewRefused(OutreachError):
    """A view of the queue that cannot be kept under this name."""


class ScoringInterrupted(OutreachError):
    """Somebody removed what a run had staged; nothing was changed, run it again."""


class LabelledFileError(OutreachError):
    """The file of labelled data cannot be read as such: the sentence names line and column."""
