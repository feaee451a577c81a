"""How often what occurs in the made-up district: the one place that says so, with where each figure is from.

"NHES" is our own unweighted tabulation of the parents in the training half of the Parent and Family Involvement survey
of 2019: those content both with the school and with how its staff interact (6,749) stand for promoters and passives,
those discontent with either (1,029) for detractors. "K12 Insight" is the survey of 1,400 US parents of 2023 as
DESIGN §1 quotes it. All else is chosen by us. ``docs/made_up_district.md`` tells the same in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from random import Random
from typing import TypeVar

from models import Department, Level, Segment

Value = TypeVar("Value")


class Structure(StrEnum):
    TOGETHER = "together"
    ONE_PARENT = "one_parent"
    APART = "apart"
    GRANDPARENTS = "grandparents"
    BLENDED = "blended"
    """Half-siblings: one parent in common, so two families by the rule of exactly equal guardians."""
    NO_GUARDIAN = "no_guardian"


class Reach(StrEnum):
    PHONE_AND_EMAIL = "phone_and_email"
    PHONE = "phone"
    EMAIL = "email"
    NOTHING = "nothing"


class Trend(StrEnum):
    STEADY = "steady"
    IMPROVING = "improving"
    SINKING = "sinking"


# Homes. Chosen by us.
STRUCTURE = {
    Structure.TOGETHER: 0.62, Structure.ONE_PARENT: 0.22, Structure.APART: 0.09, Structure.GRANDPARENTS: 0.03,
    Structure.BLENDED: 0.03, Structure.NO_GUARDIAN: 0.01,
}  # fmt: skip
CHILDREN = {1: 0.46, 2: 0.36, 3: 0.13, 4: 0.05}
MEAN_CHILDREN = sum(number * share for number, share in CHILDREN.items())
LANGUAGE: dict[str | None, float] = {
    "en": 0.73, "es": 0.17, "vi": 0.04, "so": 0.01, "ar": 0.01, "hi": 0.01, None: 0.03
}  # fmt: skip
REACH = {Reach.PHONE_AND_EMAIL: 0.70, Reach.PHONE: 0.20, Reach.EMAIL: 0.08, Reach.NOTHING: 0.02}
SHARED_PHONE = 0.05  # of two guardians under one roof with phones
SECOND_PHONE = 0.12  # a landline, no texts
MOVED_HERE = 0.06  # kept a number of another zone
DOUBTFUL_ADDRESS, DEAD_ADDRESS = 0.02, 0.01
ASKED_FOR_CHANNEL = 0.35
NAMED_BEST_TIME = 0.12
ACCESS_NEED = 0.01
SMS_OPT_OUT = 0.02
EMAIL_OPT_OUT = 0.01
NEEDS_SERVICES = 0.14  # students with a case manager in special education

# How a family stands to the school. K12 Insight does not tell the mix; chosen by us. Known to nobody in the system.
SEGMENT = {Segment.PROMOTER: 0.45, Segment.PASSIVE: 0.33, Segment.DETRACTOR: 0.22}

# The child. NHES: level of work in the lowest subject, days absent in a school year, in the survey's own classes.
_CONTENT_LEVELS = {
    Level.ABOVE_AVERAGE: 0.689, Level.AVERAGE: 0.273, Level.BELOW_AVERAGE: 0.036, Level.FAILING: 0.002
}  # fmt: skip
LOWEST_LEVEL = {
    Segment.PROMOTER: _CONTENT_LEVELS,
    Segment.PASSIVE: _CONTENT_LEVELS,
    Segment.DETRACTOR: {
        Level.ABOVE_AVERAGE: 0.507, Level.AVERAGE: 0.361, Level.BELOW_AVERAGE: 0.112, Level.FAILING: 0.020
    },
}  # fmt: skip
PERCENT_OF_LEVEL = {
    Level.ABOVE_AVERAGE: (85.5, 95.0), Level.AVERAGE: (70.5, 84.4), Level.BELOW_AVERAGE: (60.5, 69.4),
    Level.FAILING: (42.0, 59.4),
}  # fmt: skip
OTHER_SUBJECTS_ABOVE_LOWEST = 9.0  # percent points, mean of an exponential
TREND = {Trend.STEADY: 0.80, Trend.IMPROVING: 0.10, Trend.SINKING: 0.10}
TREND_POINTS = (12.0, 20.0)  # between the first and the last piece of work of the term, in one subject
RESULTS_A_SUBJECT = 6  # in the running term
_CONTENT_ABSENCES = {(0, 5): 0.834, (6, 10): 0.131, (11, 20): 0.028, (21, 30): 0.007}
YEARLY_ABSENCES = {
    Segment.PROMOTER: _CONTENT_ABSENCES,
    Segment.PASSIVE: _CONTENT_ABSENCES,
    Segment.DETRACTOR: {(0, 5): 0.736, (6, 10): 0.179, (11, 20): 0.063, (21, 30): 0.022},
}
UNEXCUSED = 0.3
TARDY_DAYS = {0: 0.6, 1: 0.2, 2: 0.12, 4: 0.08}
INCIDENT = 0.03  # of students, so far this year

# Who spoke first. K12 Insight: nine or more teacher-initiated contacts; below nine the shape is chosen by us.
NINE_OR_MORE = {Segment.PROMOTER: 0.32, Segment.PASSIVE: 0.08, Segment.DETRACTOR: 0.06}
BELOW_NINE = {0: 0.16, 1: 0.12, 2: 0.13, 3: 0.13, 4: 0.13, 5: 0.11, 6: 0.09, 7: 0.07, 8: 0.06}
NINE_UP_TO = 16
ATTEMPTS_A_CONTACT = 0.25
YEARLY_FAMILY_CONTACTS = {Segment.PROMOTER: 1.5, Segment.PASSIVE: 1.5, Segment.DETRACTOR: 4.0}  # Poisson means
# NHES: a general notice reached the family this year.
GENERAL_NOTICES = {Segment.PROMOTER: 0.913, Segment.PASSIVE: 0.913, Segment.DETRACTOR: 0.818}
NOTICES_SO_FAR = (1, 4)

# What the family asked, and what came of it.
ASKS = 0.6
DEPARTMENT = {
    Department.TEACHING: 0.60, Department.ADMINISTRATION: 0.14, Department.COUNSELING: 0.12,
    Department.FRONT_OFFICE: 0.08, Department.SPECIAL_EDUCATION: 0.06,
}  # fmt: skip
# K12 Insight: of those who wrote to an administrator, a counselor or Special Education a third got no answer or none
# that helped; how the third divides, and the teachers' own share, is chosen by us.
NO_ANSWER = {department: (0.08 if department is Department.TEACHING else 0.17) for department in DEPARTMENT}
ANSWER_UNHELPFUL = {department: (0.10 if department is Department.TEACHING else 0.16) for department in DEPARTMENT}
WROTE_AGAIN = 0.08
# K12 Insight: after a teacher's contact nothing further came, or it did not help. Who gives a verdict: chosen by us.
UNHELPFUL = {Segment.PROMOTER: 0.18, Segment.PASSIVE: 0.21, Segment.DETRACTOR: 0.46}
GIVES_VERDICT = 0.15
ANSWERED_SURVEY = 0.12
SURVEY_SCORES = {Segment.PROMOTER: (9, 10), Segment.PASSIVE: (7, 8), Segment.DETRACTOR: (0, 6)}


def pick(rng: Random, shares: Mapping[Value, float]) -> Value:
    """One value by its share; the shares add up to one."""
    at = rng.random()
    for value, share in shares.items():
        at -= share
        if at < 0:
            return value
    return value


def poisson(rng: Random, mean: float) -> int:
    """Arrivals before one unit of time is up."""
    count, time = 0, rng.expovariate(1.0)
    while time < mean:
        count, time = count + 1, time + rng.expovariate(1.0)
    return count


def so_far(rng: Random, yearly: int, share_gone: float) -> int:
    """How many of a year's occurrences fell into the share of the year that is gone."""
    return sum(rng.random() < share_gone for _ in range(yearly))
