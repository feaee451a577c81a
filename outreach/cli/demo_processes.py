"""The demonstration's two processes, web and worker, by a clock of their own; they live and end together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

LOOPBACK = "127.0.0.1"
ANSWERS_WITHIN = 60.0  # seconds
GONE_WITHIN = 15.0
PAUSE = 0.1
STDERR = 2
"""What the processes say is not the answer of the command."""
PARTS = ("web", "worker")


class Interrupted(Exception):
    """The demonstration was told to end."""


@contextmanager
def parts(port: int, ahead: timedelta) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Both processes, started; ended, gently and then not, when the block is left however it is left."""
    started = [_start(part, port, ahead) for part in PARTS]
    try:
        yield started
    finally:
        _end(started)


def _start(part: str, port: int, ahead: timedelta) -> subprocess.Popen[bytes]:
    """Out of reach of the terminal's own Ctrl-C: the server's processes hang where each of them hears it. We tell
    them, and where we are gone ourselves they notice (:func:`end_with`)."""
    words = [sys.executable, "-m", "outreach.cli.demo_part", part, str(port), str(ahead.total_seconds())]
    return subprocess.Popen(words, stdout=STDERR, start_new_session=True)  # noqa: S603 our own module


def wait_until_it_answers(port: int, started: Sequence[subprocess.Popen[bytes]]) -> bool:
    """Whether ``/healthz`` answered in time, before one of the processes ended."""
    for _ in range(int(ANSWERS_WITHIN / PAUSE)):
        if any(process.poll() is not None for process in started):
            return False
        try:
            with urlopen(f"http://{LOOPBACK}:{port}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            time.sleep(PAUSE)
    return False


@contextmanager
def until_told_to_end() -> Iterator[None]:
    """Ctrl-C and a request to terminate end the block, wherever it is, and are no fault."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    except (KeyboardInterrupt, Interrupted):
        return
    finally:
        signal.signal(signal.SIGTERM, before)


def wait_until_one_ends(started: Sequence[subprocess.Popen[bytes]]) -> None:
    """Wait for the first process to end by itself, which none should."""
    while all(process.poll() is None for process in started):
        time.sleep(PAUSE)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise Interrupted


def end_with(parent: int) -> None:
    """Ask this process to terminate once ``parent`` is no longer the one that started it. Returns at once."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def _end(started: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in started:
        if process.poll() is None:
            process.terminate()
    for process in started:
        try:
            process.wait(GONE_WITHIN)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            process.kill()
            process.wait()
