"""What the log form offers besides what stands in its tables: colleagues, and languages."""

from __future__ import annotations

from models import Contact, Staff
from outreach.access import Colleague, Household, colleagues
from outreach.language import language_name

from . import asking
from .database import session

SPOKEN = (
    "en", "es", "ar", "zh", "fr", "de", "gu", "ht", "hi", "it", "ko", "pa", "fa", "pl", "pt", "ru", "so", "tl", "te",
    "uk", "ur", "vi",
)  # fmt: skip
"""What most homes in the United States speak (Census Bureau, American Community Survey, table C16001), and a few more
that schools meet; the languages of the family itself are added."""


def staff_offered(home: Household, contact: Contact | None) -> list[Colleague]:
    """Whom the form offers; in a correction also who stands there, wherever they work by now."""
    found = colleagues(session(), asking.viewer(), home.id)
    stands = contact.staff_id if contact is not None else None
    if stands is None or stands in {asking.viewer().staff_id, *(one.id for one in found)}:
        return found
    staff = session().get_one(Staff, stands)
    return [*found, Colleague(staff.id, staff.display_name, staff.role)]


def languages_offered(home: Household, chosen: str) -> list[tuple[str, str]]:
    """By tag, the family's own and the one chosen first, then the rest by name."""
    spoken = [adult.language for adult in home.adults if adult.language]
    own = dict.fromkeys([*spoken, chosen] if chosen else spoken)
    rest = sorted((tag for tag in SPOKEN if tag not in own), key=lambda tag: language_name(tag).casefold())
    return [(tag, language_name(tag)) for tag in [*own, *rest]]
