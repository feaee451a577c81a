"""A case's own columns as they stood before a step, kept with the step so that an undo can put them back."""

from __future__ import annotations

from datetime import date, datetime

from models import Case, CaseOutcome, CaseState, JsonObject, JsonValue


def snapshot(case: Case) -> JsonObject:
    """What a step may change; moments and dates as ISO 8601."""
    return {
        "state": case.state.value, "claimed_by": case.claimed_by, "claimed_at": _text(case.claimed_at),
        "snoozed_until": _text(case.snoozed_until), "reopened_at": _text(case.reopened_at),
        "below_since": _text(case.below_since), "resolved_at": _text(case.resolved_at),
        "resolved_by": case.resolved_by, "outcome": case.outcome.value if case.outcome else None,
        "resolution": case.resolution, "points": case.points, "codes": list(case.codes),
    }  # fmt: skip


def put_back(case: Case, before: JsonObject) -> None:
    """The case as :func:`snapshot` found it."""
    outcome, codes = before.get("outcome"), before.get("codes")
    until = before.get("snoozed_until")
    case.state = CaseState(str(before["state"]))
    case.claimed_by, case.claimed_at = _number(before.get("claimed_by")), _moment(before.get("claimed_at"))
    case.snoozed_until = date.fromisoformat(until) if isinstance(until, str) else None
    case.reopened_at, case.below_since = _moment(before.get("reopened_at")), _moment(before.get("below_since"))
    case.resolved_at, case.resolved_by = _moment(before.get("resolved_at")), _number(before.get("resolved_by"))
    case.outcome = CaseOutcome(outcome) if isinstance(outcome, str) else None
    resolution = before.get("resolution")
    case.resolution = resolution if isinstance(resolution, str) else None
    case.points = _number(before.get("points")) or 0
    case.codes = [str(code) for code in codes] if isinstance(codes, list) else []


def _text(value: date | datetime | None) -> str | None:
    return value.isoformat() if value is not None else None


def _moment(value: JsonValue) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None


def _number(value: JsonValue) -> int | None:
    return int(value) if isinstance(value, int | float) else None
