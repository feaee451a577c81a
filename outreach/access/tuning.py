"""What a district tunes on a page: dated revisions, each with who, why, and what it changed from what to what."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from config.tuning import Tuning
from models import Account, AccountRole, ConfigRevision, District, JsonObject, JsonValue, Staff
from outreach.effective import check_changes, effective_config
from outreach.errors import NotFound
from outreach.language import _

from .administration import ChangedMeanwhile, WordsMissingError
from .audit import audit
from .grants import require_role
from .viewer import Viewer

PAGE = 20
LONGEST_WHY = 500


@dataclass(frozen=True, slots=True)
class Change:
    key: str
    before: JsonValue
    after: JsonValue


@dataclass(frozen=True, slots=True)
class Since:
    """A value that somebody changed while another had the page open."""

    key: str
    before: JsonValue
    """As the page showed it."""
    now: JsonValue
    by: str | None
    """None: nobody on a page."""
    own: bool
    """The reader's own change, in another window."""


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


def revise_config(
    session: Session, viewer: Viewer, changes: JsonObject, why: str, now: datetime, *, seen: int | None = None
) -> ConfigRevision:
    """Put ``changes`` (dotted key to value) into force from ``now`` on. Does not commit.

    ``seen``: :func:`newest_revision` when the page was made; None: it showed nothing. The same form sent twice is
    answered as the first time. Only a district's administrator may. Raises ``NotAllowed``,
    :class:`~outreach.effective.TuningError`, :class:`~outreach.access.ChangedMeanwhile` where a value that would
    change was changed since (:func:`changed_since` says by whom), and :class:`WordsMissingError` where nothing changes
    or nobody says why.
    """
    _one_at_a_time(session, viewer)
    kept = differences(session, check_changes(session, changes, now), now)
    if not kept:
        if seen is not None and (made := _made_before(session, viewer, changes, why, seen)):
            return made
        raise WordsMissingError(_("Nothing differs from what is in force."))
    if seen is not None and changed_since(session, viewer, kept, seen, now):
        raise ChangedMeanwhile
    if not why.strip():
        raise WordsMissingError(_("Say why, for whoever reads the history."))
    made = ConfigRevision(
        in_force_from=now, changes=kept, made_at=now, made_by=viewer.account_id, why=_kept_words(why)
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
    _one_at_a_time(session, viewer)
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


def newest_revision(session: Session) -> int:
    """Its id; 0: nothing was ever changed on a page."""
    return session.scalar(select(func.max(ConfigRevision.id))) or 0


def in_force_when_seen(session: Session, seen: int, now: datetime) -> Tuning:
    """What the page showed that was made when ``seen`` was the newest revision."""
    return effective_config(session, now, until=seen + 1)


def changed_since(
    session: Session, viewer: Viewer, keys: Collection[str], seen: int, now: datetime
) -> tuple[Since, ...]:  # fmt: skip
    """Which of the values ``keys`` stand otherwise than when ``seen`` was the newest revision, and who changed each."""
    before, present = flat(in_force_when_seen(session, seen, now)), flat(effective_config(session, now))
    by: dict[str, tuple[int | None, str | None]] = {}
    later = _with_names().where(ConfigRevision.id > seen).order_by(ConfigRevision.id)
    for revision, maker in session.execute(later):
        by |= dict.fromkeys(revision.changes, (revision.made_by, maker))
    found = []
    for key in keys:
        if before.get(key) != present.get(key):
            account_id, name = by.get(key, (None, None))
            found.append(Since(key, before.get(key), present.get(key), name, account_id == viewer.account_id))
    return tuple(found)


def revisions(session: Session, viewer: Viewer, before: int | None = None) -> Revisions:
    """The history, newest first, a page of it by key. Raises ``NotAllowed``."""
    require_role(viewer, AccountRole.DISTRICT_ADMINISTRATOR)
    statement = _with_names().order_by(ConfigRevision.id.desc()).limit(PAGE + 1)
    if before is not None:
        statement = statement.where(ConfigRevision.id < before)
    rows = session.execute(statement).all()
    newest = newest_revision(session)
    lines = tuple(
        Revision(
            one.id, one.in_force_from, one.made_at, by, one.why, tuple(_changes_of(session, one)), one.id == newest
        )
        for one, by in rows[:PAGE]
    )  # fmt: skip
    return Revisions(lines, lines[-1].id if len(rows) > PAGE else None)


def _one_at_a_time(session: Session, viewer: Viewer) -> None:
    """Nobody writes over what another has just written unseen."""
    require_role(viewer, AccountRole.DISTRICT_ADMINISTRATOR)
    session.get(District, 1, with_for_update=True)


def _made_before(
    session: Session, viewer: Viewer, changes: JsonObject, why: str, seen: int
) -> ConfigRevision | None:  # fmt: skip
    """What the same form made when it was sent first."""
    newest = session.scalar(
        select(ConfigRevision)
        .where(ConfigRevision.id > seen, ConfigRevision.made_by == viewer.account_id)
        .order_by(ConfigRevision.id.desc())
        .limit(1)
    )
    same = newest is not None and newest.why == _kept_words(why) and newest.changes.keys() <= changes.keys()
    return newest if same else None


def _kept_words(why: str) -> str:
    return why.strip()[:LONGEST_WHY]


def _with_names() -> Select[ConfigRevision, str]:
    return (
        select(ConfigRevision, func.coalesce(Staff.display_name, Account.email))
        .outerjoin(Account, Account.id == ConfigRevision.made_by)
        .outerjoin(Staff, Staff.id == Account.staff_id)
    )


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
