"""Open a delivery: a folder, or a zip of one, of CSV files. Nothing is unpacked to disk."""

from __future__ import annotations

import hashlib
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from outreach.language import N_

from .rejection import DeliveryError

UNPACKED_LIMIT = 1 << 30
"""Bytes that all files of a zip may unpack to: 1 GiB. A larger district's export is imported as a folder."""
RATIO_LIMIT = 200
"""Unpacked to packed size of one file; rosters reach about 20. Looked at above :data:`RATIO_FROM` bytes."""
RATIO_FROM = 16 << 20
PIECE = 1 << 20


@dataclass(frozen=True)
class Member:
    """One file of a delivery."""

    name: str
    """As it is spelt there, without folders."""
    size: int
    """Bytes, unpacked."""
    opened: Callable[[], IO[bytes]]


@dataclass(frozen=True)
class Delivery:
    """The CSV files that stand beside each other in a folder or zip."""

    label: str
    """The folder's or zip's own name, without its path."""
    members: dict[str, Member]
    """By lower-case name without ``.csv``: OneRoster's spelling of capitals is not relied on."""

    def digest(self) -> str:
        """SHA-256 over names and contents, to tell a delivery that has not changed. Raises :class:`DeliveryError`."""
        digest = hashlib.sha256()
        for key, member in sorted(self.members.items()):
            digest.update(f"{key}:{member.size}\n".encode())
            try:
                with member.opened() as file:
                    while piece := file.read(PIECE):
                        digest.update(piece)
            except READ_FAULTS as error:
                raise unreadable(member.name, error) from None
        return digest.hexdigest()


READ_FAULTS = (OSError, EOFError, zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error, lzma.LZMAError)


def unreadable(name: str, error: BaseException) -> DeliveryError:
    """The sentence for a file whose bytes cannot be had."""
    if isinstance(error, PermissionError):
        return DeliveryError(N_("%(name)s may not be read by this account; nothing has changed."), name=name)
    if isinstance(error, RuntimeError) and "password" in str(error):
        return DeliveryError(
            N_("%(name)s is encrypted; deliver the zip without a password. Nothing has changed."), name=name
        )
    return DeliveryError(
        N_("%(name)s is damaged or cut short and cannot be read to its end; nothing has changed."), name=name
    )


@contextmanager
def open_delivery(path: Path) -> Iterator[Delivery]:
    """The files of the folder or zip at ``path``; the CSV files may stand in one folder inside it.

    Raises :class:`DeliveryError` where there is nothing to read, a zip is damaged, cut short, encrypted, or unpacks
    to more than :data:`UNPACKED_LIMIT`.
    """
    if path.is_dir():
        yield _folder(path)
        return
    if not path.exists():
        raise DeliveryError(N_("%(name)s does not exist."), name=str(path))
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError):  # the last two: a damaged table of contents
        raise DeliveryError(
            N_(
                "%(name)s is neither a folder nor a whole zip file; if it is a zip it was cut short. "
                "Deliver it again. Nothing has changed."
            ),
            name=path.name,
        ) from None
    except OSError as error:
        raise unreadable(path.name, error) from None
    with archive:
        yield _archive(path, archive)


def _folder(path: Path) -> Delivery:
    try:
        files = [file for file in (*path.glob("*"), *path.glob("*/*")) if file.is_file()]
        found = {file.relative_to(path).as_posix(): _plain(file) for file in files}
    except OSError as error:
        raise unreadable(path.name, error) from None
    label = path.resolve().name
    return Delivery(label, _beside_each_other(label, found))


def _archive(path: Path, archive: zipfile.ZipFile) -> Delivery:
    infos = [info for info in archive.infolist() if not info.is_dir() and not info.filename.startswith("__MACOSX/")]
    total = sum(info.file_size for info in infos)
    if total > UNPACKED_LIMIT:
        raise DeliveryError(
            N_(
                "%(name)s unpacks to %(size)s GiB, more than the %(limit)s GiB that is read from a zip; if that is "
                "right, unpack it and import the folder. Nothing has changed."
            ),
            name=path.name, size=f"{total / (1 << 30):,.1f}", limit=UNPACKED_LIMIT >> 30,
        )  # fmt: skip
    for info in infos:
        if info.file_size > RATIO_FROM and info.file_size > RATIO_LIMIT * max(info.compress_size, 1):
            raise DeliveryError(
                N_(
                    "%(file)s in %(name)s unpacks to more than %(limit)s times its packed size, as no roster does; "
                    "if it is right, unpack it and import the folder. Nothing has changed."
                ),
                file=info.filename, name=path.name, limit=RATIO_LIMIT,
            )  # fmt: skip
    names = [info.filename for info in infos]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise DeliveryError(
            N_("%(name)s holds %(file)s twice; keep one. Nothing has changed."), name=path.name, file=twice
        )
    found = {info.filename: _packed(archive, info) for info in infos}
    return Delivery(path.name, _beside_each_other(path.name, found))


def _packed(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    return Member(PurePosixPath(info.filename).name, info.file_size, lambda: archive.open(info))


def _plain(file: Path) -> Member:
    return Member(file.name, file.stat().st_size, lambda: file.open("rb"))


def _beside_each_other(label: str, found: dict[str, Member]) -> dict[str, Member]:
    """The CSV files of the one folder that holds ``users.csv`` or ``manifest.csv``, else those at the top."""
    marks = {"users.csv", "manifest.csv"}
    homes = {str(PurePosixPath(name).parent) for name in found if PurePosixPath(name).name.lower() in marks}
    if len(homes) > 1 and "." not in homes:
        raise DeliveryError(
            N_("%(name)s holds rosters in several folders (%(folders)s); import each alone."),
            name=label, folders=", ".join(sorted(homes)),
        )  # fmt: skip
    home = "." if not homes or "." in homes else homes.pop()
    members: dict[str, Member] = {}
    for name, member in found.items():
        place = PurePosixPath(name)
        if str(place.parent) != home or place.suffix.lower() != ".csv":
            continue
        key = place.stem.lower()
        if key in members:
            raise DeliveryError(
                N_("%(name)s holds both %(one)s and %(other)s; keep one. Nothing has changed."),
                name=label, one=members[key].name, other=member.name,
            )  # fmt: skip
        members[key] = member
    return members


class Counted(io.RawIOBase):
    """A stream of bytes that tells how many were read, for the progress bar."""

    def __init__(self, file: IO[bytes]) -> None:
        self._inner = file
        self.bytes_read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]  # RawIOBase's own parameter is typed only in stubs
        piece = self._inner.read(len(view))
        view[: len(piece)] = piece
        self.bytes_read += len(piece)
        return len(piece)

    def close(self) -> None:
        self._inner.close()
        super().close()


def plain_file(path: Path) -> Member:
    """One CSV file by itself. Raises :class:`DeliveryError`."""
    if not path.is_file():
        if path.exists():
            raise DeliveryError(N_("%(name)s is not a file."), name=str(path))
        raise DeliveryError(N_("%(name)s does not exist."), name=str(path))
    return _plain(path)
