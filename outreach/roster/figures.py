"""What an import did, in numbers: for the terminal, the JSON answer and the import's own record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from models import JsonObject, JsonValue
from outreach.language import said

from .rejection import Rejection
from .upsert import Tally


@dataclass(frozen=True)
class FamilyFigures:
    """Families after :func:`~outreach.roster.households.rebuild_families`, and what changed."""

    families: int
    """With at least one student."""
    created: int = 0
    ended: int = 0
    moved_students: int = 0
    """Students who went from one family to another."""
    moved_requests: int = 0
    drawn_by_hand: int = 0
    """Families that a person drew; they were left alone."""

    @property
    def changed(self) -> int:
        return self.created + self.ended + self.moved_students


@dataclass(frozen=True)
class ContactPointFigures:
    """Distinct addresses of active guardians by health, and guardians that none of them reaches."""

    usable: int
    doubtful: int
    dead: int
    none: int
    """Active guardians without any address at all."""
    unreachable: int
    """Active guardians without a usable or doubtful address: ``none`` and those whose addresses are all dead."""


@dataclass
class FileFigures:
    name: str
    mode: str
    """bulk or delta."""
    tally: Tally = field(default_factory=Tally)


@dataclass
class ImportFigures:
    """Everything to say about one import."""

    source: str
    kind: str
    version: str | None = None
    files: dict[str, FileFigures] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    """Active students, guardians and staff after the import; results and marks of this delivery."""
    families: FamilyFigures | None = None
    contact_points: ContactPointFigures | None = None
    merges_proposed: int = 0
    calendars_made: int = 0
    accounts_ended: int = 0
    rejected: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    """The first of them; the file holds all."""
    rejects_file: str | None = None
    kept_notes: list[str] = field(default_factory=list)
    """Remarks, as :func:`outreach.language.kept` keeps them."""
    run_id: int | None = None
    """The import's own row; None for a dry run."""
    dry_run: bool = False

    @property
    def notes(self) -> list[str]:
        """Remarks in the language spoken now."""
        return [said(note) for note in self.kept_notes]

    @property
    def changed(self) -> int:
        """Rows, families and calendars that are not as they were; 0: nothing has changed."""
        derived = self.families.changed if self.families else 0
        return sum(entry.tally.changed for entry in self.files.values()) + derived + self.calendars_made

    def tally(self, name: str, mode: str = "bulk") -> Tally:
        return self.files.setdefault(name, FileFigures(name, mode)).tally

    def as_json(self) -> JsonObject:
        answer: JsonObject = {
            "source": self.source, "kind": self.kind, "version": self.version, "dry_run": self.dry_run,
            "unchanged": not self.changed, "rejected": self.rejected, "rejects_file": self.rejects_file,
            "files": {
                entry.name: {"mode": entry.mode, **_json(entry.tally.as_json())} for entry in self.files.values()
            },
            **_json(self.people),
        }  # fmt: skip
        if self.families:
            answer["families"] = self.families.families
            answer["family_changes"] = {
                "created": self.families.created, "ended": self.families.ended,
                "moved_students": self.families.moved_students, "moved_requests": self.families.moved_requests,
                "drawn_by_hand": self.families.drawn_by_hand,
            }  # fmt: skip
        if self.contact_points:
            answer["contact_points"] = _json(vars(self.contact_points))
        if self.kind == "oneroster":
            answer |= {
                "merges_proposed": self.merges_proposed, "calendars_made": self.calendars_made,
                "accounts_ended": self.accounts_ended,
            }  # fmt: skip
        answer["rejections"] = [rejection.as_json() for rejection in self.rejections]
        answer["notes"] = [*self.notes]
        return answer

    def as_kept(self) -> JsonObject:
        """For the import's own row: the same without rejections, which have rows of their own, and notes as kept."""
        answer = self.as_json() | {"notes": [*self.kept_notes]}
        del answer["rejections"]
        return answer


def _json(values: Mapping[str, int] | Mapping[str, JsonValue]) -> JsonObject:
    return dict(values)
