"""What every step of one import shares: session, day, tuning, tallies, and how a file is read in chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.tuning import Tuning
from models import District, School
from outreach.effective import effective_config
from outreach.language import N_

from . import staging
from .fields import ISO_DATE, Status, key_of, status_of
from .figures import ImportFigures
from .rejection import Notes, RejectedRow, Rejects
from .rows import CHUNK, FileSpec, Reading, Row, chunked
from .source import Member
from .staging import Named
from .subjects import Subjects, load_subjects
from .upsert import Change, Tally, Values

NO_DAY = "0001-01-01"
STANDS_TWICE = N_("stands in this file before; the first row counts.")
ONE_IMPORT_AT_A_TIME = 7_306_203
"""Key of the advisory lock."""


@dataclass(frozen=True)
class Step:
    """How far an import is, for a progress bar."""

    file: str
    rows: int
    bytes_read: int
    bytes_in_all: int


Progress = Callable[[Step], None]


def silent(_step: Step) -> None:
    """Progress for who does not watch."""


@dataclass
class Run:
    """One import under way."""

    session: Session
    now: datetime
    today: date
    """The local day of the district."""
    tuning: Tuning
    subjects: Subjects
    rejects: Rejects
    notes: Notes
    figures: ImportFigures
    progress: Progress
    first_import: bool
    """No roster has been imported before."""
    schools: dict[str, tuple[int, bool]] = field(default_factory=dict)
    """Sourced id of each school and office to our id and whether it is active: few, so kept."""
    ended: dict[Named, int] = field(default_factory=dict)
    """How many of each kind bulk files took away."""

    def chunks(self, spec: FileSpec, member: Member, *kinds: Named) -> Iterator[Chunk]:
        """``member`` in chunks of rows whose keys are there and new in this file.

        A row that is faulty is rejected alone; its key, where readable, still counts as named (as each of ``kinds``),
        so that a slip of the pen never takes a child off the roster.
        """
        tally = self.figures.tally(spec.file)
        refused = _Refused(self.session, kinds, tally)
        reading = Reading(spec, member, self.rejects, self.notes, refused.add)
        for rows in chunked(reading.rows()):
            kept = _with_new_keys(self.session, reading, rows)
            yield Chunk(self, reading, tally, kept, kinds[0] if len(kinds) == 1 else None)
            self.progress(Step(member.name, reading.rows_read, reading.bytes_read, member.size))
        refused.flush()
        self.progress(Step(member.name, reading.rows_read, member.size, member.size))


@dataclass
class _Refused:
    """Keys of rejected rows, on their way into the table of what was named."""

    session: Session
    kinds: Sequence[Named]
    tally: Tally
    keys: list[str] = field(default_factory=list)

    def add(self, key: str) -> None:
        self.tally.rejected += 1
        if key and self.kinds:
            self.keys.append(key)
        if len(self.keys) >= CHUNK:
            self.flush()

    def flush(self) -> None:
        for kind in self.kinds:
            staging.mark_seen(self.session, kind, self.keys)
        self.keys.clear()


def begin(
    session: Session,
    now: datetime,
    zone: str,
    figures: ImportFigures,
    *,
    rejects: Rejects | None,
    progress: Progress | None,
) -> Run:
    """Set up a run. ``zone``: IANA zone for a district that has no row yet."""
    _one_at_a_time(session)
    district = session.execute(select(District.timezone, District.roster_as_of)).first()
    return Run(
        session, now, now.astimezone(ZoneInfo(district.timezone if district else zone)).date(),
        effective_config(session, now), load_subjects(), rejects or Rejects(), Notes(), figures, progress or silent,
        first_import=district is None or district.roster_as_of is None, schools=load_schools(session),
    )  # fmt: skip


def _one_at_a_time(session: Session) -> None:
    """On PostgreSQL a second import waits here for the first one's end; on SQLite it waited to begin. A lock on the
    district's row would not hold the very first two imports apart."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(ONE_IMPORT_AT_A_TIME)))


def load_schools(session: Session) -> dict[str, tuple[int, bool]]:
    found = session.execute(select(School.sourced_id, School.id, School.active))
    return {key: (number, active) for key, number, active in found}


def finish(run: Run) -> ImportFigures:
    """Put what was rejected and noted into the figures."""
    figures = run.figures
    figures.rejected, figures.rejections = run.rejects.count, list(run.rejects.first)
    figures.rejects_file = str(run.rejects.path) if run.rejects.path and run.rejects.count else None
    figures.kept_notes = run.notes.sentences()
    return figures


@dataclass
class Chunk:
    """A few hundred rows of one file."""

    run: Run
    reading: Reading
    tally: Tally
    rows: Sequence[Row]
    named: Named | None

    def reject(self, row: Row, error: RejectedRow) -> None:
        self.reading.reject(row.line, error.field, error.stored, row[self.reading.spec.key])

    def read(self, parse: Callable[[Row], Values | None]) -> tuple[list[tuple[Row, Values]], list[str]]:
        """Each active row with what ``parse`` makes of it, and the keys of those that their status ends.

        ``parse`` raises :class:`RejectedRow`, or gives None for a row that is taken and means nothing to us.
        """
        good: list[tuple[Row, Values]] = []
        gone: list[str] = []
        for row in self.rows:
            try:
                if not ISO_DATE.fullmatch(row["dateLastModified"] or NO_DAY):
                    self.reading.note(
                        row.line, N_("dateLastModified is not a date of the form YYYY-MM-DD; it is not used.")
                    )
                if status_of(row) is Status.GONE:
                    gone.append(row[self.reading.spec.key])
                elif (values := parse(row)) is None:
                    self.tally.unchanged += 1
                else:
                    good.append((row, values))
            except RejectedRow as error:
                self.reject(row, error)
        if self.named:
            keys = [*(row[self.reading.spec.key] for row, _ in good), *gone]
            staging.mark_seen(self.run.session, self.named, keys)
        return good, gone

    def count(self, changes: Sequence[Change]) -> None:
        for change in changes:
            self.tally.count(change)

    def count_gone(self, named: int, ended: int) -> None:
        """``named`` rows said that something ended; ``ended`` of them were active."""
        self.tally.deactivated += ended
        self.tally.unchanged += named - ended


def _with_new_keys(session: Session, reading: Reading, rows: Sequence[Row]) -> list[Row]:
    spec = reading.spec
    keyed: list[Row] = []
    for row in rows:
        try:
            key_of(row, spec.key)
            keyed.append(row)
        except RejectedRow as error:
            reading.reject(row.line, error.field, error.stored, "")
    fresh = staging.first_time(session, spec.file, [row[spec.key] for row in keyed])
    kept: list[Row] = []
    for row in keyed:
        if row[spec.key] in fresh:
            fresh.discard(row[spec.key])
            kept.append(row)
        else:
            reading.reject(row.line, spec.key, STANDS_TWICE, row[spec.key])
    return kept
