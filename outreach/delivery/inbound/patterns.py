"""Small makers of patterns and sets of words."""

from __future__ import annotations


def one_of(words: str) -> str:
    """One of these words, where an underscore stands for a space; the longest is tried first."""
    return "(?:" + "|".join(sorted((word.replace("_", " ") for word in words.split()), key=len, reverse=True)) + ")"


def some(*groups: str) -> str:
    """Any number of these, in any order, each after a space."""
    return "(?: (?:" + "|".join(groups) + "))*"


def set_of(words: str) -> frozenset[str]:
    """These words, a space between them."""
    return frozenset(words.split())
