"""The form that Inbound Parse posts, read from its raw bytes: fields by name, attachments counted and let go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

MOST_PARTS = 2000
MOST_BYTES_OF_FIELDS = 40_000_000
"""SendGrid takes e-mails of 30 MB at most, attachments and all: no words are lost to this limit."""


class UnreadableForm(ValueError):
    """A body that is no form of several parts."""


@dataclass(slots=True)
class Posted:
    """Each field as its bytes: in which charset it was posted, another field says."""

    fields: dict[str, bytes] = field(default_factory=dict)
    files: int = 0


def read_form(content_type: str, pieces: Iterable[bytes]) -> Posted:
    """Read multipart/form-data. A field that is there twice keeps its first value. Raises :class:`UnreadableForm`."""
    kind, options = parse_options_header(content_type)
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not boundary or not boundary.isascii():
        raise UnreadableForm("no form of several parts")
    decoder = MultipartDecoder(boundary.encode(), max_form_memory_size=None, max_parts=MOST_PARTS)
    found, reader = Posted(), _Reader()
    try:
        for piece in pieces:
            decoder.receive_data(piece)
            reader.take(decoder, found)
        decoder.receive_data(None)
        reader.take(decoder, found)
    except (ValueError, RequestEntityTooLarge) as error:
        raise UnreadableForm("cut off or malformed") from error
    return found


class _Reader:
    """Where the decoder stands: in which field, with what of it, and how much in all."""

    def __init__(self) -> None:
        self._name: str | None = None
        self._parts: list[bytes] = []
        self._bytes = 0

    def take(self, decoder: MultipartDecoder, found: Posted) -> None:
        while not isinstance(event := decoder.next_event(), NeedData | Epilogue):
            if isinstance(event, File):
                self._name, found.files = None, found.files + 1
            elif isinstance(event, Field):
                self._name, self._parts = event.name, []
            elif isinstance(event, Data) and self._name is not None:
                self._keep(self._name, event, found)

    def _keep(self, name: str, data: Data, found: Posted) -> None:
        self._bytes += len(data.data)
        if self._bytes > MOST_BYTES_OF_FIELDS:
            raise UnreadableForm("too long")
        self._parts.append(bytes(data.data))
        if not data.more_data:
            found.fields.setdefault(name, b"".join(self._parts))
            self._name = None
