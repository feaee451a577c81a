"""What an administrator does with colleagues' pages."""

from __future__ import annotations

import re

from sqlalchemy import select
from werkzeug.test import TestResponse

from models import (
    AccountRole,
    School,
)
from tests.web.conftest import Person, Town

HEAD, PRINCIPAL, TEACHER = AccountRole.DISTRICT_ADMINISTRATOR, AccountRole.ADMINISTRATOR, AccountRole.TEACHER


def undo(person: Person) -> str:
    """Where the notice's own button leads."""
    notices = person.follow().text.split('id="notices"', 1)[1]
    found = re.search(r'<form method="post" action="([^"]+)">', notices.split("<main", 1)[0])
    assert found, "no way back was offered"
    return found[1].replace("&amp;", "&")


def keep(person: Person, page: str, address: str, **fields: object) -> TestResponse:
    """Send the form of ``page`` that goes to ``address``, with what it says was seen."""
    return person.send(address, page, seen=seen(person.get(page).text, address), **fields)


def seen(page: str, address: str) -> str:
    found = re.search(rf'action="{re.escape(address)}">.*?name="seen" value="([^"]*)"', page)
    assert found, f"no form to {address}"
    return found[1]


def hillside(town: Town) -> School:
    [found] = town.rows(select(School).where(School.name == "Hillside High"))
    return found
