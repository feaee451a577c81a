"""What a page says after something was done: one sentence, and the way back where there is one."""

from __future__ import annotations

from flask import session as cookies

GOOD, BAD = "good", "bad"


def say(text: str, undo: str | None = None) -> None:
    """Show ``text`` on the next page; ``undo`` is the address that takes it back (a POST)."""
    _keep(GOOD, {"text": text, "undo": undo})


def warn(text: str) -> None:
    """Show ``text`` on the next page as something to heed."""
    _keep(BAD, {"text": text, "undo": None})


def _keep(kind: str, notice: dict[str, str | None]) -> None:
    """Beside what Flask's own ``flash`` keeps, whose type knows only plain sentences."""
    cookies["_flashes"] = [*cookies.get("_flashes", []), (kind, notice)]
