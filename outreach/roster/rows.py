"""Read a CSV file row by row, whatever its bytes: every fault is a rejected row or a refused file, with its line.

What is taken with a remark: a byte-order mark, lines that end in CR alone, misspelt headers we know.
What rejects the row alone: bytes that are not UTF-8 (a guess at Latin-1 would spell a child's name wrongly), a NUL,
a line longer than :data:`LINE_LIMIT`, the wrong number of columns, the header repeated among the rows.
What refuses the file: no header, a column twice in the header, UTF-16, a quote that is never closed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, takewhile
from typing import TypeVar

from outreach.language import N_, kept

from .rejection import DeliveryError, Notes, Rejection, Rejects
from .source import READ_FAULTS, Counted, Member, unreadable

LINE_LIMIT = 128 * 1024
"""Characters of one line, and so of one field; real ones hold a few hundred."""
PEEK = 64 * 1024
CHUNK = 500
"""Rows read, looked up and written together."""
UTF_8_MARK, UTF_16_MARKS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")

QUOTE = N_("has a quote in the wrong place, so its columns cannot be told apart.")

MISSPELT = {
    "datalastmodified": "dateLastModified",
    "prefferedgivenname": "preferredGivenName",
    "prefferedmiddlename": "preferredMiddleName",
    "prefferedfamilyname": "preferredFamilyName",
    "preferredfirstname": "preferredGivenName",
    "preferredlastname": "preferredFamilyName",
}
"""Headers seen in other systems' exports, in lower case, and what they mean."""

Item = TypeVar("Item")


@dataclass(frozen=True)
class FileSpec:
    """What we read of one kind of file."""

    file: str
    """Its name without ``.csv``, as OneRoster spells it."""
    needed: tuple[str, ...]
    """Columns without which it is not this kind of file."""
    optional: tuple[str, ...] = ()
    key: str = "sourcedId"


@dataclass(slots=True)
class Row:
    """One row: its line in the file and the columns we know, trimmed; a column that is absent reads as empty."""

    line: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")


