"""A provider that takes every message 50 ms after it was asked, in a process of its own and as cheaply as can be.

``python -m benchmarks.delivery_stub`` prints the port it listens on, on loopback, and ends with its standard input. It
speaks just enough HTTP/1.1 for both SDKs, keeps connections open, and answers with bytes made in advance: what it
costs must not be taken for what the outbox costs. A GET tells how many messages it took.
"""

from __future__ import annotations

import asyncio
import sys

ANSWERS_AFTER = 0.050
"""Seconds."""
_TWILIO = b'{"sid":"SM%032x","status":"queued","num_segments":"1","error_code":null}'


class _Line(asyncio.Protocol):
    """One kept connection: requests come one after the other, each answered before the next is sent."""

    taken = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._asked = transport, b""

    def data_received(self, data: bytes) -> None:
        self._asked += data
        while (ends := self._asked.find(b"\r\n\r\n")) >= 0:
            head = self._asked[:ends]
            whole = ends + 4 + _length(head)
            if len(self._asked) < whole:
                return
            self._asked = self._asked[whole:]
            self._take(head)

    def _take(self, head: bytes) -> None:
        if head.startswith(b"GET"):
            self._answer(_response(b"200 OK", b"", b"%d" % _Line.taken))
            return
        _Line.taken += 1
        if b"/mail/send" in head:
            answer = _response(b"202 Accepted", b"X-Message-Id: mail%d\r\n" % _Line.taken, b"")
        else:
            answer = _response(b"201 Created", b"Content-Type: application/json\r\n", _TWILIO % _Line.taken)
        asyncio.get_running_loop().call_later(ANSWERS_AFTER, self._answer, answer)

    def _answer(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)


def _length(head: bytes) -> int:
    _, named, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.split(b"\r\n", 1)[0]) if named else 0


def _response(status: bytes, headers: bytes, body: bytes) -> bytes:
    return b"HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s" % (status, headers, len(body), body)


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Line, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 (the answer to the process that asked)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve())
