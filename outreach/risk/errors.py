"""What is refused about scores, cases and labelled files; each says in one sentence what to do."""

from __future__ import annotations

from outreach.errors import NotFound, OutreachError


class NotScored(NotFound):
    """The family exists and no night has scored it yet."""


class CaseRefused(OutreachError):
    """A step that this case cannot take now: somebody else was quicker, or it is not open."""


class ScoringInterrupted(OutreachError):
    """Somebody removed what a run had staged; nothing was changed, run it again."""


class LabelledFileError(OutreachError):
    """The file of labelled data cannot be read as such: the sentence names line and column."""
