"""What addresses and forms bring, as something that every database keeps: numbers in range, and words without NUL."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask, Request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.routing import IntegerConverter, Map

from models.base import LARGEST_ID

NUL = "\x00"
"""PostgreSQL keeps it in no text."""
SIGNED = "/webhooks/"
"""Providers sign each parameter as it comes; there it is made storable once it is proved, not before."""


def init_app(app: Flask) -> None:
    """Must run before the pages are registered: their addresses name the converter."""
    app.request_class = _StorableRequest
    app.url_map.converters["int"] = _Id


def number(text: str) -> int:
    """For ``type=`` of a field: a whole number that an INTEGER holds. Raises ``ValueError`` for any other, which
    counts as not given."""
    found = int(text)
    if abs(found) > LARGEST_ID:
        raise ValueError("out of range")
    return found


def number_or_none(text: str) -> int | None:
    """The same for a field that was read as words; None for what is no such number."""
    try:
        return number(text)
    except ValueError:
        return None


class _Id(IntegerConverter):
    """``<int:…>`` in an address: a number that no row can have is no such page."""

    def __init__(self, among: Map) -> None:
        super().__init__(among, max=LARGEST_ID)


class _Storable(ImmutableMultiDict[str, Any]):
    def __init__(self, pairs: MultiDict[str, Any] | Iterable[tuple[str, Any]] = ()) -> None:
        every = MultiDict(pairs).items(multi=True)
        super().__init__([(_without_nul(name), _without_nul(value)) for name, value in every])


class _StorableRequest(Request):
    """``args`` and ``form`` of our own pages hold no NUL."""

    def __init__(self, environ: dict[str, Any], populate_request: bool = True, shallow: bool = False) -> None:
        super().__init__(environ, populate_request, shallow)
        if not self.path.startswith(SIGNED):
            self.parameter_storage_class = _Storable


def _without_nul(value: Any) -> Any:
    """Uploaded files are left as they are; their import looks for itself."""
    return value.replace(NUL, "") if isinstance(value, str) else value
