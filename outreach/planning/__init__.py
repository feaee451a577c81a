"""Who should hear from whom, about what, how and when; the words; and what a person does with each suggestion."""

from .acts import NOT_NOW, Revision, approve, dismiss, edit, reschedule, revise, undo
from .bulk import BulkFigures, BulkPreview, approve_all, approved_together, preview_all, undo_all
from .done import follow_contacts, mark_done, ticks_off
from .errors import (
    ChangedMeanwhile,
    DraftBlocked,
    LanguageNotConfirmed,
    MarkInText,
    NotPossibleNow,
    NoWayToReach,
    PlanningError,
    TemplateError,
    WrongTime,
)
from .fallback import fall_back
from .gifts import assign_to, may_give, takers, undo_assign
from .hand import NewMessage, WayToReach, stands_as_typed, times_by_hand, ways_to_reach, write_by_hand
from .moment import SendTime
from .owners import OwnerFigures, find_living_owners
from .plan_page import Part, PlanFilters, days_planned, plan_card, plan_of_family, plan_page, plan_part
from .preview import Preview, preview, preview_of
from .school_days import SchoolDay, school_days
from .seen import version_of
from .series import continue_weekly, end_weekly, resume_weekly, series_of, still_runs
from .states import follow_messages
from .suggest import PlanFigures, plan_night
from .times import Leaving, Times, leaving, times_of
from .today import today
from .views import ACT_WORDS, Act, Card, PlanDay, PlanPage, PlanPerson, Today, Why
from .ways import CardWays, ways_of_cards
from .without_person import suggestions_without_person
from .wording import Draft, Template, render, templates_of, words_of_files
from .words_check import Words, opening_by_hand, opening_of
from .words_in_force import approved_languages, language_in_force, words_in_force

__all__ = [
    "ACT_WORDS",
    "NOT_NOW",
    "Act",
    "BulkFigures",
    "BulkPreview",
    "Card",
    "CardWays",
    "ChangedMeanwhile",
    "Draft",
    "DraftBlocked",
    "LanguageNotConfirmed",
    "Leaving",
    "MarkInText",
    "NewMessage",
    "NoWayToReach",
    "NotPossibleNow",
    "OwnerFigures",
    "Part",
    "PlanDay",
    "PlanFigures",
    "PlanFilters",
    "PlanPage",
    "PlanPerson",
    "PlanningError",
    "Preview",
    "Revision",
    "SchoolDay",
    "SendTime",
    "Template",
    "TemplateError",
    "Times",
    "Today",
    "WayToReach",
    "Why",
    "Words",
    "WrongTime",
    "approve",
    "approve_all",
    "approved_languages",
    "approved_together",
    "assign_to",
    "continue_weekly",
    "days_planned",
    "dismiss",
    "edit",
    "end_weekly",
    "fall_back",
    "find_living_owners",
    "follow_contacts",
    "follow_messages",
    "language_in_force",
    "leaving",
    "mark_done",
    "may_give",
    "opening_by_hand",
    "opening_of",
    "plan_card",
    "plan_night",
    "plan_of_family",
    "plan_page",
    "plan_part",
    "preview",
    "preview_all",
    "preview_of",
    "render",
    "reschedule",
    "resume_weekly",
    "revise",
    "school_days",
    "series_of",
    "stands_as_typed",
    "still_runs",
    "suggestions_without_person",
    "takers",
    "templates_of",
    "ticks_off",
    "times_by_hand",
    "times_of",
    "today",
    "undo",
    "undo_all",
    "undo_assign",
    "version_of",
    "ways_of_cards",
    "ways_to_reach",
    "words_in_force",
    "words_of_files",
    "write_by_hand",
]
