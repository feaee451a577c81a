"""Structured logs on stderr: JSON for machines, colours for a terminal, and nothing that belongs to a family."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

SENSITIVE = frozenset(
    {
        *(
            "body",
            "body_html",
            "html",
            "message",
            "note",
            "payload",
            "question",
            "raw",
            "summary",
            "text",
            "title",
            "words",
        ),
        *("display_name", "family_name", "first_name", "given_name", "guardian", "last_name", "name", "student"),
        *("address", "email", "from", "from_value", "phone", "restriction_note", "to", "to_value", "value"),
        *("authorization", "cookie", "credential", "password", "secret", "token"),
    }
)
"""Keys whose values are message text, names, addresses or secrets: dropped, and named in ``dropped``."""
SENSITIVE_ENDINGS = ("_name", "_token", "_key", "_secret", "_password", "_email", "_phone", "_text", "_body")
HARMLESS = frozenset({"client_key_repeated", "event_key", "job_name", "logger_name", "intent_key"})
QUIET = ("twilio", "sendgrid", "python_http_client", "urllib3", "alembic", "apscheduler", "granian.access", "hpack")
"""Libraries whose INFO lines hold addresses and bodies, or say nothing."""

_E_MAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w-])\+?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}(?![\w-])|\+\d{7,15}\b")
_ROW_VALUES = re.compile(
    r"(=\(|contains \(|\[parameters: ).*?(?=\n\[SQL|\n\nThe above exception|\n\nDuring handling|\Z)", re.DOTALL
)
"""The values of a row inside a database's complaint, up to where the complaint goes on."""
_SECRET_IN_URL = re.compile(r"(://[^:/@\s]*:)[^@/\s]+@")

Event = MutableMapping[str, Any]


def set_up_logging(*, as_json: bool | None = None, level: int = logging.INFO) -> None:
    """Send every log line of this process, ours and the libraries', to stderr in one form.

    ``as_json``: None chooses JSON unless stderr is a terminal. Safe to call again.
    """
    if as_json is None:
        as_json = not sys.stderr.isatty()
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        drop_sensitive,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = _Stderr()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [kept for kept in root.handlers if type(kept) not in (_Stderr, logging.StreamHandler)] + [
        handler
    ]
    root.setLevel(level)
    for library in QUIET:
        logging.getLogger(library).setLevel(logging.WARNING)


class _Stderr(logging.Handler):
    """Writes to what stderr is at that moment, not to what it was at start-up."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(f"{self.format(record)}\n")
        except Exception:
            self.handleError(record)


def drop_sensitive(_logger: object, _method: str, event: Event) -> Event:
    """Drop what :data:`SENSITIVE` names, and blank addresses, numbers and row values in what is left."""
    dropped = sorted(key for key in event if _is_sensitive(key))
    kept: dict[str, Any] = {key: scrub(value) for key, value in event.items() if key not in dropped}
    if dropped:
        kept["dropped"] = dropped
    return kept


def scrub(value: object) -> object:
    """``value`` without e-mail addresses, phone numbers, passwords in addresses and the row a database complains of."""
    if isinstance(value, str):
        value = _ROW_VALUES.sub(r"\1…", value) if "DETAIL:" in value or "[parameters: " in value else value
        return _PHONE.sub("<phone>", _E_MAIL.sub("<e-mail>", _SECRET_IN_URL.sub(r"\1…@", value)))
    if isinstance(value, dict):
        return {key: scrub(inner) for key, inner in value.items() if not _is_sensitive(str(key))}
    if isinstance(value, list | tuple | set | frozenset):
        return [scrub(inner) for inner in value]
    return value


def _is_sensitive(key: str) -> bool:
    lower = key.lower()
    return lower not in HARMLESS and (lower in SENSITIVE or lower.endswith(SENSITIVE_ENDINGS))
