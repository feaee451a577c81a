"""What a district may tune, typed. Read it through ``outreach.effective_config`` and nowhere else."""

from __future__ import annotations

from datetime import time

from pydantic import BaseModel, ConfigDict, Field


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Bands(_Frozen):
    high: int
    elevated: int


class Factor(_Frozen):
    points: int
    source: str = Field(min_length=1)
    most: int | None = None
    """The most points that repeated reasons of this kind may give; None: no limit."""


class RiskTerms(_Frozen):
    above_average_from: float
    average_from: float
    below_average_from: float
    c_or_below_under: float
    absences_some: int
    absences_many: int
    silence_after_school_weeks: int
    yearly_goal_per_child: int
    deficit_under_share: float
    verdict_days: int
    follow_through_days: int
    surge_contacts: int
    surge_days: int
    survey_days: int


class CaseRules(_Frozen):
    close_after_days_below_elevated: int
    reopen_within_days: int
    reopen_for_more_points: int


class Risk(_Frozen):
    bands: Bands
    factor: dict[str, Factor]
    terms: RiskTerms
    cases: CaseRules


class RequestRules(_Frozen):
    goal_business_days: float
    due_business_days: float
    counselor_business_days: float
    reopen_within_days: int
    remind_business_hours_before_due: float


class PlanningRules(_Frozen):
    families_per_teacher_a_day: int
    not_now_days: int
    improvement_percent_points: float
    minutes_per_family: float


class SendingRules(_Frozen):
    window_opens: time
    window_closes: time
    automated_per_family_a_week: int
    messages_per_family_a_week: int
    messages_per_address_a_week: int
    answer_within_days: int
    stale_after_days: int
    lease_seconds: int
    attempt_deadline_seconds: int
    absence_proved_after_minutes: int
    retry_limit: int
    grades_in_texts: bool


class Cadence(_Frozen):
    requests: RequestRules
    planning: PlanningRules
    sending: SendingRules


class Safety(_Frozen):
    words: dict[str, list[str]]
    """By language (en, es): words and phrases that raise an alert."""


class Tuning(_Frozen):
    """Everything a district may tune, as in force at one moment."""

    risk: Risk
    cadence: Cadence
    safety: Safety
    version: str
    """Digest of all values, and the id of the newest revision in force: what a score names."""
