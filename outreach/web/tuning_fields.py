"""The values that a district tunes on a page: each with its name, what it means, and its unit. What is for engineers
(threads, leases, the breaker) stays in the files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from outreach.language import N_
from outreach.risk import Code

POINTS, DAYS, PERCENT, TIMES, HOURS = N_("points"), N_("days"), N_("percent"), N_("times"), N_("hours")


@dataclass(frozen=True, slots=True)
class Field:
    key: str
    label: str
    help: str
    unit: str = ""
    kind: str = "number"
    """``number``, ``time`` (of day) or ``yes`` (a box to tick)."""


@dataclass(frozen=True, slots=True)
class Group:
    part: str
    """``risk`` or ``cadence``: which page it stands on."""
    title: str
    words: str
    fields: Sequence[Field]


def factor_key(code: Code) -> str:
    return f"risk.factor.{code.value}.points"


BANDS = Group(
    "risk",
    N_("When a family should hear from us"),
    N_("The points of all its reasons together decide. Below both, it is on track."),
    (
        Field("risk.bands.high", N_("Now, from"), N_("A case opens in the counselor’s queue."), POINTS),
        Field("risk.bands.elevated", N_("Soon, from"), N_("It stands in the queue, without a case."), POINTS),
    ),
)
TERMS = Group(
    "risk",
    N_("What counts as what"),
    N_("Where a reason begins."),
    (
        Field("risk.terms.above_average_from", N_("Above average, from"), N_("Mean of a subject this term."), PERCENT),
        Field("risk.terms.average_from", N_("Average, from"), N_("Mean of a subject this term."), PERCENT),
        Field(
            "risk.terms.below_average_from", N_("Below average, from"), N_("Under it, the subject is failing."), PERCENT
        ),
        Field("risk.terms.c_or_below_under", N_("C or lower, under"), N_("Mean over the core subjects."), PERCENT),
        Field("risk.terms.absences_some", N_("Some absences, from"), N_("Days absent this school year."), DAYS),
        Field("risk.terms.absences_many", N_("Many absences, from"), N_("Days absent this school year."), DAYS),
        Field(
            "risk.terms.silence_after_school_weeks",
            N_("Silence counts after"),
            N_("School weeks since the log of the school counts."),
            N_("school weeks"),
        ),
        Field(
            "risk.terms.yearly_goal_per_child",
            N_("Goal for each child and year"),
            N_("Contacts that a teacher starts. Nine is the mark of families who recommend a district (K12 Insight)."),
            TIMES,
        ),
        Field(
            "risk.terms.deficit_under_share",
            N_("Too few, under this share of the goal"),
            N_("Of the goal pro rata to the day: 0.5 is half."),
        ),
        Field(
            "risk.terms.verdict_days",
            N_("A verdict counts for"),
            N_("The family’s own word that it did not help."),
            DAYS,
        ),
        Field(
            "risk.terms.follow_through_days",
            N_("A concern needs a next word within"),
            N_("After a teacher raised a concern or something to work on."),
            DAYS,
        ),
        Field("risk.terms.surge_contacts", N_("Wrote often, from"), N_("Contacts that the family started."), TIMES),
        Field("risk.terms.surge_days", N_("Wrote often, within"), N_("And none that school started."), DAYS),
        Field("risk.terms.survey_days", N_("A survey answer counts for"), N_("The latest one."), DAYS),
    ),
)
CASES = Group(
    "risk",
    N_("Cases in the queue"),
    N_("When one closes by itself, and when one comes back."),
    (
        Field("risk.cases.close_after_days_below_elevated", N_("Closes after"), N_("On track all that time."), DAYS),
        Field(
            "risk.cases.reopen_within_days", N_("A resolved one may come back within"), N_("For something new."), DAYS
        ),
        Field(
            "risk.cases.reopen_for_more_points",
            N_("Or for this many more points"),
            N_("Than when it was resolved."),
            POINTS,
        ),
    ),
)
REQUESTS = Group(
    "cadence",
    N_("Questions of families"),
    N_("By the school’s own calendar: a day is a school day."),
    (
        Field("cadence.requests.goal_business_days", N_("Goal"), N_("Shown, never scored."), N_("school days")),
        Field(
            "cadence.requests.due_business_days",
            N_("Past due after"),
            N_("Then it counts as unanswered."),
            N_("school days"),
        ),
        Field(
            "cadence.requests.counselor_business_days",
            N_("A counselor is told after"),
            N_("In the list of what is past due."),
            N_("school days"),
        ),
        Field(
            "cadence.requests.reopen_within_days",
            N_("Writing again reopens it within"),
            N_("Later it is a new question."),
            DAYS,
        ),
        Field(
            "cadence.requests.remind_business_hours_before_due",
            N_("Its owner is reminded before it is due by"),
            N_("Open hours of the school."),
            HOURS,
        ),
    ),
)
PLANNING = Group(
    "cadence",
    N_("What teachers are asked for"),
    N_("There is no quota: with no family due, the list is empty."),
    (
        Field(
            "cadence.planning.families_per_teacher_a_day",
            N_("Families on a teacher’s list a day, at most"),
            N_("More is not done; fewer is kinder."),
            N_("families"),
        ),
        Field("cadence.planning.not_now_days", N_("“Not now” holds for"), N_("Unless the family writes."), DAYS),
        Field(
            "cadence.planning.improvement_percent_points",
            N_("A rise worth praise, from"),
            N_("Between the two halves of the term so far."),
            N_("percent points"),
        ),
        Field(
            "cadence.planning.minutes_per_family",
            N_("Minutes that one family takes"),
            N_("For the estimate on Today."),
            N_("minutes"),
        ),
    ),
)
SENDING = Group(
    "cadence",
    N_("What reaches families, and when"),
    N_("By the family’s own clock. A person’s answer counts in no limit."),
    (
        Field(
            "cadence.sending.window_opens", N_("Not before"), N_("School days; an answer goes on any day."), kind="time"
        ),
        Field("cadence.sending.window_closes", N_("Not after"), N_("What waits goes the next day."), kind="time"),
        Field(
            "cadence.sending.automated_per_family_a_week",
            N_("By itself, a week and family"),
            N_("Messages that no person chose for this family."),
            N_("messages"),
        ),
        Field(
            "cadence.sending.messages_per_family_a_week",
            N_("In all, a week and family"),
            N_("From all senders."),
            N_("messages"),
        ),
        Field(
            "cadence.sending.messages_per_address_a_week",
            N_("In all, a week and address"),
            N_("A phone may be shared."),
            N_("messages"),
        ),
        Field(
            "cadence.sending.answer_within_days",
            N_("An answer is free of limits for"),
            N_("After the family wrote."),
            DAYS,
        ),
        Field(
            "cadence.sending.stale_after_days", N_("Stale after"), N_("What could not leave by then is not sent."), DAYS
        ),
        Field(
            "cadence.sending.most_segments",
            N_("A text’s length, at most"),
            N_("Each costs as one text."),
            N_("segments"),
        ),
        Field(
            "cadence.sending.grades_in_texts",
            N_("Marks may stand in texts"),
            N_("A text can be read on a locked phone. The first one to a number never carries one."),
            kind="yes",
        ),
    ),
)
SPENDING = Group(
    "cadence",
    N_("Money"),
    N_("Estimated when a message leaves; the provider’s bill is what counts."),
    (
        Field(
            "cadence.spending.monthly_limit",
            N_("A month, at most"),
            N_("Past it only answers and safety messages leave until the next month."),
        ),
        Field(
            "cadence.spending.text_segment_price",
            N_("One segment of a text"),
            N_("The provider’s and the carrier’s price."),
        ),
        Field("cadence.spending.email_price", N_("One e-mail"), N_("The provider’s price.")),
    ),
)
GROUPS = (BANDS, TERMS, CASES, REQUESTS, PLANNING, SENDING, SPENDING)

WRONG = {
    "int_parsing": N_("Enter a whole number."),
    "int_from_float": N_("Enter a whole number."),
    "float_parsing": N_("Enter a number."),
    "finite_number": N_("Enter a number."),
    "time_parsing": N_("Enter a time, such as 08:00."),
    "greater_than_equal": N_("Enter %(limit)s or more."),
    "greater_than": N_("Enter more than %(limit)s."),
    "less_than_equal": N_("Enter %(limit)s or less."),
    "less_than": N_("Enter less than %(limit)s."),
}
"""By pydantic's name for what is wrong with one value."""
TOGETHER = {
    "risk.bands": N_("“Now” must take more points than “soon”."),
    "risk.terms": N_(
        "Above average, average and below average must fall in this order; many absences be more than some."
    ),
    "cadence.requests": N_("Goal, past due and the counselor’s day must not fall."),
    "cadence.sending": N_("The hour before which nothing goes must be earlier than the hour after which nothing goes."),
}
"""By group: what holds between its values."""
