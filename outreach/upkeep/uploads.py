"""An import from the page: a file is uploaded, tried without changing anything, and imported once somebody says so.

Between the two it lies in the database, for a day at most. The same verbs as at the command line do the work, in one
transaction, so that nothing is ever half-written.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Protocol, TypeVar

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, undefer

from models import Account, AccountRole, ImportOrigin, ImportUpload, JsonObject, JsonValue
from outreach.access import AdministrationRefused, Viewer, audit
from outreach.access.grants import require_role
from outreach.contacts import import_contacts
from outreach.contacts.import_rows import CONTACTS
from outreach.delivery.consent_list import CONSENTS, import_consents
from outreach.errors import NotFound
from outreach.language import N_, _
from outreach.roster import (
    HEADERS,
    ImportFigures,
    Rejects,
    RosterError,
    TooManyDeactivationsError,
    import_attendance,
    import_incidents,
    import_marks,
    import_oneroster,
    import_relationships,
    import_staff,
)
from outreach.roster.oneroster import KIND as ONEROSTER
from outreach.roster.record import attribute, record_refusal
from outreach.roster.rejection import Ending
from outreach.roster.run import Progress
from outreach.roster.source import READ_FAULTS

LARGEST_UPLOAD = 20 << 20
"""Bytes of one uploaded file. What is larger is imported at the command line, where nobody waits for a page."""
LARGEST_UNPACKED = 100 << 20
"""Bytes that an uploaded zip may unpack to: at about 1 MB a second it stays inside the minute that proxies wait."""
KEPT_FOR = timedelta(days=1)
Result = TypeVar("Result")
SPELT = re.compile(r"[^\w .()-]+")
LONGEST_NAME = 100


class ImportOfList(Protocol):
    """A verb that imports one CSV file."""

    def __call__(
        self, session: Session, path: Path, now: datetime, *, dry_run: bool = False, rejects: Rejects | None = None,
        progress: Progress | None = None,
    ) -> ImportFigures: ...  # fmt: skip


LISTS: Mapping[str, ImportOfList] = {
    "relationships": import_relationships,
    "attendance": import_attendance,
    "marks": import_marks,
    "incidents": import_incidents,
    "staff": import_staff,
    "contacts": import_contacts,
    "consents": import_consents,
}
"""What comes as one CSV file, by the name that the command line has for it."""
KINDS: Mapping[str, str] = {
    ONEROSTER: N_("Roster: a OneRoster zip"),
    "relationships": N_("Who a guardian is to a student"),
    "attendance": N_("Absences"),
    "marks": N_("Marks"),
    "incidents": N_("Incidents"),
    "staff": N_("Who answers for whom"),
    "contacts": N_("Contacts kept elsewhere"),
    "consents": N_("Who agreed or opted out"),
}

COLUMNS_OF: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    **HEADERS,
    **{spec.file: (spec.needed, spec.optional) for spec in (CONTACTS, CONSENTS)},
}
"""The columns that each list must have, and those it may have."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that was tried and waits to be imported."""

    id: int
    kind: str
    name: str
    uploaded_at: datetime
    figures: JsonObject
    endings: tuple[Ending, ...]
    """What a bulk roster would end beyond a twentieth; the import then wants that accepted."""


