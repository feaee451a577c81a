"""Which families are about to lose trust, why, and whose turn it is: scores, reasons, cases, the queue."""

from .cases import (
    CaseFigures,
    claim_case,
    release_case,
    resolve_case,
    snooze_case,
    tend_cases,
    undo_resolve,
    wake_case,
)
from .codes import SCHOOL_CAN_MEND, Code
from .dry_run import Moves, what_would_move
from .errors import CaseRefused, LabelledFileError, NotScored, ScoringInterrupted
from .evaluate import Cut, Evaluation, Group, evaluate
from .explain import Explanation, Reason, explain, reasons_of
from .find import SeveralFamilies, find_family
from .queue import QueueChild, QueueFilters, QueuePage, QueueRow, Whose, queue
from .score import ScoringFigures, score_families
from .words import Reader, ReasonWords, describe, reader_for

__all__ = [
    "SCHOOL_CAN_MEND",
    "CaseFigures",
    "CaseRefused",
    "Code",
    "Cut",
    "Evaluation",
    "Explanation",
    "Group",
    "LabelledFileError",
    "Moves",
    "NotScored",
    "QueueChild",
    "QueueFilters",
    "QueuePage",
    "QueueRow",
    "Reader",
    "Reason",
    "ReasonWords",
    "ScoringFigures",
    "ScoringInterrupted",
    "SeveralFamilies",
    "Whose",
    "claim_case",
    "describe",
    "evaluate",
    "explain",
    "find_family",
    "queue",
    "reader_for",
    "reasons_of",
    "release_case",
    "resolve_case",
    "score_families",
    "snooze_case",
    "tend_cases",
    "undo_resolve",
    "wake_case",
    "what_would_move",
]
