"""What strangers send, as something that every database keeps: no NUL, no half of a character, no endless key."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence

from models import JsonObject, JsonValue

LONGEST_KEY = 200
DEEPEST = 20
"""Levels of nesting that are kept; below them nothing of ours is found."""


def text_of(raw: bytes, charset: str | None = None) -> str:
    """``raw`` read by its charset; what is none, or is unknown, is read as UTF-8. Never raises: bytes that mean nothing
    there become U+FFFD."""
    try:
        return storable_text(raw.decode(charset or "utf-8", "replace"))
    except (LookupError, ValueError, AssertionError):  # no such codec, or one that makes no text of bytes
        return storable_text(raw.decode("utf-8", "replace"))


def storable_text(text: str) -> str:
    """Without NUL, which PostgreSQL keeps in no text, and with U+FFFD for halves of surrogate pairs."""
    whole = text.replace("\x00", "")
    return whole if whole.isascii() else whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def storable(value: object, depth: int = DEEPEST) -> JsonValue:
    """``value`` as JSON that PostgreSQL takes as well: numbers that are none, and what is too deep, become null."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return storable_text(value)
    if depth == 0:
        return None
    if isinstance(value, Mapping):
        return {storable_text(str(key)): storable(inner, depth - 1) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [storable(inner, depth - 1) for inner in value]
    return None


def storable_object(value: Mapping[str, object]) -> JsonObject:
    return {storable_text(key): storable(inner) for key, inner in value.items()}


def short_key(*parts: str) -> str:
    """``parts`` as one key; a digest where they are longer than any index should hold."""
    whole = "|".join(storable_text(part) for part in parts)
    return whole if len(whole) <= LONGEST_KEY else digest(*parts)


def digest(*parts: str) -> str:
    """A key that names ``parts`` without repeating them: the same for the same parts."""
    told = "\x1f".join(f"{len(part)}:{storable_text(part)}" for part in parts)
    return hashlib.sha256(told.encode()).hexdigest()
