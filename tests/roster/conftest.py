"""A small roster that tests begin from."""

from __future__ import annotations

import pytest

from tests.roster.oneroster_folder import OneRosterFolder


@pytest.fixture
def roster() -> OneRosterFolder:
    made = OneRosterFolder().student("A", "P").student("B", "P").parent("P", "A", "B", sms="312-555-0142")
    return made.teacher("T", email="T@Example.org").algebra("A", "B", teacher="T").result("R", "A", "58")
