"""A provider made from its own OpenAPI file: Stoplight's Prism, which refuses what the file does not allow."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PRISM = "@stoplight/prism-cli@5"
READY = "Prism is listening"


@contextmanager
def mock(description: Path) -> Iterator[str]:
    """The address of a running mock of ``description``. Without node this is an error, never a skip."""
    npx = shutil.which("npx")
    assert npx is not None, "node's npx is needed to run the providers' own descriptions"
    port = _free_port()
    command = [npx, "-y", PRISM, "mock", "-h", "127.0.0.1", "-p", str(port), str(description)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        try:
            _wait_until_ready(process)
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            assert process.stdout is not None
            process.stdout.read()


def _wait_until_ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if READY in line:
            return
    raise AssertionError("Prism ended before it listened:\n" + "".join(said))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
