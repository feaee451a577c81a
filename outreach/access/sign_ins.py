"""Who may sign in, as what: given, changed and ended by administrators, each for the people they answer for.

A school's administrator decides for colleagues who work at that administrator's schools and nowhere else, since a role
counts at every school of its holder. Roles of the whole district are the district administrators' to give. Nobody
changes a sign-in of their own, and the last district administrator stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from models import Account, AccountRole, Role, Staff, StaffSchool
from outreach.errors import NotFound
from outreach.language import _

from .accounts import ROLE_OF_STAFF, AccountRefused, Invited, create_account, end_sessions, role_named
from .administration import ADMINISTRATORS, AdministrationRefused, ChangedMeanwhile
from .audit import audit
from .grants import require_role
from .viewer import NotAllowed, Viewer

DISTRICT = AccountRole.DISTRICT_ADMINISTRATOR
AT_SCHOOLS = (AccountRole.TEACHER, AccountRole.COUNSELOR, AccountRole.RECORDER, AccountRole.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class SignIn:
    """One account as its page shows it. No figure tells how often anybody works."""

    account_id: int
    staff_id: int | None
    email: str
    roles: tuple[AccountRole, ...]
    active: bool
    has_signed_in: bool
    has_password: bool

    @property
    def seen(self) -> str:
        """Changes with the roles."""
        return ",".join(self.roles)


def sign_in_of(session: Session, staff_id: int) -> SignIn | None:
    """The sign-in of a staff member; the newest where an older release made several."""
    account = session.scalar(
        select(Account).where(Account.staff_id == staff_id).order_by(Account.active.desc(), Account.id.desc()).limit(1)
    )
    return _shown(account) if account is not None else None


def sign_ins_without_staff(session: Session, viewer: Viewer) -> list[SignIn]:
    """Accounts that belong to nobody on the roster, by e-mail: made by ``outreach user create``. Raises
    :class:`NotAllowed`."""
    require_role(viewer, DISTRICT)
    found = session.scalars(select(Account).where(Account.staff_id.is_(None)).order_by(func.lower(Account.email)))
    return [_shown(account) for account in found]


def without_sign_in(session: Session, viewer: Viewer) -> int:
    """How many present staff with an e-mail, in the whole district, have no sign-in. Raises :class:`NotAllowed`."""
    require_role(viewer, DISTRICT)
    have = select(Account.staff_id).where(Account.staff_id.is_not(None))
    waiting = select(func.count()).where(Staff.active, Staff.email.is_not(None), Staff.id.not_in(have))
    return session.scalar(waiting) or 0


def grantable(viewer: Viewer) -> tuple[AccountRole, ...]:
    """The roles that ``viewer`` may give and take."""
    if not viewer.administers:
        return ()
    return (*AT_SCHOOLS, DISTRICT) if viewer.sees_district else AT_SCHOOLS


def why_not_yours(session: Session, viewer: Viewer, staff_id: int | None, sign_in: SignIn | None) -> str | None:
    """Why ``viewer`` may not decide on this sign-in, in one sentence; None: may. ``sign_in``: None, there is none."""
    if sign_in is not None and sign_in.account_id == viewer.account_id:
        return _("This is your own sign-in; a colleague decides about it.")
    if viewer.sees_district:
        return None
    if sign_in is not None and DISTRICT in sign_in.roles:
        return _("This sign-in reaches the whole district; a district administrator decides about it.")
    return why_not_all_yours(session, viewer, staff_id)


def why_not_all_yours(session: Session, viewer: Viewer, staff_id: int | None) -> str | None:
    """Why ``viewer`` may not decide what holds at every school of this person, in one sentence; None: may."""
    if viewer.sees_district:
        return None
    works_at = set(session.scalars(select(StaffSchool.school_id).where(StaffSchool.staff_id == (staff_id or 0))))
    if not works_at & viewer.school_ids:
        return _("You do not administer a school of this person.")
    if works_at - viewer.school_ids:
        return _("This person also works at a school that is not yours; a district administrator decides.")
    return None


def set_roles(
    session: Session, viewer: Viewer, account_id: int, roles: Iterable[AccountRole], now: datetime, *, seen: str
) -> tuple[AccountRole, ...]:
    """Give the sign-in exactly ``roles``; gives those it had before, for undo. ``seen``: :attr:`SignIn.seen` of what
    this person decided upon.

    Raises :class:`NotAllowed` where it is not this viewer's to decide or a role not this viewer's to give or take,
    :class:`ChangedMeanwhile` where it has other roles by now, :class:`AdministrationRefused` for no role at all, or
    where the last district administrator would go.
    """
    account = decided_by(session, viewer, account_id)
    before, wanted = roles_of(account), tuple(sorted(set(roles)))
    if not wanted:
        raise AdministrationRefused(
            _("Choose at least one role; to keep somebody out, switch the sign-in off."), "roles"
        )
    if not frozenset(before) ^ frozenset(wanted) <= frozenset(grantable(viewer)):
        raise NotAllowed(_("One of these roles is not yours to give or take."))
    if before == wanted:
        return before
    if seen != _shown(account).seen:
        raise ChangedMeanwhile("roles")
    if DISTRICT in before and DISTRICT not in wanted:
        check_another_is_left(session, account)
    account.roles = [role_named(session, role) for role in wanted]
    session.flush()
    detail = {"before": ", ".join(before), "after": ", ".join(wanted)}
    audit(session, viewer, "set_roles", "account", account_id, now, detail={**detail})
    return before


def set_active(session: Session, viewer: Viewer, account_id: int, active: bool, now: datetime) -> Account:
    """End a sign-in with all its sessions, or allow it again.

    Raises :class:`NotAllowed` where it is not this viewer's to decide, :class:`AdministrationRefused` where nobody
    would administer the district any more.
    """
    account = decided_by(session, viewer, account_id)
    if account.active == active:
        return account
    if not active and DISTRICT in roles_of(account):
        check_another_is_left(session, account)
    account.active = active
    end_sessions(account)
    session.flush()
    audit(session, viewer, "activate" if active else "deactivate", "account", account_id, now)
    return account


def invite_one(session: Session, viewer: Viewer, staff_id: int, roles: Iterable[AccountRole], now: datetime) -> Invited:
    """A sign-in, without a password, for one staff member; the caller sends the link that sets one.

    Raises :class:`NotAllowed` where that is not this viewer's to decide, :class:`AdministrationRefused` where the
    person has no e-mail, no role was chosen, or the e-mail signs in already.
    """
    require_role(viewer, *ADMINISTRATORS)
    staff = session.get(Staff, staff_id)
    if staff is None:
        raise NotFound(_("There is no such colleague."))
    _yours(session, viewer, staff_id, sign_in_of(session, staff_id))
    wanted = tuple(sorted(set(roles)))
    if not wanted:
        raise AdministrationRefused(_("Choose at least one role."), "roles")
    if not frozenset(wanted) <= frozenset(grantable(viewer)):
        raise NotAllowed(_("One of these roles is not yours to give or take."))
    if sign_in_of(session, staff_id) is not None:
        raise AdministrationRefused(_("This person has a sign-in already."), "roles")
    try:
        account = create_account(session, staff.email or "", wanted[0], now, staff_id=staff_id, viewer=viewer)
    except AccountRefused as refused:
        raise AdministrationRefused(str(refused), "roles") from None
    account.roles = [role_named(session, role) for role in wanted]
    session.flush()
    return Invited(account.id, account.email)


def invite_again(session: Session, viewer: Viewer, account_id: int, now: datetime) -> Invited:
    """Another letter for somebody who has not signed in yet. Raises as :func:`set_active`; refuses where the person
    has, since the sign-in page sends whoever forgot the password a link."""
    account = decided_by(session, viewer, account_id)
    if not account.active:
        raise AdministrationRefused(_("This sign-in is switched off; switch it on first."))
    if account.password is not None or account.current_login_at is not None:
        raise AdministrationRefused(
            _("This person has a password already; “Forgot the password” on the sign-in page sends a new link.")
        )
    audit(session, viewer, "invite_again", "account", account_id, now)
    return Invited(account.id, account.email)


def usual_roles(staff: Staff) -> tuple[AccountRole, ...]:
    """What the roster's role may become unasked; nothing for district staff, whom a role opens every family."""
    role = ROLE_OF_STAFF.get(staff.role)
    return (role,) if role else ()


