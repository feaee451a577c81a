"""Phone numbers and e-mail addresses as families gave them: normalised, with their health and why.

usable: valid by the numbering plan, or a well-formed e-mail. doubtful: it has the right length and may ring, but no
plan we know holds it (phonenumbers' metadata can be younger or older than a number). dead: it can never reach anyone.
Nothing is looked up over a network.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import PhoneNumberFormat, PhoneNumberType, ValidationResult
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_geographical_number

from models import AddressHealth, AddressKind
from outreach.language import N_

DEFAULT_REGION = "US"
KEPT_OF_NONSENSE = 100
"""Characters kept of words that are no address at all."""
SEVERAL_PHONES, SEVERAL_EMAILS = re.compile(r"[;,/]|\bor\b"), re.compile(r"[;,]")
IMPOSSIBLE = {
    ValidationResult.TOO_SHORT: N_("it has too few digits"),
    ValidationResult.TOO_LONG: N_("it has too many digits"),
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: N_("it has no area code"),
    ValidationResult.INVALID_COUNTRY_CODE: N_("there is no country of that code"),
    ValidationResult.INVALID_LENGTH: N_("no number of that country has so many digits"),
}
NOT_FOR_FAMILIES = {
    PhoneNumberType.PREMIUM_RATE: N_("it is a premium-rate number"),
    PhoneNumberType.SHARED_COST: N_("it is a shared-cost number"),
    PhoneNumberType.PAGER: N_("it is a pager"),
    PhoneNumberType.VOICEMAIL: N_("it is a voicemail access number"),
}


@dataclass(frozen=True)
class ParsedAddress:
    """One address, ready to store."""

    kind: AddressKind
    value: str
    """E.164, or the e-mail in lower case, so that one mailbox is one address however it is typed; the words as given
    where that is impossible (then dead)."""
    health: AddressHealth
    reason: str | None
    """Why it is not usable, as part of a sentence; None where it is."""
    timezone: str | None
    """IANA zone of the number's region where the plan tells exactly one."""


def parse_phone(text: str, region: str = DEFAULT_REGION) -> ParsedAddress:
    """Read one phone number; numbers without a country code are taken to be of ``region`` (ISO 3166, two letters)."""
    return _parse_phone(text.strip(), region)


def parse_email(text: str) -> ParsedAddress:
    """Read one e-mail address. Its domain is not asked for: import works without a network."""
    words = text.strip()
    try:
        checked = validate_email(words, check_deliverability=False)
    except EmailNotValidError as error:
        return ParsedAddress(AddressKind.EMAIL, words[:KEPT_OF_NONSENSE], AddressHealth.DEAD, _clause(error), None)
    return ParsedAddress(AddressKind.EMAIL, checked.normalized.lower(), AddressHealth.USABLE, None, None)


def parse_phones(text: str, region: str = DEFAULT_REGION) -> list[ParsedAddress]:
    """Every number of a field; some systems write two into one."""
    return [parse_phone(part, region) for part in SEVERAL_PHONES.split(text) if part.strip()]


def parse_emails(text: str) -> list[ParsedAddress]:
    """Every address of a field. A blank divides nothing: ``Mc Clain@example.org`` is no address, and least of all that
    of whoever is Clain."""
    return [parse_email(part) for part in SEVERAL_EMAILS.split(text) if part.strip()]


@lru_cache(maxsize=1024)
def _parse_phone(text: str, region: str) -> ParsedAddress:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ParsedAddress(
            AddressKind.PHONE, text[:KEPT_OF_NONSENSE], AddressHealth.DEAD, N_("it is not a phone number"), None
        )
    number.extension = None
    value = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    health, reason = _health_of_phone(number)
    return ParsedAddress(
        AddressKind.PHONE, value, health, reason, _zone(number) if health is not AddressHealth.DEAD else None
    )


def _health_of_phone(number: phonenumbers.PhoneNumber) -> tuple[AddressHealth, str | None]:
    impossible = IMPOSSIBLE.get(phonenumbers.is_possible_number_with_reason(number))
    if impossible:
        return AddressHealth.DEAD, impossible
    if not phonenumbers.is_valid_number(number):
        return AddressHealth.DOUBTFUL, N_("it has the right length but no area or exchange that we know")
    kind = phonenumbers.number_type(number)
    if kind in NOT_FOR_FAMILIES:
        return AddressHealth.DEAD, NOT_FOR_FAMILIES[kind]
    return AddressHealth.USABLE, None


def _zone(number: phonenumbers.PhoneNumber) -> str | None:
    zones = time_zones_for_geographical_number(number)
    return zones[0] if len(zones) == 1 and zones[0] != UNKNOWN_TIMEZONE else None


def _clause(error: EmailNotValidError) -> str:
    """The checker's sentence as a clause of ours."""
    words = str(error).split(".")[0].strip()
    return f"{words[0].lower()}{words[1:]}" if words else N_("it is not an e-mail address")
