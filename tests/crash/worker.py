"""The processes that are killed: a worker that delivers, and the web application that takes receipts.

Both are made as ``outreach worker`` and ``outreach serve`` make theirs, from settings, with the real SDKs; only the
clock is the board's, and at the point that the board names the process ends itself with SIGKILL.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import time
from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog
from werkzeug.serving import make_server

from jobs.delivery import tick
from jobs.scheduler import Parts
from outreach import store
from outreach.app import create_app
from outreach.delivery import providers, steps
from outreach.logs import set_up_logging

from .board import Board
from .scene import Scene

CALL_DEADLINE = timedelta(seconds=6)
"""Real seconds for one call, half of it for its answer: long for a busy machine, and shorter than the outbox's own
deadline by the board's clock."""
PAUSE_SECONDS = 0.02

log = structlog.get_logger(__name__)


def deliver(scene: Scene, slot: int, name: str) -> None:
    """A worker: round after round, until it is killed or the driver is gone."""
    board = _begin(scene, slot)
    engine = store.connect(scene.database_url, **_named(scene, name))
    sessions = store.session_factory(engine)
    parts = Parts(
        sessions=sessions, render=lambda *_, **__: "", link=scene.public_url,
        providers=providers.build(scene.settings(), sessions, CALL_DEADLINE),
        worker=name, timezone=ZoneInfo("America/New_York"), clock=board.now,
    )  # fmt: skip
    driver, idle = os.getppid(), 0
    board.begins(slot)
    while os.getppid() == driver:
        if rest := board.rest_called:
            board.rests(slot, rest)
            idle = 0
            time.sleep(PAUSE_SECONDS)
            continue
        idle = idle + 1 if _round(parts) else 0
        board.note_idle(slot, idle)
        if idle:
            time.sleep(PAUSE_SECONDS)


def _round(parts: Parts) -> bool:
    """One round of the worker's; True where there was nothing to do."""
    try:
        figures = tick(
            parts.sessions, parts.providers, parts.clock, parts.worker, link=parts.link, stopping=parts.stopping
        )
    except Exception:
        log.exception("delivery failed", worker=parts.worker)
        return False
    return figures.idle


def serve(scene: Scene, slot: int, name: str) -> None:
    """The web application, on its port of loopback."""
    board = _begin(scene, slot)
    app = create_app(scene.settings(), clock=board.now)
    with make_server("127.0.0.1", scene.web_port, app, threaded=True) as server:
        server.serve_forever(poll_interval=0.05)


def _begin(scene: Scene, slot: int) -> Board:
    """Log to the folder, keep an eye on the board."""
    out = os.open(scene.folder / "log.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(out, stream.fileno())
    set_up_logging(as_json=True)
    faulthandler.register(signal.SIGUSR1, file=sys.stderr, all_threads=True)
    os.environ["OUTREACH_CONFIG_DIR"] = str(scene.folder / "config")
    board = Board(scene.folder / "board")

    def watcher(step: steps.Step, side: steps.Side) -> None:
        if board.is_its_end(slot, step, side):
            os.kill(os.getpid(), signal.SIGKILL)

    steps.watch(watcher)
    return board


def _named(scene: Scene, name: str) -> dict[str, object]:
    """PostgreSQL tells by this name whether a dead worker's connections are gone."""
    if scene.database_url.startswith("sqlite"):
        return {}
    return {"connect_args": {"application_name": name}}
