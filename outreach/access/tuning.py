"""What a district tunes on a page: dated revisions, each with who, why, and what it changed from what to what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.tuning import Tuning
from models import Account, AccountRole, ConfigRevision, JsonObject, JsonValue, Staff
from outreach.effective import check_changes, effective_config
from outreach.errors import NotFound
from outreach.language import _

from .administration import WordsMissingError
from .audit import audit
from .grants import require_role
from .viewer import Viewer

PAGE = 20


@dataclass(frozen=True, slots=True)
class Change:
    key: str
    before: JsonValue
    after: JsonValue


@dataclass(frozen=True, slots=True)
class Revision:
    """One line of the history."""

    id: int
    in_force_from: datetime
    made_at: datetime
    by: str | None
    """None: not made on a page."""
    why: str | None
    changes: tuple[Change, ...]
    newest: bool


@dataclass(frozen=True, slots=True)
class Revisions:
    lines: tuple[Revision, ...]
    before: int | None
    """Ask for older ones by this id; None: there are none."""


def differences(session: Session, proposed: Tuning, now: datetime) -> JsonObject:
    """Dotted key to proposed value, for each value that is not the one in force at ``now``."""
    in_force = flat(effective_config(session, now))
    return {key: value for key, value in flat(proposed).items() if in_force.get(key) != value}


def flat(tuning: Tuning) -> JsonObject:
    """Every value by its dotted key: ``risk.bands.high``."""
    return dict(_flat(tuning.model_dump(mode="json", exclude={"version"}), ""))


def revise_config(session: Session, viewer: Viewer, changes: JsonObject, why: str, now: datetime) -> ConfigRevision:
    """Put ``changes`` (dotted key to value) into force from ``now`` on. Does not commit.

    Only a district's administrator may. Raises ``NotAllowed``, :class:`~outreach.effective.TuningError`, and
    :class:`WordsMissingError` where nothing changes or nobody says why.
    """
    require_role(viewer, AccountRole.DISTRICT_ADMINISTRATOR)
    kept = differences(session, check_changes(session, changes, now), now)
    if not kept:
        raise WordsMissingError(_("Nothing differs from what is in force."))
    if not why.strip():
        raise WordsMissingError(_("Say why, for whoever reads the history."))
    made = ConfigRevision(
        in_force_from=now, changes=kept, made_at=now, made_by=viewer.account_id, why=why.strip()[:500]
    )  # fmt: skip
    session.add(made)
    session.flush()
    keys: list[JsonValue] = [*sorted(kept)]
    audit(session, viewer, "revise_config", "config_revision", made.id, now, detail={"keys": keys})
    return made


def take_back_revision(session: Session, viewer: Viewer, revision_id: int, why: str, now: datetime) -> ConfigRevision:
    """A further revision that puts back what the given one changed, where a later one has not changed it again.

    Raises ``NotAllowed``, ``NotFound`` and :class:`WordsMissingError` as above.
    """
    require_role(viewer, AccountRole.DISTRICT_ADMINISTRATOR)
    revision = session.get(ConfigRevision, revision_id)
    if revision is None:
        raise NotFound(_("There is no such revision."))
    in_force = flat(effective_config(session, now))
    back: JsonObject = {
        change.key: change.before
        for change in _changes_of(session, revision)
        if in_force.get(change.key) == change.after
    }
    return revise_config(session, viewer, back, why, now)


def revisions(session: Session, viewer: Viewer, before: int | None = None) -> Revisions:
    """The history, newest first, a page of it by key. Raises ``NotAllowed``."""
    require_role(viewer, AccountRole.DISTRICT_ADMINISTRATOR)
    statement = (
        select(ConfigRevision, func.coalesce(Staff.display_name, Account.email))
        .outerjoin(Account, Account.id == ConfigRevision.made_by)
        .outerjoin(Staff, Staff.id == Account.staff_id)
        .order_by(ConfigRevision.id.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        statement = statement.where(ConfigRevision.id < before)
    rows = session.execute(statement).all()
    newest = session.scalar(select(func.max(ConfigRevision.id)))
    lines = tuple(
        Revision(
            one.id, one.in_force_from, one.made_at, by, one.why, tuple(_changes_of(session, one)), one.id == newest
        )
        for one, by in rows[:PAGE]
    )  # fmt: skip
    return Revisions(lines, lines[-1].id if len(rows) > PAGE else None)


def _changes_of(session: Session, revision: ConfigRevision) -> list[Change]:
    earlier = flat(_in_force_without(session, revision))
    return [Change(key, earlier.get(key), value) for key, value in sorted(revision.changes.items())]


def _in_force_without(session: Session, revision: ConfigRevision) -> Tuning:
    """What was in force just before the revision."""
    return effective_config(session, revision.in_force_from, until=revision.id)


def _flat(values: JsonObject, prefix: str) -> list[tuple[str, JsonValue]]:
    found: list[tuple[str, JsonValue]] = []
    for key, value in values.items():
        found += _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(f"{prefix}{key}", value)]
    return found
