"""In which language a colleague is written to: what they chose on their own sign-in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account

AT_A_TIME = 500


def languages_of(session: Session, staff_ids: Iterable[int]) -> Mapping[int, str]:
    """By staff member, the language chosen on the active sign-in; absent where nobody chose any. For
    ``outreach.language.speaking`` around what is written to them."""
    wanted = sorted(set(staff_ids))
    found: dict[int, str] = {}
    for start in range(0, len(wanted), AT_A_TIME):
        rows = session.execute(
            select(Account.staff_id, Account.language)
            .where(
                Account.staff_id.in_(wanted[start : start + AT_A_TIME]), Account.active, Account.language.is_not(None)
            )
            .order_by(Account.id.desc())
        )  # fmt: skip
        found |= {staff_id: language for staff_id, language in rows if staff_id is not None and language is not None}
    return found
