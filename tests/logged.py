"""Read what was logged: the real set-up, JSON on stderr, whatever another test in this process had set up before."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from outreach.logs import QUIET, set_up_logging


class Logged:
    """The lines since the last reading. Each call reads; stdout must stay empty, it is for answers."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def text(self) -> str:
        """All that was written, as it stands in the log."""
        captured = self._capsys.readouterr()
        assert captured.out == "", "stdout is for answers"
        return captured.err

    def lines(self) -> list[dict[str, object]]:
        """Each line, read back."""
        return [json.loads(line) for line in self.text().splitlines()]


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Iterator[Logged]:
    """Logging as a server has it, for this one test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in QUIET}
    configured = structlog.get_config()
    set_up_logging(as_json=True)
    yield Logged(capsys)
    root.handlers[:], root.level = handlers, level
    for name, kept in levels.items():
        logging.getLogger(name).setLevel(kept)
    structlog.configure(**configured)
