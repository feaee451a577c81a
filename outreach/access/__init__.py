"""Who may see and do what, why they may, and the trail of what they did."""

from .accounts import (
    ROLE_OF_STAFF,
    Figures,
    InvitationFigures,
    Invited,
    create_account,
    deactivate_accounts_of_departed_staff,
    end_sessions,
    hash_password,
    invite_from_roster,
    role_named,
)
from .administration import (
    ADMINISTRATORS,
    AdministrationRefused,
    ChangedMeanwhile,
    administered_school,
    administered_schools,
    record_consent_basis,
)
from .audit import audit
from .colleagues import Colleague, colleagues
from .directory import Among, Child, Choices, FamilyRow, Found, children_of, choices_among, find_families
from .grants import Grant, require, require_role, why_may_see
from .household import Adult, Household, Leave, Reach, holding, household, listed, with_adult
from .presence import working_here, works_here
from .readers import languages_of
from .scope import visible_families, visible_students
from .seeing import sees_family, sees_student
from .sign_ins import SignIn, set_active, set_roles, without_sign_in
from .viewer import EVERY_SCHOOL, NotAllowed, Viewer, viewer_of

__all__ = [
    "ADMINISTRATORS",
    "EVERY_SCHOOL",
    "ROLE_OF_STAFF",
    "AdministrationRefused",
    "Adult",
    "Among",
    "ChangedMeanwhile",
    "Child",
    "Choices",
    "Colleague",
    "FamilyRow",
    "Figures",
    "Found",
    "Grant",
    "Household",
    "InvitationFigures",
    "Invited",
    "Leave",
    "NotAllowed",
    "Reach",
    "SignIn",
    "Viewer",
    "administered_school",
    "administered_schools",
    "audit",
    "children_of",
    "choices_among",
    "colleagues",
    "create_account",
    "deactivate_accounts_of_departed_staff",
    "end_sessions",
    "find_families",
    "hash_password",
    "holding",
    "household",
    "invite_from_roster",
    "languages_of",
    "listed",
    "record_consent_basis",
    "require",
    "require_role",
    "role_named",
    "sees_family",
    "sees_student",
    "set_active",
    "set_roles",
    "viewer_of",
    "visible_families",
    "visible_students",
    "why_may_see",
    "with_adult",
    "without_sign_in",
    "working_here",
    "works_here",
]
