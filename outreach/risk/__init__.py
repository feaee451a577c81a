"""Which families are about to lose trust, why, and whose turn it is: scores, reasons, cases, the queue."""

from .case_acts import MOST_CHOSEN, Chosen, Done, Refused, Report, act_on_cases, families_named
from .case_colleagues import CaseColleague, case_colleagues
from .case_history import OUTCOMES, CaseStep, history_of, step_words
from .case_seen import NO_CASE, Seen
from .case_steps import LONGEST_WORDS, Act, Step
from .case_undo import last_act, undo_act
from .cases import CaseFigures, hand_on_cases, tend_cases
from .codes import SCHOOL_CAN_MEND, Code
from .dry_run import Moves, what_would_move
from .errors import (
    CaseFieldRefused,
    CaseMovedOn,
    CaseRefused,
    LabelledFileError,
    NotScored,
    ScoringInterrupted,
    ViewRefused,
)
from .evaluate import Cut, Evaluation, Group, evaluate
from .explain import Explanation, Reason, explain, reasons_of
from .find import SeveralFamilies, find_family
from .queue import QueueCounts, QueuePage, queue, queue_counts
from .queue_filters import Holder, QueueFilters, Whose
from .queue_options import Option, QueueOptions, queue_options
from .queue_rows import CaseNow, QueueChild, QueueRow, rows_of
from .queue_views import View, delete_view, keep_view, open_with, rename_view, views_of
from .reader import Reader, reader_for
from .score import ScoringFigures, score_families
from .words import ReasonWords, describe, title_of

__all__ = [
    "LONGEST_WORDS",
    "MOST_CHOSEN",
    "NO_CASE",
    "OUTCOMES",
    "SCHOOL_CAN_MEND",
    "Act",
    "CaseColleague",
    "CaseFieldRefused",
    "CaseFigures",
    "CaseMovedOn",
    "CaseNow",
    "CaseRefused",
    "CaseStep",
    "Chosen",
    "Code",
    "Cut",
    "Done",
    "Evaluation",
    "Explanation",
    "Group",
    "Holder",
    "LabelledFileError",
    "Moves",
    "NotScored",
    "Option",
    "QueueChild",
    "QueueCounts",
    "QueueFilters",
    "QueueOptions",
    "QueuePage",
    "QueueRow",
    "Reader",
    "Reason",
    "ReasonWords",
    "Refused",
    "Report",
    "ScoringFigures",
    "ScoringInterrupted",
    "Seen",
    "SeveralFamilies",
    "Step",
    "View",
    "ViewRefused",
    "Whose",
    "act_on_cases",
    "case_colleagues",
    "delete_view",
    "describe",
    "evaluate",
    "explain",
    "families_named",
    "find_family",
    "hand_on_cases",
    "history_of",
    "keep_view",
    "last_act",
    "open_with",
    "queue",
    "queue_counts",
    "queue_options",
    "reader_for",
    "reasons_of",
    "rename_view",
    "rows_of",
    "score_families",
    "step_words",
    "tend_cases",
    "title_of",
    "undo_act",
    "views_of",
    "what_would_move",
]
