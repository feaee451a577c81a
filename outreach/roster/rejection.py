"""What an import could not take, and what it took with a remark: each as one sentence with file and line."""

from __future__ import annotations

import csv
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from models import JsonObject
from outreach.errors import OutreachError
from outreach.language import N_, kept, said
from outreach.language.sentences import Value

SHOWN = 50
"""Rejections that an answer or a page of a dry run shows at once."""
KEPT = 10_000
"""Rejections of one import that are kept, in memory and then in the database; the file holds all of them."""
COLUMNS = ("file", "line", "field", "reason", "sourcedId")
SPREADSHEET_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
"""With what a cell begins that a spreadsheet may take for a formula or a command."""
BEFORE_A_FORMULA = " \u00a0"
"""Blanks that a spreadsheet leaves out before one."""


class RosterError(OutreachError):
    """The whole import is refused and nothing has changed; the sentence names file, line and what to do.

    ``sentence`` is marked with ``N_``, so that it can be kept for a reader of another language.
    """

    def __init__(self, sentence: str, **values: Value) -> None:
        self.stored = kept(sentence, **values)
        super().__init__(said(self.stored))


class DeliveryError(RosterError):
    """The folder, zip or file itself cannot be read."""


ENDINGS = {
    "students": N_("%(ended)s of %(of)s students"),
    "guardians": N_("%(ended)s of %(of)s guardians"),
    "staff": N_("%(ended)s of %(of)s staff"),
    "enrollments": N_("%(ended)s of %(of)s enrollments"),
}


def kept_list(parts: Sequence[str]) -> str:
    """Kept words one after the other: A and B and C."""
    whole = parts[0]
    for part in parts[1:]:
        whole = kept(N_("%(these)s and %(this)s"), these=whole, this=part)
    return whole


@dataclass(frozen=True)
class Ending:
    """How many of one kind a bulk import would end, of how many there are."""

    kind: str
    """students, guardians, staff or enrollments."""
    ended: int
    of: int

    def kept(self) -> str:
        return kept(ENDINGS[self.kind], ended=f"{self.ended:,}", of=f"{self.of:,}")


class TooManyDeactivationsError(RosterError):
    """A bulk import would take away more than a twentieth of something: more likely a broken export than the truth."""

    def __init__(self, sentence: str, endings: Sequence[Ending], **values: Value) -> None:
        self.endings = tuple(endings)
        super().__init__(sentence, **values)


@dataclass(frozen=True)
class Rejection:
    """One row, or one reference in it, that was left out."""

    file: str
    line: int
    """1 is the header."""
    field: str
    stored: str
    """Why, as :func:`outreach.language.kept` keeps it."""
    sourced_id: str

    @property
    def reason(self) -> str:
        """Why, in the language spoken now."""
        return said(self.stored)

    def sentence(self) -> str:
        return said(self.kept())

    def kept(self) -> str:
        """The whole sentence, for a reader of another day."""
        if not self.field:
            return kept(
                N_("%(file)s line %(line)s, row: %(reason)s"), file=self.file, line=self.line, reason=self.stored
            )
        return kept(
            N_("%(file)s line %(line)s, %(field)s: %(reason)s"),
            file=self.file, line=self.line, field=self.field, reason=self.stored,
        )  # fmt: skip

    def as_json(self) -> JsonObject:
        return {
            "file": self.file, "line": self.line, "field": self.field, "reason": self.reason,
            "sourced_id": self.sourced_id,
        }  # fmt: skip


class RejectedRow(Exception):
    """Raised by a reader of fields: leave this row out, because of ``field``; ``reason`` is marked with ``N_``."""

    def __init__(self, field: str, reason: str, **values: Value) -> None:
        self.field, self.stored = field, kept(reason, **values)
        super().__init__(said(self.stored))


def safe_cell(value: str) -> str:
    """``value`` so that a spreadsheet shows it and never runs it: where it would run, an apostrophe stands before it,
    which no spreadsheet shows. Pages that give a list as a file go by it too."""
    return f"'{value}" if value.lstrip(BEFORE_A_FORMULA).startswith(SPREADSHEET_FORMULA) else value


class Rejects:
    """Rejections, written to a CSV file as they come, so that a million of them need no memory.

    The file (readable by its owner only: it speaks of children) is made with the first rejection, never before;
    without a path they are only counted and the first :data:`KEPT` of them kept.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.count = 0
        self.kept: list[Rejection] = []
        self._file: TextIO | None = None

    def add(self, rejection: Rejection) -> None:
        self.count += 1
        if len(self.kept) < KEPT:
            self.kept.append(rejection)
        if self.path is None:
            return
        if self._file is None:
            self._file = self._created(self.path)
        line = (rejection.file, rejection.line, rejection.field, rejection.reason, rejection.sourced_id)
        csv.writer(self._file).writerow([safe_cell(str(value)) for value in line])

    @property
    def first(self) -> list[Rejection]:
        return self.kept[:SHOWN]

    def _created(self, path: Path) -> TextIO:
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError as error:
            raise RosterError(
                N_("The list of rejected rows cannot be written to %(path)s: %(why)s. Nothing has changed."),
                path=str(path), why=error.strerror or "",
            ) from None  # fmt: skip
        if os.chmod in os.supports_fd and stat.S_ISREG(os.fstat(handle).st_mode):
            os.chmod(handle, 0o600)  # a file of an earlier run keeps its own rights otherwise
        file = os.fdopen(handle, "w", encoding="utf-8", newline="")
        csv.writer(file).writerow(COLUMNS)
        return file

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Notes:
    """Remarks on what was taken all the same, as they are kept for a reader of any language. The same remark on many
    lines is kept once, with the first line and how many more; a note never holds a name or an address."""

    LIMIT = 200

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], int] = {}
        self._more: dict[tuple[str, str], int] = {}

    def add(self, file: str, line: int | None, remark: str) -> None:
        key = (file, remark)
        if key in self._first:
            self._more[key] += 1
        elif len(self._first) < self.LIMIT:
            self._first[key] = line or 0
            self._more[key] = 0

    def sentences(self) -> list[str]:
        return [self._sentence(file, remark, line) for (file, remark), line in self._first.items()]

    def _sentence(self, file: str, remark: str, line: int) -> str:
        more = self._more[file, remark]
        if line and more:
            return kept(
                N_("%(file)s line %(line)s (and %(more)s more): %(remark)s"),
                file=file, line=line, more=f"{more:,}", remark=remark,
            )  # fmt: skip
        if line:
            return kept(N_("%(file)s line %(line)s: %(remark)s"), file=file, line=line, remark=remark)
        if more:
            return kept(N_("%(file)s (and %(more)s more): %(remark)s"), file=file, more=f"{more:,}", remark=remark)
        return kept(N_("%(file)s: %(remark)s"), file=file, remark=remark)
