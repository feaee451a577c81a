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
    SignIn,
    administered_schools,
    record_consent_basis,
    set_active,
    set_log_began,
    sign_ins,
    without_sign_in,
)
from .audit import audit
from .colleagues import Colleague, colleagues
from .directory import Adult, Child, FamilyRow, Found, Household, Reach, children_of, find_families, household
from .grants import Grant, require, require_role, why_may_see
from .scope import visible_families, visible_students
from .viewer import EVERY_SCHOOL, NotAllowed, Viewer, viewer_of

__all__ = [
    "ADMINISTRATORS",
    "EVERY_SCHOOL",
    "ROLE_OF_STAFF",
    "Adult",
    "Child",
    "Colleague",
    "FamilyRow",
    "Figures",
    "Found",
    "Grant",
    "Household",
    "InvitationFigures",
    "Invited",
    "NotAllowed",
    "Reach",
    "SignIn",
    "Viewer",
    "administered_schools",
    "audit",
    "children_of",
    "colleagues",
    "create_account",
    "deactivate_accounts_of_departed_staff",
    "end_sessions",
    "find_families",
    "hash_password",
    "household",
    "invite_from_roster",
    "record_consent_basis",
    "require",
    "require_role",
    "role_named",
    "set_active",
    "set_log_began",
    "sign_ins",
    "viewer_of",
    "visible_families",
    "visible_students",
    "why_may_see",
    "without_sign_in",
]
