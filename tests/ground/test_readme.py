"""The README says what is: every command, every variable, every column of every import."""

from __future__ import annotations

import re

import click
import pytest

from config.settings import SECRETS, variable_names
from outreach.cli import main
from outreach.contacts.import_rows import CONTACTS
from outreach.delivery.consent_list import CONSENTS
from outreach.roster.lists import HEADERS
from tests.conftest import REPOSITORY

COLUMNS = HEADERS | {spec.file: (spec.needed, spec.optional) for spec in (CONTACTS, CONSENTS)}
README = (REPOSITORY / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", sorted(variable_names().values()))
def test_every_variable_is_told_and_secrets_are_marked(name: str) -> None:
    assert f"`{name}`" in README
    assert (f"`{name}` *" in README) is (name in SECRETS)


def test_every_command_is_told() -> None:
    def paths(group: click.Group, path: str) -> list[str]:
        found = []
        for name, command in group.commands.items():
            found += paths(command, f"{path} {name}") if isinstance(command, click.Group) else [f"{path} {name}"]
        return found

    table = README.split("## Commands")[1].split("## Environment")[0]
    for path in paths(main, "outreach"):
        words = path.split()
        assert f"`{path}" in table or (words[1] == "import" and f"`{words[2]}`" in table), path


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_every_column_of_an_import_is_told(name: str) -> None:
    row = re.search(rf"^\| `{name}` \|.*$", README, re.MULTILINE)
    assert row, name
    needed, optional = COLUMNS[name]
    assert re.findall(r"\*\*`(\w+)`\*\*", row[0]) == list(needed)
    assert set(re.findall(r"`(\w+)`", row[0])) >= {*needed, *optional}
