"""One side of the benchmark in a process of its own: ``python -m benchmarks.delivery_sides``, started by the arena."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from time import perf_counter

from pydantic import SecretStr
from sqlalchemy import Engine

from benchmarks.delivery_bare import bare_loop
from benchmarks.delivery_town import NOW, WORDS
from config.settings import DeliveryMode, Settings
from models import Channel
from outreach import store
from outreach.delivery import Providers, deliver_due, providers
from outreach.logs import set_up_logging
from outreach.long_running import settle

WARM_UP = 20
"""Messages a thread, before the clock starts."""
LATER = timedelta(minutes=5)
"""How long after those that warm up the messages that count are due; so much time, again, lies between two runs."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", choices=["bare", "outbox"])
    for name in ("--url", "--channel"):
        parser.add_argument(name)
    for name in ("--port", "--minutes", "--threads", "--messages"):
        parser.add_argument(name, type=int)
    _take_part(parser.parse_args())


def _take_part(options: argparse.Namespace) -> None:
    """One side, in a process of its own: warm up, say so, wait for the word, work, say so."""
    set_up_logging(as_json=True)
    channel, threads = Channel(options.channel), options.threads
    now = NOW + timedelta(minutes=options.minutes)
    send = (
        _bare(options.port, channel, threads) if options.side == "bare" else _outbox(options.url, options.port, threads)
    )
    send(WARM_UP * threads, now)
    print("ready", flush=True)  # noqa: T201 (to the process that asked)
    sys.stdin.readline()
    send(options.messages, now + LATER)
    print("done", flush=True)  # noqa: T201


def _bare(port: int, channel: Channel, threads: int) -> Callable[[int, datetime], None]:
    loop = bare_loop(f"http://127.0.0.1:{port}", channel, threads, WORDS)
    return lambda messages, _now: loop(messages)


def _outbox(url: str, port: int, threads: int) -> Callable[[int, datetime], None]:
    engine = store.connect(url)
    sessions, lines = store.session_factory(engine), _lines(port, engine)
    settle()  # as a worker does

    def send(_messages: int, now: datetime) -> None:
        began = perf_counter()
        deliver_due(
            sessions, lines, lambda: now + timedelta(seconds=perf_counter() - began), f"worker {os.getpid()}", None,
            threads,
        )  # fmt: skip

    return send


def _lines(port: int, engine: Engine) -> Providers:
    url = f"http://127.0.0.1:{port}"
    settings = Settings(
        secret_key=SecretStr("k" * 40), public_url="https://outreach.example.org", delivery_sms=DeliveryMode.LIVE,
        delivery_email=DeliveryMode.LIVE, twilio_account_sid="AC" + "0123456789abcdef" * 2,
        twilio_auth_token=SecretStr("0" * 32), twilio_from_number="+13125550100", twilio_base_url=url,
        sendgrid_api_key=SecretStr("SG.key"), sendgrid_from_email="school@example.org", sendgrid_base_url=url,
    )  # fmt: skip
    return providers.build(settings, store.session_factory(engine))


if __name__ == "__main__":
    main()
