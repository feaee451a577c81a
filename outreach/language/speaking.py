"""Which language is spoken now: of the person at the page, or of whom a letter goes to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from .catalogs import LANGUAGES, SOURCE

_spoken: ContextVar[str] = ContextVar("language", default=SOURCE)


def tongue() -> str:
    """The tag of the language that is spoken now; English where nobody has said otherwise."""
    return _spoken.get()


@contextmanager
def speaking(tag: str | None) -> Iterator[None]:
    """Speak this language inside; None, or one that pages are not written in, is English."""
    token = _spoken.set(tag if tag in LANGUAGES else SOURCE)
    try:
        yield
    finally:
        _spoken.reset(token)


def best_of(tags: Iterable[str]) -> str | None:
    """The first of ``tags`` (BCP 47, as a browser lists them) that pages are written in; None where none is."""
    return next((base for tag in tags if (base := tag.split("-")[0].lower()) in LANGUAGES), None)
