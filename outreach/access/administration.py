"""What administrators decide for a school or the district: which are theirs, and why the district may write."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AccountRole, District, OrgKind, School
from outreach.errors import NotFound, OutreachError
from outreach.language import _

from .audit import audit
from .grants import require_role
from .viewer import Viewer

ADMINISTRATORS = (AccountRole.ADMINISTRATOR, AccountRole.DISTRICT_ADMINISTRATOR)


class AdministrationRefused(OutreachError):
    """What an administrator entered cannot be kept as it is; ``field`` names what is wrong with it."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class ChangedMeanwhile(AdministrationRefused):
    """Somebody changed it since this person saw it: nothing is kept, so that nobody's change is lost unseen."""

    def __init__(self, field: str = "") -> None:
        super().__init__(
            _("Somebody changed this meanwhile. What stands now is shown beside what you typed; keep it again."), field
        )


class WordsMissingError(OutreachError):
    """A decision that must be put in words was not."""


def administered_schools(session: Session, viewer: Viewer) -> list[School]:
    """The schools that ``viewer`` answers for, by name; none for who administers nothing."""
    statement = select(School).where(School.active, School.kind == OrgKind.SCHOOL).order_by(School.name, School.id)
    if not viewer.administers:
        return []
    if not viewer.sees_district:
        statement = statement.where(School.id.in_(viewer.school_ids))
    return list(session.scalars(statement))


def administered_school(session: Session, viewer: Viewer, school_id: int) -> School:
    """One of them. Raises :class:`~outreach.errors.NotFound` for a school that the viewer does not administer."""
    found = session.get(School, school_id)
    mine = viewer.administers and (viewer.sees_district or school_id in viewer.school_ids)
    if found is None or not mine or not found.active or found.kind is not OrgKind.SCHOOL:
        raise NotFound(_("There is no such school, or you do not administer it."))
    return found


def record_consent_basis(session: Session, viewer: Viewer, words: str, now: datetime) -> District:
    """Keep the district's own words on why it may write to the addresses that families gave it.

    Raises :class:`~outreach.access.viewer.NotAllowed` for anybody but a district administrator,
    :class:`WordsMissingError` for no words.
    """
    require_role(viewer, AccountRole.DISTRICT_ADMINISTRATOR)
    if not words.strip():
        raise WordsMissingError(
            _("Say in your own words why the district may write to the addresses families gave it.")
        )
    district = session.get(District, 1)
    if district is None:
        raise NotFound(_("There is no district yet; import a roster first."))
    district.consent_basis, district.consent_basis_at = words.strip(), now
    district.consent_basis_by = viewer.account_id
    audit(session, viewer, "record_consent_basis", "district", district.id, now)
    return district
