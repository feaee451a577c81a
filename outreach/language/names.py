"""Languages and time zones by the names that the language spoken now has for them."""

from __future__ import annotations

from babel.dates import get_timezone_name

from .catalogs import LOCALES
from .sentences import N_, _
from .speaking import tongue

NO_SUMMER_TIME = {"America/Phoenix": N_("Arizona Time")}
"""Zones that share their generic name with one whose clocks change."""


def language_name(tag: str | None) -> str:
    """``es`` as Spanish; an unknown tag as it is; nothing where the language is unknown."""
    if not tag:
        return ""
    return str(LOCALES[tongue()].languages.get(tag.split("-")[0].lower(), tag))


def zone_name(zone: str | None) -> str:
    """``America/Chicago`` as Central Time; nothing where the zone is unknown."""
    if not zone:
        return ""
    if zone in NO_SUMMER_TIME:
        return _(NO_SUMMER_TIME[zone])
    return str(get_timezone_name(zone, zone_variant="generic", locale=LOCALES[tongue()]))