def try_upload(
    session: Session, viewer: Viewer, kind: str, name: str, content: bytes, now: datetime, *, zone: str
) -> Uploaded:
    """Try an uploaded file and keep it with what the trial found; nothing else changes. Flushed. ``zone``: the IANA
    zone of a district that is not in the database yet.

    Raises :class:`~outreach.access.NotAllowed` for anybody but a district administrator,
    :class:`AdministrationRefused` for a file that is empty, too large or of no known kind,
    :class:`~outreach.roster.RosterError` where it cannot be read as what it is said to be.
    """
    require_role(viewer, AccountRole.DISTRICT_ADMINISTRATOR)
    if kind not in KINDS:
        raise AdministrationRefused(_("Choose what the file holds."), "kind")
    if not content:
        raise AdministrationRefused(_("Choose a file; this one is empty."), "file")
    _check_size(kind, name, content)
    forget_old_uploads(session, now)
    figures, too_many = _with_file(name, content, lambda path: _trial(session, kind, path, now, zone))
    made = ImportUpload(
        kind=kind, name=_spelt(name), content=content, figures=_kept(figures),
        too_many={one.kind: [one.ended, one.of] for one in too_many} or None, uploaded_at=now,
        uploaded_by=viewer.account_id,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return _shown(made)


def find_upload(session: Session, viewer: Viewer, upload_id: int) -> Uploaded:
    """Raises :class:`~outreach.errors.NotFound` where it was imported, discarded or forgotten meanwhile."""
    return _shown(_upload(session, viewer, upload_id))


def waiting_uploads(session: Session, viewer: Viewer) -> list[Uploaded]:
    """What was tried and neither imported nor discarded, the newest first."""
    require_role(viewer, AccountRole.DISTRICT_ADMINISTRATOR)
    return [_shown(one) for one in session.scalars(select(ImportUpload).order_by(ImportUpload.id.desc()))]


def import_upload(
    session: Session, viewer: Viewer, upload_id: int, now: datetime, *, zone: str, accepted: bool = False
) -> int:
    """Import an uploaded file; gives the run's id. ``accepted``: also where more than a twentieth of something ends;
    ``zone`` as for :func:`try_upload`.

    The caller commits. Raises :class:`~outreach.errors.NotFound` where it is not here any more (a second click),
    :class:`AdministrationRefused` where that needs accepting or would end the viewer's own sign-in, and
    :class:`~outreach.roster.RosterError`; the caller then rolls back, and may keep the refusal by
    :func:`keep_refusal`.
    """
    upload = _upload(session, viewer, upload_id, held=True)
    if upload.too_many and not accepted:
        raise AdministrationRefused(_("Tick that these really are to end, or discard the file."), "accepted")
    kind, name, content = upload.kind, upload.name, upload.content

    def work(path: Path) -> ImportFigures:
        if kind != ONEROSTER:
            return LISTS[kind](session, path, now)
        return import_oneroster(session, path, now, accept_deactivations=accepted, timezone=zone)

    figures = _with_file(name, content, work)
    _stays(session, viewer)
    attribute(session, figures, ImportOrigin.PERSON, viewer.account_id)
    session.execute(delete(ImportUpload).where(ImportUpload.id == upload_id))
    assert figures.run_id is not None
    detail: JsonObject = {"kind": kind, "changed": figures.changed, "rejected": figures.rejected}
    audit(session, viewer, "import", "import_run", figures.run_id, now, detail=detail)
    return figures.run_id


def keep_refusal(session: Session, viewer: Viewer, upload_id: int, error: RosterError, now: datetime) -> None:
    """Keep that an import which had been tried was refused after all. The file stays, to be discarded."""
    upload = _upload(session, viewer, upload_id)
    record_refusal(
        session, upload.kind, upload.name, error, now, origin=ImportOrigin.PERSON, account_id=viewer.account_id
    )


def discard_upload(session: Session, viewer: Viewer, upload_id: int) -> None:
    """Forget an uploaded file. Safe to repeat."""
    require_role(viewer, AccountRole.DISTRICT_ADMINISTRATOR)
    session.execute(delete(ImportUpload).where(ImportUpload.id == upload_id))


def forget_old_uploads(session: Session, now: datetime) -> None:
    """Files that nobody imported within a day go: they hold what the school knows of children."""
    session.execute(delete(ImportUpload).where(ImportUpload.uploaded_at < now - KEPT_FOR))


def _kept(figures: ImportFigures) -> JsonObject:
    """What the trial found, its sentences for a reader of any language."""
    left_out: list[JsonValue] = [{**one.as_json(), "reason": one.stored} for one in figures.rejections]
    return {**figures.as_kept(), "rejections": left_out}


def _stays(session: Session, viewer: Viewer) -> None:
    """Nobody shuts themselves out by a roster that forgot them: most often it is another district's."""
    if not session.scalar(select(Account.active).where(Account.id == viewer.account_id)):
        raise AdministrationRefused(
            _(
                "This roster does not name you, so it would end your own sign-in; nothing was imported. If it is "
                "right, import it at the command line."
            ),
            "accepted",
        )


def _trial(
    session: Session, kind: str, path: Path, now: datetime, zone: str
) -> tuple[ImportFigures, tuple[Ending, ...]]:
    if kind != ONEROSTER:
        return LISTS[kind](session, path, now, dry_run=True), ()
    try:
        return import_oneroster(session, path, now, dry_run=True, timezone=zone), ()
    except TooManyDeactivationsError as refused:
        figures = import_oneroster(session, path, now, dry_run=True, timezone=zone, accept_deactivations=True)
        return figures, refused.endings


def _with_file(name: str, content: bytes, work: Callable[[Path], Result]) -> Result:
    """``work`` on the content as a file, which only this account may read and which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="outreach-import-") as folder:
        path = Path(folder) / _spelt(name)
        path.write_bytes(content)
        return work(path)


def _check_size(kind: str, name: str, content: bytes) -> None:
    """A zip that is none is told by the import itself."""
    unpacked = len(content)
    if kind == ONEROSTER:
        with tempfile.SpooledTemporaryFile(LARGEST_UPLOAD) as file:
            file.write(content)
            with suppress(*READ_FAULTS, ValueError), zipfile.ZipFile(file) as archive:
                unpacked = sum(one.file_size for one in archive.infolist())
    if len(content) > LARGEST_UPLOAD or unpacked > LARGEST_UNPACKED:
        raise AdministrationRefused(
            _(
                "%(name)s is too large for this page; import it at the command line: outreach import %(kind)s PATH",
                name=_spelt(name), kind=kind,
            ),
            "file",
        )  # fmt: skip


def _spelt(name: str) -> str:
    """The file's own name, without folders, in letters that every file system takes."""
    plain = PureWindowsPath(PurePosixPath(name).name).name
    return SPELT.sub("_", plain).strip(" .")[-LONGEST_NAME:] or "upload"


def _upload(session: Session, viewer: Viewer, upload_id: int, *, held: bool = False) -> ImportUpload:
    require_role(viewer, AccountRole.DISTRICT_ADMINISTRATOR)
    statement = select(ImportUpload).where(ImportUpload.id == upload_id)
    if held:
        statement = statement.options(undefer(ImportUpload.content)).with_for_update()
    found = session.scalar(statement)
    if found is None:
        raise NotFound(_("This file is no longer here: it was imported, discarded, or lay for more than a day."))
    return found


def _shown(upload: ImportUpload) -> Uploaded:
    return Uploaded(
        upload.id, upload.kind, upload.name, upload.uploaded_at, upload.figures,
        tuple(_ending(kind, counts) for kind, counts in (upload.too_many or {}).items()),
    )  # fmt: skip


def _ending(kind: str, counts: JsonValue) -> Ending:
    assert isinstance(counts, list)
    ended, of = counts
    return Ending(kind, int(str(ended)), int(str(of)))