def account_of(session: Session, viewer: Viewer, account_id: int) -> SignIn:
    """One account for its page. Raises :class:`~outreach.errors.NotFound` for one that the viewer may not see."""
    require_role(viewer, *ADMINISTRATORS)
    account = session.get(Account, account_id)
    if account is None or not (viewer.sees_district or _works_with(session, viewer, account.staff_id)):
        raise NotFound(_("There is no such sign-in."))
    return _shown(account)


def decided_by(session: Session, viewer: Viewer, account_id: int) -> Account:
    """The account, held for a change. Raises :class:`NotAllowed` where it is not this viewer's to decide."""
    require_role(viewer, *ADMINISTRATORS)
    account = session.get(Account, account_id, with_for_update=True, populate_existing=True)
    if account is None:
        raise NotFound(_("There is no such sign-in."))
    _yours(session, viewer, account.staff_id, _shown(account))
    return account


def _yours(session: Session, viewer: Viewer, staff_id: int | None, sign_in: SignIn | None) -> None:
    if why := why_not_yours(session, viewer, staff_id, sign_in):
        raise NotAllowed(why)


def _works_with(session: Session, viewer: Viewer, staff_id: int | None) -> bool:
    here = select(StaffSchool.staff_id).where(
        StaffSchool.staff_id == (staff_id or 0), StaffSchool.school_id.in_(viewer.school_ids)
    )
    return session.scalar(here.limit(1)) is not None


def check_another_is_left(session: Session, account: Account, field: str = "roles") -> None:
    """Raises :class:`AdministrationRefused` where nobody but the holder of ``account`` administers the district, today
    and with no last day entered. The role's row is held meanwhile, so that two administrators who take it from each
    other do so one after the other."""
    role = session.scalar(select(Role).where(Role.name == DISTRICT.value).with_for_update())
    stays = or_(Staff.id.is_(None), and_(Staff.active, Staff.left_on.is_(None)))
    somebody_else = or_(Account.staff_id.is_(None), Account.staff_id != (account.staff_id or 0))
    others = (
        select(func.count())
        .select_from(Account)
        .outerjoin(Staff, Staff.id == Account.staff_id)
        .where(Account.active, Account.id != account.id, somebody_else, Account.roles.contains(role), stays)
    )
    if role is not None and not session.scalar(others):
        raise AdministrationRefused(
            _("Nobody would be left to administer the district; give a colleague that role first."), field
        )


def roles_of(account: Account) -> tuple[AccountRole, ...]:
    return tuple(sorted(AccountRole(role.name) for role in account.roles))


def _shown(account: Account) -> SignIn:
    return SignIn(
        account.id, account.staff_id, account.email, roles_of(account), account.active,
        account.current_login_at is not None, account.password is not None,
    )  # fmt: skip
