"""A line of the who-to-ask directory as an administrator typed it, read field by field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers

from models import AddressHealth, Department, JsonObject
from outreach.errors import OutreachError
from outreach.language import _, ngettext
from outreach.roster.phones import DEFAULT_REGION, parse_email, parse_phone

WORDS = ("what_en", "what_es", "who", "phone", "extension", "email", "department", "staff_id", "hours_en", "hours_es")
"""What a line says; in these columns."""
LONGEST = {"what_en": 120, "what_es": 120, "who": 120, "hours_en": 160, "hours_es": 160}
"""Signs: a family reads it on a small screen."""
LONGEST_EXTENSION = 8


class LineWrong(OutreachError):
    """The line cannot be kept as typed."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__(problems[0][1])
        self.problems = problems
        """Each field with the sentence that says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class LineTyped:
    """The form's fields, as they came."""

    what_en: str = ""
    what_es: str = ""
    who: str = ""
    phone: str = ""
    email: str = ""
    department: str = ""
    staff_id: str = ""
    hours_en: str = ""
    hours_es: str = ""


def line_values(typed: LineTyped) -> JsonObject:
    """The columns of :data:`WORDS`. Raises :class:`LineWrong` with everything that is wrong."""
    problems = list(_problems(typed))
    if problems:
        raise LineWrong(problems)
    phone, extension = read_phone(typed.phone)
    return {
        "what_en": _tidy(typed.what_en), "what_es": _tidy(typed.what_es), "who": _tidy(typed.who), "phone": phone,
        "extension": extension, "email": parse_email(typed.email).value if typed.email.strip() else None,
        "department": Department(typed.department) if typed.department else None,
        "staff_id": int(typed.staff_id) if typed.staff_id else None, "hours_en": _tidy(typed.hours_en) or None,
        "hours_es": _tidy(typed.hours_es) or None,
    }  # fmt: skip


def read_phone(text: str) -> tuple[str | None, str | None]:
    """``(312) 555-0142 ext. 12`` as ``+13125550142`` and ``12``; nothing for nothing."""
    if not text.strip():
        return None, None
    number = phonenumbers.parse(text, DEFAULT_REGION)
    return parse_phone(text).value, (number.extension or None)


def _problems(typed: LineTyped) -> Iterator[tuple[str, str]]:
    yield from _wordless(typed)
    for name, most in LONGEST.items():
        over = len(_tidy(getattr(typed, name))) - most
        if over > 0:
            yield (
                name,
                ngettext(
                    "This is %(count)s sign too long; families read it on a small screen.",
                    "This is %(count)s signs too long; families read it on a small screen.", over,
                ),
            )  # fmt: skip
    if typed.phone.strip() and not _dialable(typed.phone):
        yield (
            "phone",
            _("This is not a number that can be dialed; give it with its area code, such as (312) 555-0142."),
        )
    if typed.email.strip() and parse_email(typed.email).health is AddressHealth.DEAD:
        yield "email", _("This is not an e-mail address; write it like office@example.org.")
    if not typed.phone.strip() and not typed.email.strip():
        yield "phone", _("Give a phone number or an e-mail address, or both.")
    if typed.department and typed.department not in list(Department):
        yield "department", _("Choose one of the departments.")
    if typed.staff_id and not typed.staff_id.isdecimal():
        yield "staff_id", _("Choose one of the people.")


def _wordless(typed: LineTyped) -> Iterator[tuple[str, str]]:
    if not typed.what_en.strip():
        yield "what_en", _("Say in English for what one asks here.")
    if not typed.what_es.strip():
        yield "what_es", _("Say it in Spanish too: families who read Spanish see only this.")
    if not typed.who.strip():
        yield "who", _("Say which office or person answers.")


def _dialable(text: str) -> bool:
    try:
        number = phonenumbers.parse(text, DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        return False
    short = len(number.extension or "") <= LONGEST_EXTENSION
    return short and parse_phone(text).health is not AddressHealth.DEAD


def _tidy(text: str) -> str:
    return " ".join(text.split())
