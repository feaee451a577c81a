"""One night: who should hear tomorrow, from whom, about what, how and when. Safe to repeat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, Table, and_, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from config.tuning import Tuning
from models import JsonObject, Outreach, OutreachState, School, Staff
from outreach.delivery.first_text import addresses_texted
from outreach.effective import effective_config
from outreach.language import N_

from .assign import Chosen, assign, load_roster
from .candidates import Candidate, Season, candidates
from .drafts import Setting, suggestion
from .facts import gather
from .marks import goals_by_now, incident_record, rises, strengths
from .people import people_of_students
from .school_days import SchoolDay, school_days
from .states import follow_messages
from .wording import STAFF_LANGUAGE, Situation
from .words_in_force import approved_languages, words_in_force

TO_DO_DAYS = 7
"""A call that somebody meant to make is let go after a week; a suggestion after ``sending.stale_after_days``."""
STALE = N_("Its day has passed; tonight's list is newer.")


@dataclass(frozen=True, slots=True)
class PlanFigures:
    suggested: int = 0
    by_rule: Mapping[str, int] = field(default_factory=dict)
    unassigned: int = 0
    """Of the suggested, those that nobody could be found for."""
    blocked: int = 0
    """Of the suggested, those whose draft needs a person's words first."""
    waiting: int = 0
    """Families with a reason to hear, for whom no teacher has a place; they come first tomorrow."""
    expired: int = 0
    schools: int = 0
    """Schools that have a school day to plan for."""

    def as_json(self) -> JsonObject:
        return {**asdict(self), "by_rule": {**self.by_rule}}


def plan_night(session: Session, now: datetime) -> PlanFigures:
    """Suggest, for every school whose next day is a school day, at most five families a person (a district sets it).

    Nothing before a day without school; nothing for families on hold, put aside within 14 days, grown up, gone, or
    with nobody who may be told. A second run of the same night finds all places taken and adds nothing. Does not
    commit. Raises :class:`~outreach.planning.TemplateError` where a district's own template is broken.
    """
    follow_messages(session, now)
    tuning = effective_config(session, now)
    expired = _expire(session, tuning, now)
    days = school_days(session, now)
    if not days:
        return PlanFigures(expired=expired)
    found = candidates(gather(session, days, tuning, now), _season(session, days, tuning, now))
    chosen = assign(found, load_roster(session, days, tuning.cadence.planning.families_per_teacher_a_day))
    setting = _setting(session, days, chosen, tuning, now)
    rows = [row for one in chosen if (row := suggestion(one, setting)) is not None]
    inserted = _insert(session, rows)
    return _figures(inserted, found, chosen, expired, len(days))


def _season(session: Session, days: Mapping[int, SchoolDay], tuning: Tuning, now: datetime) -> Season:
    with_incidents, keep_incidents = incident_record(session, days)
    return Season(
        days=days,
        goals=goals_by_now(session, days, tuning.risk.terms.yearly_goal_per_child),
        rises=rises(session, days, tuning.cadence.planning.improvement_percent_points),
        with_incidents=with_incidents,
        keep_incidents=keep_incidents,
        tuning=tuning,
        now=now,
    )


def _setting(
    session: Session, days: Mapping[int, SchoolDay], chosen: Sequence[Chosen], tuning: Tuning, now: datetime
) -> Setting:
    students = {one.candidate.child.student_id for one in chosen}
    asking = {
        one.candidate.child.student_id for one in chosen
        if one.candidate.message.situation is Situation.CHECKIN
    }  # fmt: skip
    words = words_in_force(session)
    return Setting(
        days=days,
        people=people_of_students(session, students, max(one.day for one in days.values())),
        strengths=strengths(session, days, asking, tuning.risk.terms.above_average_from),
        staff_names=dict(session.execute(select(Staff.id, Staff.display_name)).all()),
        school_names=dict(session.execute(select(School.id, School.name)).all()),
        languages={language: words[language] for language in approved_languages(words) | {STAFF_LANGUAGE}},
        texted=addresses_texted(session) if tuning.cadence.sending.grades_in_texts else frozenset(),
        tuning=tuning,
        now=now,
    )


def _expire(session: Session, tuning: Tuning, now: datetime) -> int:
    """Let go of what nobody took up: visibly, and never sent late."""
    stale = timedelta(days=tuning.cadence.sending.stale_after_days)
    began = func.coalesce(Outreach.send_at, Outreach.created_at)
    result = session.execute(
        update(Outreach)
        .where(
            or_(
                and_(Outreach.state == OutreachState.SUGGESTED, began < now - stale),
                and_(Outreach.state == OutreachState.APPROVED, began < now - timedelta(days=TO_DO_DAYS)),
            )
        )
        .values(state=OutreachState.EXPIRED, state_reason=STALE)
        .execution_options(synchronize_session="fetch")
    )
    assert isinstance(result, CursorResult)
    return result.rowcount


def _insert(session: Session, rows: Sequence[dict[str, object]]) -> list[tuple[str, int | None, str | None]]:
    """Add what is not there yet; (rule, staff, blocked) of each row that was. A rival run's row wins."""
    table = Outreach.__table__
    assert isinstance(table, Table)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    if not rows:
        return []
    statement = (
        dialect.insert(table)
        .on_conflict_do_nothing(index_elements=["rule", "family_id", "about", "slot"])
        .returning(table.c.rule, table.c.staff_id, table.c.blocked)
    )
    return [(rule, staff_id, blocked) for rule, staff_id, blocked in session.execute(statement, rows)]


def _figures(
    inserted: Sequence[tuple[str, int | None, str | None]], found: Sequence[Candidate], chosen: Sequence[Chosen],
    expired: int, schools: int,
) -> PlanFigures:  # fmt: skip
    return PlanFigures(
        suggested=len(inserted),
        by_rule=dict(Counter(rule for rule, _, _ in inserted)),
        unassigned=sum(staff is None for _, staff, _ in inserted),
        blocked=sum(blocked is not None for _, _, blocked in inserted),
        waiting=len(found) - len(chosen),
        expired=expired,
        schools=schools,
    )
