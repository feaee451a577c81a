"""Who may see and do what, why they may, and the trail of what they did."""

from .accounts import (
    ROLE_OF_STAFF,
    Figures,
    InvitationFigures,
    Invited,
    create_account,
    deactivate_accounts_of_departed_staff,
    end_sessions,
    invite_from_roster,
    role_named,
)
from .audit import audit
from .grants import Grant, require, require_role, why_may_see
from .scope import visible_families, visible_students
from .viewer import EVERY_SCHOOL, NotAllowed, Viewer, viewer_of

__all__ = [
    "EVERY_SCHOOL",
    "ROLE_OF_STAFF",
    "Figures",
    "Grant",
    "InvitationFigures",
    "Invited",
    "NotAllowed",
    "Viewer",
    "audit",
    "create_account",
    "deactivate_accounts_of_departed_staff",
    "end_sessions",
    "invite_from_roster",
    "require",
    "require_role",
    "role_named",
    "viewer_of",
    "visible_families",
    "visible_students",
    "why_may_see",
]
