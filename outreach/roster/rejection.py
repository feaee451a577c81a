"""What an import could not take, and what it took with a remark: each as one sentence with file and line."""

from __future__ import annotations

import csv
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from outreach.errors import OutreachError

SHOWN = 50
"""Rejections kept in memory to be shown at once; the file holds all of them."""
COLUMNS = ("file", "line", "field", "reason", "sourcedId")
SPREADSHEET_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class RosterError(OutreachError):
    """The whole import is refused and nothing has changed; the sentence names file, line and what to do."""


class DeliveryError(RosterError):
    """The folder, zip or file itself cannot be read."""


class TooManyDeactivationsError(RosterError):
    """A bulk import would take away more than a twentieth of something: more likely a broken export than the truth."""


@dataclass(frozen=True)
class Rejection:
    """One row, or one reference in it, that was left out."""

    file: str
    line: int
    """1 is the header."""
    field: str
    reason: str
    sourced_id: str

    def sentence(self) -> str:
        return f"{self.file} line {self.line}, {self.field or 'row'}: {self.reason}"


class RejectedRow(Exception):
    """Raised by a reader of fields: leave this row out, because of ``field``."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


def safe_cell(value: str) -> str:
    """``value`` so that a spreadsheet shows it and never runs it."""
    return f"'{value}" if value.startswith(SPREADSHEET_FORMULA) else value


class Rejects:
    """Rejections, written to a CSV file as they come, so that a million of them need no memory.

    The file (readable by its owner only: it speaks of children) is made with the first rejection, never before;
    without a path they are only counted and the first of them kept.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.count = 0
        self.first: list[Rejection] = []
        self._file: TextIO | None = None

    def add(self, rejection: Rejection) -> None:
        self.count += 1
        if len(self.first) < SHOWN:
            self.first.append(rejection)
        if self.path is None:
            return
        if self._file is None:
            self._file = self._created(self.path)
        line = (rejection.file, rejection.line, rejection.field, rejection.reason, rejection.sourced_id)
        csv.writer(self._file).writerow([safe_cell(str(value)) for value in line])

    def _created(self, path: Path) -> TextIO:
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError as error:
            raise RosterError(
                f"The list of rejected rows cannot be written to {path}: {error.strerror}. Nothing has changed."
            ) from None
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
    """Remarks on what was taken all the same. The same remark on many lines is kept once, with the first line and how
    many more; a note never holds a name or an address."""

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
        also = f" (and {more:,} more)" if more else ""
        where = f"{file} line {line}{also}" if line else f"{file}{also}"
        return f"{where}: {remark}"
