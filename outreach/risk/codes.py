"""The factors by name, and what follows from a name alone."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    GRADE_C_OR_BELOW = "grade_c_or_below"
    WORK_BELOW_AVERAGE = "work_below_average"
    WORK_AVERAGE = "work_average"
    ABSENCES_6_10 = "absences_6_10"
    ABSENCES_11_UP = "absences_11_up"
    NO_PERSONAL_CONTACT = "no_personal_contact"
    NO_GENERAL_NOTICE = "no_general_notice"
    CONTACT_DEFICIT = "contact_deficit"
    UNANSWERED_REQUEST = "unanswered_request"
    UNHELPFUL_OUTCOME = "unhelpful_outcome"
    NO_FOLLOW_THROUGH = "no_follow_through"
    INBOUND_SURGE = "inbound_surge"
    SURVEY_DETRACTOR = "survey_detractor"
    SURVEY_PROMOTER = "survey_promoter"
    UNREACHABLE = "unreachable"
    """Nobody of this family can be reached: told in the queue whatever the points."""


SCHOOL_CAN_MEND = frozenset(
    {
        Code.NO_PERSONAL_CONTACT,
        Code.NO_GENERAL_NOTICE,
        Code.CONTACT_DEFICIT,
        Code.UNANSWERED_REQUEST,
        Code.UNHELPFUL_OUTCOME,
        Code.NO_FOLLOW_THROUGH,
    }
)
"""Silence, request, verdict, follow-through: what a person at school can mend today (DESIGN §4)."""

SCORED = ""
"""The code of the row in the stage that says: this family was scored, with or without reasons."""
