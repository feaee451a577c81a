"""A provider of our own on loopback: it speaks as Twilio and as SendGrid do, refuses, stalls and hangs up when told.

It counts what reached it, which is what our tables are measured against.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from .texts import Texts

MESSAGES = "Messages.json"
MAIL = "/v3/mail/send"


@dataclass(frozen=True)
class Answer:
    """What the stub does with one request; the default is to take the message."""

    status: int | None = None
    """None: the provider's own yes (201 or 202)."""
    code: int | None = None
    """Twilio's error code."""
    body: bytes | None = None
    """Exactly this instead of a body of the provider's own."""
    headers: dict[str, str] = field(default_factory=dict)
    closes: bool = False
    """Reads the request, takes the message, and closes the connection without a word."""
    resets: bool = False
    """The same, with a reset."""
    hangs: bool = False
    """Reads the request, takes the message, and says nothing until the stub ends."""

    @property
    def takes(self) -> bool:
        return self.closes or self.resets or self.hangs or self.status is None


TAKE = Answer()


@dataclass(frozen=True)
class Asked:
    """One request as it came over the wire."""

    method: str
    path: str
    headers: dict[str, str]
    form: dict[str, str]
    """Twilio's parameters, of a GET those of its address; empty for JSON."""
    json: dict[str, object]
    connection: int
    """Numbers the connections: two requests of one number shared it."""


class Stub:
    """A running provider. ``answers`` are used up one a request; after them every message is taken, and every question
    answered from ``texts``."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.taken: list[Asked] = []
        self.answers: deque[Answer] = deque()
        self.texts = Texts()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.stub = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def will(self, *answers: Answer) -> None:
        self.answers.extend(answers)

    def note(self, asked: Asked) -> tuple[Answer, str]:
        """What to do with this request; and the id of what was taken."""
        with self._lock:
            answer = self.answers.popleft() if self.answers else TAKE
            self.asked.append(asked)
            if answer.takes and asked.method == "POST":
                self.taken.append(asked)
                if asked.path.endswith(MESSAGES):
                    return answer, self.texts.take(asked.form).sid
            return answer, f"mail{len(self.taken)}"

    def wait(self) -> None:
        self._over.wait(30)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def running() -> Iterator[Stub]:
    stub = Stub()
    stub.start()
    try:
        yield stub
    finally:
        stub.stop()


@contextmanager
def nobody_listens() -> Iterator[str]:
    """An address on which connections are refused, for as long as the context lasts."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    stub: Stub


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name of the base class
        """Say nothing."""

    def do_GET(self) -> None:  # the name that http.server calls
        self.do_POST()

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0"))) or urlsplit(self.path).query.encode()
        asked = self._read(raw)
        answer, made = self.server.stub.note(asked)
        if answer.hangs:
            self.server.stub.wait()
        if answer.resets:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if answer.closes or answer.resets or answer.hangs:
            self.close_connection = True
            self.connection.close()
            return
        self._answer(asked, answer, made)

    def _read(self, raw: bytes) -> Asked:
        is_json = self.headers.get("Content-Type", "").startswith("application/json")
        form = {} if is_json else {key: values[0] for key, values in parse_qs(raw.decode()).items()}
        return Asked(
            method=self.command, path=urlsplit(self.path).path, headers=dict(self.headers.items()), form=form,
            json=json.loads(raw) if is_json else {}, connection=self.client_address[1],
        )  # fmt: skip

    def _answer(self, asked: Asked, answer: Answer, made: str) -> None:
        if asked.path == MAIL:
            status = answer.status or 202
            body = b"" if status == 202 else json.dumps({"errors": [{"message": "no", "field": None}]}).encode()
            headers = {"X-Message-Id": made} if status == 202 else {}
        elif asked.method == "GET":
            status, document = _from_texts(self.server.stub.texts, asked, answer)
            body, headers = json.dumps(document).encode(), {"Content-Type": "application/json"}
        else:
            status = answer.status or 201
            body = json.dumps(_twilio_body(asked, status, answer.code, made)).encode()
            headers = {"Content-Type": "application/json"}
        body = body if answer.body is None else answer.body
        self.send_response_only(status)
        for name, value in {**headers, **answer.headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _from_texts(texts: Texts, asked: Asked, answer: Answer) -> tuple[int, dict[str, object]]:
    """The answer to a question about texts: a list, or one of them."""
    if answer.status is not None:
        return answer.status, {"status": answer.status, "message": "no", "code": answer.code}
    if asked.path.endswith(MESSAGES):
        return 200, texts.page(asked.form, asked.path)
    found = texts.one(asked.path.rsplit("/", 1)[-1].removesuffix(".json"))
    return (404, {"status": 404, "message": "no", "code": 20404}) if found is None else (200, found.as_json())


def _twilio_body(asked: Asked, status: int, code: int | None, sid: str) -> dict[str, object]:
    if status != 201:
        return {"status": status, "message": "no", **({"code": code} if code else {})}
    return {
        "sid": sid, "status": "queued", "to": asked.form.get("To"), "body": asked.form.get("Body"),
        "from": asked.form.get("From"), "error_code": None, "num_segments": "1",
    }  # fmt: skip
