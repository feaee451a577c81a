"""Who should hear from whom, about what, how and when; the words; and what a person does with each suggestion."""

from .acts import approve, assign_to, dismiss, edit, mark_done, reschedule, undo
from .bulk import BulkFigures, approve_all
from .errors import (
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
from .hand import NewMessage, WayToReach, continue_weekly, ways_to_reach, write_by_hand
from .owners import OwnerFigures, find_living_owners
from .plan_page import plan_of_family, plan_page
from .school_days import SchoolDay, school_days
from .states import follow_messages
from .suggest import PlanFigures, plan_night
from .today import today
from .views import ACT_WORDS, Act, Card, PlanDay, PlanPage, Today, Why
from .ways import CardWays, ways_of_cards
from .without_person import suggestions_without_person
from .wording import Draft, Template, approved_languages, render, templates_of
from .words_check import opening_by_hand, opening_of

__all__ = [
    "ACT_WORDS",
    "Act",
    "BulkFigures",
    "Card",
    "CardWays",
    "Draft",
    "DraftBlocked",
    "LanguageNotConfirmed",
    "MarkInText",
    "NewMessage",
    "NoWayToReach",
    "NotPossibleNow",
    "OwnerFigures",
    "PlanDay",
    "PlanFigures",
    "PlanPage",
    "PlanningError",
    "SchoolDay",
    "Template",
    "TemplateError",
    "Today",
    "WayToReach",
    "Why",
    "WrongTime",
    "approve",
    "approve_all",
    "approved_languages",
    "assign_to",
    "continue_weekly",
    "dismiss",
    "edit",
    "fall_back",
    "find_living_owners",
    "follow_messages",
    "mark_done",
    "opening_by_hand",
    "opening_of",
    "plan_night",
    "plan_of_family",
    "plan_page",
    "render",
    "reschedule",
    "school_days",
    "suggestions_without_person",
    "templates_of",
    "today",
    "undo",
    "ways_of_cards",
    "ways_to_reach",
    "write_by_hand",
]
