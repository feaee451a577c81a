"""The shipped words of danger: both languages, no doubles, none so short that it is in every message."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from outreach.effective import effective_config
from tests.world import NOW


@pytest.fixture
def words(session: Session, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    monkeypatch.delenv("OUTREACH_CONFIG_DIR", raising=False)
    return effective_config(session, NOW).safety.words


@pytest.mark.parametrize("language", ["en", "es"])
def test_each_word_stands_once_in_plain_lower_case(words: dict[str, list[str]], language: str) -> None:
    listed = words[language]
    assert len(listed) == len(set(listed))
    assert all(word == word.strip().lower() and len(word) >= 4 for word in listed)


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", {"suicide", "kill myself", "abuse", "has a gun"}), ("es", {"suicidio", "abuso", "tiene una pistola"})],
)
def test_the_plainest_words_are_there(words: dict[str, list[str]], language: str, expected: set[str]) -> None:
    assert expected <= set(words[language])
