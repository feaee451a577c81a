"""One process of the demonstration: ``python -m outreach.cli.demo_part web|worker PORT SECONDS_AHEAD``."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from threading import Event

from flask import Flask

from config.settings import load_settings
from jobs.scheduler import Parts, run_worker
from outreach import store
from outreach.app import create_app
from outreach.cli.context import CliContext
from outreach.cli.demo_clock import running
from outreach.cli.demo_processes import LOOPBACK, end_with
from outreach.cli.nightly import renderer, worker_name
from outreach.cli.serve import server
from outreach.delivery import providers
from outreach.logs import set_up_logging


def main(words: Sequence[str]) -> None:
    end_with(os.getppid())
    set_up_logging(level=logging.WARNING)
    part, port, seconds = words
    ahead = timedelta(seconds=float(seconds))
    if part == "web":
        server(LOOPBACK, int(port)).serve(target_loader=partial(pages, ahead), wrap_loader=False)
    else:
        work(int(port), ahead)


def pages(ahead: timedelta) -> Flask:
    """The application by the demonstration's clock; made in the server's own process."""
    return create_app(clock=running(ahead))


def work(port: int, ahead: timedelta) -> None:
    """The schedule and the delivery, until told to stop."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    settings = load_settings()
    sessions = store.session_factory(store.connect(settings.database_url))
    parts = Parts(
        sessions=sessions, render=renderer(CliContext()), providers=providers.build(settings, sessions),
        link=f"http://{LOOPBACK}:{port}", worker=worker_name(), timezone=settings.timezone, clock=running(ahead),
    )  # fmt: skip
    run_worker(parts, stop)


if __name__ == "__main__":
    main(sys.argv[1:])
