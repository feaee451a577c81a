"""What a district may tune, typed. Read it through ``outreach.effective_config`` and nowhere else."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Count = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
Days = Annotated[int, Field(ge=0, le=3660)]
Percent = Annotated[float, Field(ge=0, le=100)]
Points = Annotated[int, Field(ge=-20, le=20)]


def N_(sentence: str) -> str:  # noqa: N802 - the name by which the catalogues' extraction knows it
    """``sentence`` itself, to be translated by who shows it: the catalogues stand above this package."""
    return sentence


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Bands(_Frozen):
    high: Points
    elevated: Points

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.high > self.elevated:
            raise ValueError(N_("high must be more points than elevated"))
        return self


class Factor(_Frozen):
    points: Points
    source: str = Field(min_length=1)
    most: Count | None = None
    """The most points that repeated reasons of this kind may give; None: no limit."""


class RiskTerms(_Frozen):
    above_average_from: Percent
    average_from: Percent
    below_average_from: Percent
    c_or_below_under: Percent
    absences_some: Positive
    absences_many: Positive
    silence_after_school_weeks: Count
    yearly_goal_per_child: Count
    deficit_under_share: float = Field(ge=0, le=1)
    verdict_days: Days
    follow_through_days: Days
    surge_contacts: Positive
    surge_days: Days
    survey_days: Days

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.above_average_from > self.average_from > self.below_average_from:
            raise ValueError(N_("above_average_from, average_from and below_average_from must fall in this order"))
        if not self.absences_many > self.absences_some:
            raise ValueError(N_("absences_many must be more days than absences_some"))
        return self


class CaseRules(_Frozen):
    close_after_days_below_elevated: Days
    reopen_within_days: Days
    reopen_for_more_points: Positive


class Risk(_Frozen):
    bands: Bands
    factor: dict[str, Factor]
    terms: RiskTerms
    cases: CaseRules


class RequestRules(_Frozen):
    goal_business_days: float = Field(gt=0, le=60)
    due_business_days: float = Field(gt=0, le=60)
    counselor_business_days: float = Field(gt=0, le=60)
    reopen_within_days: Days
    remind_business_hours_before_due: float = Field(ge=0, le=200)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.goal_business_days <= self.due_business_days <= self.counselor_business_days:
            raise ValueError(N_("goal_business_days, due_business_days and counselor_business_days must not fall"))
        return self


class PlanningRules(_Frozen):
    families_per_teacher_a_day: Count
    not_now_days: Days
    improvement_percent_points: Percent
    minutes_per_family: float = Field(ge=0, le=240)


class SendingRules(_Frozen):
    window_opens: time
    window_closes: time
    automated_per_family_a_week: Count
    messages_per_family_a_week: Count
    messages_per_address_a_week: Count
    answer_within_days: Days
    stale_after_days: Days
    undo_seconds: int = Field(ge=0, le=600)
    """How long what a person sends at once stays with us, so that it can still be taken back."""
    lease_seconds: Positive
    attempt_deadline_seconds: Positive
    absence_proved_after_minutes: Positive
    retry_email_after_minutes: Positive
    ask_person_after_hours: Positive
    poll_after_minutes: Positive
    poll_for_hours: Positive
    retry_limit: Count
    threads: int = Field(ge=1, le=32)
    texts_per_second: float = Field(gt=0, le=10_000)
    emails_per_second: float = Field(gt=0, le=10_000)
    most_segments: int = Field(ge=1, le=10)
    grades_in_texts: bool

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.window_opens < self.window_closes:
            raise ValueError(N_("window_opens must be before window_closes"))
        return self


class BreakerRules(_Frozen):
    window_minutes: Positive
    least_attempts: Positive
    error_share: float = Field(gt=0, le=1)
    pause_minutes: Positive
    longest_pause_minutes: Positive
    probe_messages: Positive

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.pause_minutes <= self.longest_pause_minutes:
            raise ValueError(N_("longest_pause_minutes must not be less than pause_minutes"))
        return self


class SpendingRules(_Frozen):
    currency: str = Field(pattern="^[A-Z]{3}$")
    monthly_limit: float = Field(ge=0, le=10_000_000)
    text_segment_price: float = Field(ge=0, le=100)
    email_price: float = Field(ge=0, le=100)


class Cadence(_Frozen):
    requests: RequestRules
    planning: PlanningRules
    sending: SendingRules
    breaker: BreakerRules
    spending: SpendingRules


class Safety(_Frozen):
    words: dict[str, list[str]]
    """By language (en, es): words and phrases that raise an alert."""
    alert_again_minutes: Positive
    """How long until an alert that nobody has taken is told again."""


class Tuning(_Frozen):
    """Everything a district may tune, as in force at one moment."""

    risk: Risk
    cadence: Cadence
    safety: Safety
    version: str
    """Digest of all values, and the id of the newest revision in force: what a score names."""
