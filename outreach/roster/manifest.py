"""Which files a delivery holds, and whether each is the whole list (bulk) or only what changed (delta)."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.language import N_, kept

from .fields import shown
from .rejection import DeliveryError, Notes, Rejects
from .rows import FileSpec, Reading
from .source import Delivery

MANIFEST = FileSpec("manifest", ("propertyName", "value"), key="propertyName")
READ = (
    "orgs", "academicSessions", "courses", "classes", "categories", "roles", "userProfiles", "users", "demographics",
    "enrollments", "lineItems", "results",
)  # fmt: skip
"""What we read, in the order in which the one needs the other. Other files of OneRoster are left unread."""
VERSIONS = ("1.1", "1.2")


@dataclass(frozen=True)
class Manifest:
    version: str
    modes: dict[str, str]
    """Each of :data:`READ` that is to be read, to ``bulk`` or ``delta``."""


def read_manifest(delivery: Delivery, notes: Notes) -> Manifest:
    """What ``manifest.csv`` says, checked against the files that are there.

    Without a manifest every file counts as bulk. Raises :class:`DeliveryError` where ``users.csv`` is missing, or a
    file that the manifest announces: half a delivery must not empty the roster.
    """
    said = _properties(delivery, notes) if "manifest" in delivery.members else {}
    if not said:
        _needs_users(delivery)
        notes.add("manifest.csv", None, N_("is missing; every file was taken as the whole list (bulk)."))
    modes: dict[str, str] = {}
    for file in READ:
        mode = _mode(delivery, notes, file, said.get(f"file.{file}".lower(), "bulk" if not said else ""))
        if mode:
            modes[file] = mode
    if said and "users" not in modes and said.get("file.users") != "absent":
        _needs_users(delivery)
    version = said.get("oneroster.version") or ("1.2" if "roles" in delivery.members else "1.1")
    if version not in VERSIONS:
        notes.add(
            "manifest.csv", None,
            kept(N_("says OneRoster %(text)s; it was read as %(version)s."), text=shown(version), version=VERSIONS[0]),
        )  # fmt: skip
        version = VERSIONS[0]
    return Manifest(version, modes)


def _properties(delivery: Delivery, notes: Notes) -> dict[str, str]:
    rejects = Rejects()
    reading = Reading(MANIFEST, delivery.members["manifest"], rejects, notes, lambda _key: None)
    said = {row["propertyName"].lower(): row["value"].lower() for row in reading.rows()}
    if rejects.count:
        raise DeliveryError(N_("%(fault)s Nothing has changed."), fault=rejects.first[0].kept())
    return said


def _mode(delivery: Delivery, notes: Notes, file: str, said: str) -> str | None:
    member = delivery.members.get(file.lower())
    match said:
        case "bulk" | "delta" if member is None and "manifest" not in delivery.members:
            raise DeliveryError(
                N_(
                    "%(label)s holds no %(file)s.csv, and no manifest.csv that calls it absent; the delivery is not "
                    "whole. Nothing has changed."
                ),
                label=delivery.label, file=file,
            )  # fmt: skip
        case "bulk" | "delta" if member is None:
            raise DeliveryError(
                N_(
                    "manifest.csv announces %(file)s.csv (%(mode)s), and it is not in %(label)s; the delivery is not "
                    "whole. Nothing has changed."
                ),
                file=file, mode=said, label=delivery.label,
            )  # fmt: skip
        case "bulk" | "delta":
            return said if member else None
        case "absent":
            if member:
                notes.add(member.name, None, N_("the manifest calls it absent, so it was not read."))
            return None
        case "":
            if member and "manifest" in delivery.members:
                notes.add(
                    member.name,
                    None,
                    N_("the manifest does not say what it is; it was taken as the whole list (bulk)."),
                )
            return "bulk" if member else None
    raise DeliveryError(
        N_("manifest.csv: file.%(file)s is %(text)s, which is neither bulk, delta nor absent. Nothing has changed."),
        file=file, text=shown(said),
    )  # fmt: skip


def _needs_users(delivery: Delivery) -> None:
    if "users" not in delivery.members:
        raise DeliveryError(
            N_("%(label)s holds no users.csv, so it is not a whole OneRoster delivery. Nothing has changed."),
            label=delivery.label,
        )  # fmt: skip