@dataclass
class Reading:
    """One file being read. ``columns`` is known once the first row (or the end) was reached."""

    spec: FileSpec
    member: Member
    rejects: Rejects
    notes: Notes
    on_rejected: Callable[[str], None]
    """Told the key of each rejected row (may be empty)."""
    columns: frozenset[str] = frozenset()
    _given: list[str] = field(default_factory=list)
    _unnamed: int = 0
    bytes_read: int = 0
    rows_read: int = 0

    @property
    def name(self) -> str:
        return self.member.name

    def reject(self, line: int, column: str, reason: str, key: str) -> None:
        self.rejects.add(Rejection(self.name, line, column, reason, key))
        self.on_rejected(key)

    def note(self, line: int | None, remark: str) -> None:
        self.notes.add(self.name, line, remark)

    def rows(self) -> Iterator[Row]:
        """Every good row in order. Raises :class:`DeliveryError` where the file as a whole cannot be read."""
        try:
            with self.member.opened() as file:
                counted = Counted(file)
                with io.BufferedReader(counted, PEEK) as buffered:
                    yield from self._rows(buffered, counted)
        except READ_FAULTS as error:
            raise unreadable(self.name, error) from None

    def _rows(self, buffered: io.BufferedReader[Counted], counted: Counted) -> Iterator[Row]:
        self._sniff(buffered)
        with io.TextIOWrapper(buffered, encoding="utf-8", errors="surrogateescape", newline="") as text:
            lines = _Lines(text)
            records = csv.reader(lines, strict=True)
            header = self._header(self._record(records, lines))
            while (record := self._record(records, lines)) is not None:
                self.bytes_read = counted.bytes_read
                if record and (row := self._row(header, record, lines)) is not None:
                    self.rows_read += 1
                    yield row

    def _sniff(self, buffered: io.BufferedReader[Counted]) -> None:
        start = buffered.peek(PEEK)
        if start.startswith(UTF_16_MARKS):
            raise DeliveryError(
                N_("%(file)s line 1: this is UTF-16; export it as UTF-8. Nothing has changed."), file=self.name
            )
        if start.startswith(UTF_8_MARK):
            buffered.read(len(UTF_8_MARK))
            self.note(1, N_("begins with a byte-order mark; it was skipped."))
        if b"\r" in start and b"\n" not in start:
            self.note(1, N_("lines end in CR alone, as on old Macintoshes; they were read so."))

    def _record(self, records: Iterator[list[str]], lines: _Lines) -> list[str] | None:
        """The next record; None at the end. A record that csv cannot parse is rejected, or refuses the file."""
        while True:
            lines.begin_record()
            try:
                return next(records)
            except StopIteration:
                return None
            except csv.Error as error:
                if lines.several or "unexpected end" in str(error):
                    raise DeliveryError(
                        N_(
                            "%(file)s line %(line)s: a quote that opens here is never closed, so the rows after it "
                            "cannot be told apart. Nothing has changed."
                        ),
                        file=self.name, line=lines.first,
                    ) from None  # fmt: skip
                if lines.first == 1:
                    raise self._no_header() from None
                key = lines.text.split(",", 1)[0].strip().strip('"')
                self.reject(lines.first, "", QUOTE, _printable(key))

    def _header(self, record: list[str] | None) -> list[str]:
        """Our name of each column; empty for those we do not read."""
        if not record:
            raise DeliveryError(N_("%(file)s is empty: not even a header. Nothing has changed."), file=self.name)
        ours = {name.lower(): name for name in (*self.spec.needed, *self.spec.optional)}
        given = [cell.strip().lower() for cell in record]
        for cell in given:
            if cell in MISSPELT and MISSPELT[cell].lower() != cell:
                self.note(1, kept(N_("the header %(given)s is read as %(ours)s."), given=cell, ours=MISSPELT[cell]))
        named = [MISSPELT.get(cell, cell).lower() for cell in given]
        for cell in filter(None, named):
            if named.count(cell) > 1:
                raise DeliveryError(
                    N_(
                        "%(file)s line 1: the column %(column)s stands twice, so it is unclear which one counts. "
                        "Nothing has changed."
                    ),
                    file=self.name, column=ours.get(cell, _printable(cell)),
                )  # fmt: skip
        missing = [name for name in self.spec.needed if name.lower() not in named]
        if missing:
            raise self._no_header(missing[0])
        self.columns = frozenset(ours[cell] for cell in named if cell in ours)
        self._given = given
        self._unnamed = sum(1 for _ in takewhile(lambda cell: not cell, reversed(named)))
        return [ours.get(cell, "") for cell in named]

    def _no_header(self, missing: str | None = None) -> DeliveryError:
        return DeliveryError(
            N_(
                "%(file)s line 1: no column %(column)s, so this is no %(kind)s file in CSV form. Nothing has changed."
            ),
            file=self.name, column=missing or self.spec.needed[0], kind=self.spec.file,
        )  # fmt: skip

    def _row(self, header: list[str], record: list[str], lines: _Lines) -> Row | None:
        values = {name: cell.strip() for name, cell in zip(header, record, strict=False) if name}
        fault = self._fault(header, record, lines)
        if fault is None:
            return Row(lines.first, values)
        key = _printable(values.get(self.spec.key, ""))
        self.reject(lines.first, fault[0], fault[1], key)
        return None

    def _fault(self, header: list[str], record: list[str], lines: _Lines) -> tuple[str, str] | None:
        if lines.cut:
            return self._name(header, len(record) - 1), kept(
                N_("is longer than %(limit)s KB; no field of a roster is. Is a file pasted into it?"),
                limit=LINE_LIMIT // 1024,
            )
        if not len(header) - self._unnamed <= len(record) <= len(header):
            if lines.several:
                raise DeliveryError(
                    N_(
                        "%(file)s lines %(first)s to %(last)s read as one row, of %(columns)s columns; a quote "
                        "that opens there is probably not closed. Nothing has changed."
                    ),
                    file=self.name, first=lines.first, last=lines.last, columns=len(record),
                )  # fmt: skip
            return "", kept(
                N_("has %(given)s columns where the header has %(wanted)s."), given=len(record), wanted=len(header)
            )
        for position, cell in enumerate(record):
            if "\0" in cell:
                return self._name(header, position), N_("holds a NUL, a character that no name or number has.")
            if not cell.isascii() and _not_utf_8(cell):
                return self._name(header, position), N_(
                    "is not UTF-8 (Latin-1 or Windows-1252 perhaps), so its accents cannot be read for certain; "
                    "export the file as UTF-8."
                )
        if [cell.strip().lower() for cell in record] == self._given[: len(record)]:
            return "", N_("is the header again.")
        return None

    def _name(self, header: list[str], position: int) -> str:
        return header[position] if 0 <= position < len(header) else ""


class _Lines:
    """Physical lines for csv, which tells which of them the present record used; over-long ones are cut."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._file = text
        self.first = self.last = 0
        self.cut = False
        self.text = ""

    @property
    def several(self) -> bool:
        return self.last > self.first

    def begin_record(self) -> None:
        self.first = self.last + 1
        self.cut = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline(LINE_LIMIT)
        if not line:
            raise StopIteration
        self.last += 1
        self.text = line
        if len(line) == LINE_LIMIT and not line.endswith(("\r", "\n")):
            self.cut = True
            while (rest := self._file.readline(LINE_LIMIT)) and not rest.endswith(("\r", "\n")):
                pass
            self.text = line[:1000] + ('"' if line[:1000].count('"') % 2 else "")
        return self.text


def _not_utf_8(cell: str) -> bool:
    return any("\udc80" <= character <= "\udcff" for character in cell)


def _printable(key: str) -> str:
    """A key that may be written to a file or terminal, whatever bytes it came from."""
    return key.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")[:200]


def chunked(items: Iterable[Item], size: int = CHUNK) -> Iterator[Sequence[Item]]:
    """``items`` in lists of ``size``, the last one shorter."""
    source = iter(items)
    while chunk := list(islice(source, size)):
        yield chunk
