"""The provider of the crash test: a process of its own that speaks as Twilio and as SendGrid do, on loopback.

It takes, refuses, stalls and hangs up by the cards it is dealt, writes down every request before it answers, and tells
the real web application what became of what it took. ``python -m tests.crash.provider --help``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import socket
import struct
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import monotonic
from urllib.parse import parse_qs, urlsplit

from . import journal, letters
from .archive import Archive
from .board import Board
from .journal import FOR_GOOD, Call, Manner, Words
from .manners import Manners, Receipts
from .posts import Postman

MAIL = "/v3/mail/send"
HANGS_FOR = 60.0
"""Seconds; longer than any patience of ours."""
LATER = timedelta(minutes=5)
"""A text that hung is in Twilio's list so long after it was asked, where it was taken late."""
BEAT_SECONDS, RECENT_SECONDS = 0.05, 1.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came over the wire."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    document: dict[str, object]


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    document: object = None
    headers: tuple[tuple[str, str], ...] = ()


class Provider:
    def __init__(self, board: Board, writer: journal.Writer, manners: Manners, postman: Postman) -> None:
        self._board, self._writer, self.manners, self.postman = board, writer, manners, postman
        self.archive = Archive(board)
        self._calls, self._asked = 0, 0
        self.busy = 0
        """Requests to send that were read and not yet ended."""
        self._beat = monotonic()
        self._stood_still = (0.0, 0.0)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, for as long as the other side keeps it."""
        try:
            while (asked := await _read(reader)) is not None:
                if not await self._one(asked, reader, writer):
                    break
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _one(self, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; False where the connection is to end."""
        sends = asked.method == "POST" and (asked.path == MAIL or asked.path.endswith("/Messages.json"))
        self._asked += not asked.path.startswith("/crash/")
        if not sends:
            await _answer(writer, self._other(asked))
            return True
        self.busy += 1
        try:
            return await self._send(asked, reader, writer)
        finally:
            self.busy -= 1

    async def _send(self, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        began = monotonic() - self._lag()
        channel = "email" if asked.path == MAIL else "sms"
        to, text, attempt, arguments = _of_mail(asked) if channel == "email" else _of_text(asked)
        tag = letters.tag_in(text)
        manner = self.manners.of(channel, to, tag)
        takes = manner in journal.TAKES
        telling = self.manners.telling(channel, manner) if takes else Receipts.WITHHELD
        self._calls += 1
        number = self._calls
        withheld = takes and telling is Receipts.WITHHELD
        self._writer.call(Call(number, self._board.now(), channel, to, tag, attempt, manner, withheld))
        first = None
        if takes and (link := _unsubscribe_link(asked)):
            self.postman.links[to] = link
        if takes and channel == "sms":
            sid = self.archive.keep(number, to, text, LATER if manner is Manner.HANG_LATE else timedelta())
            first = self.postman.text_taken(sid, to, asked.form.get("StatusCallback"), telling)
        elif takes:
            first = self.postman.mail_taken(f"mail{number}", to, arguments, telling)
        if first is not None:
            await self.postman.tell_first(first)
        if manner in journal.HANGS:
            await _until_gone(reader)
            return False
        if manner in journal.CLOSES:
            _reset(writer, really=number % 2 == 0)
            return False
        reply = self._to_mail(number, manner) if channel == "email" else self._to_text(number, manner)
        await _answer(writer, reply)
        self._writer.answered(number, monotonic() - began)
        return True

    async def beat(self) -> None:
        """Notice when this process stood still: what it reads then had been waiting, perhaps for longer than its
        sender's patience."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            self._stood_still = max((monotonic() - self._beat, monotonic()), self._recently())
            self._beat = monotonic()

    def _recently(self) -> tuple[float, float]:
        return self._stood_still if monotonic() - self._stood_still[1] < RECENT_SECONDS else (0.0, 0.0)

    def _lag(self) -> float:
        return max(monotonic() - self._beat, self._recently()[0])

    def _to_text(self, number: int, manner: Manner) -> Reply:
        if manner is Manner.TAKE:
            return Reply(201, self.archive.shown(number))
        status, code = {
            Manner.BUSY: (429, 20429), Manner.NUMBER_BAD: (400, 21211), Manner.OPTED_OUT: (400, 21610),
        }.get(manner, (500, 20500))  # fmt: skip
        return Reply(status, {"status": status, "code": code, "message": "no", "more_info": ""})

    def _to_mail(self, number: int, manner: Manner) -> Reply:
        if manner is Manner.TAKE:
            return Reply(202, None, (("X-Message-Id", f"mail{number}"),))
        status = 429 if manner is Manner.BUSY else 400 if manner in FOR_GOOD else 500
        return Reply(status, {"errors": [{"message": "no", "field": None, "help": None}]})

    def _other(self, asked: Asked) -> Reply:
        """Lookups, and what the driver of the test asks or says."""
        if asked.path == "/crash/status":
            status = {"busy": self.busy, "owed": self.postman.owed(), "asked": self._asked}
            return Reply(200, {**status, "brought": self.postman.brought})
        if asked.path == "/crash/manners":
            self.manners.kind = bool(asked.document.get("kind"))
            down = asked.document.get("down")
            self.manners.down = Manner(str(down)) if down else None
            return Reply(200, {})
        if asked.path == "/crash/family":
            words = Words(str(asked.document["words"]))
            return Reply(200, {"written": self.postman.family_writes(str(asked.document["from"]), words)})
        if asked.method == "GET" and "/Messages" in asked.path:
            found = self.archive.answer(asked.path, asked.query)
            return Reply(200, found) if found is not None else Reply(404, {"status": 404, "code": 20404})
        if asked.method == "GET" and asked.path.startswith("/v3/"):
            return Reply(200, [])
        return Reply(404, {"status": 404, "code": 20404, "message": "no"})


def _of_text(asked: Asked) -> tuple[str, str, str | None, dict[str, object]]:
    callback = parse_qs(urlsplit(asked.form.get("StatusCallback", "")).query)
    attempt = callback.get("attempt")
    return asked.form["To"], asked.form.get("Body", ""), attempt[0] if attempt else None, {}


def _of_mail(asked: Asked) -> tuple[str, str, str | None, dict[str, object]]:
    document = json.loads(json.dumps(asked.document))
    person = document["personalizations"][0]
    arguments = {**document.get("custom_args", {}), **person.get("custom_args", {})}
    return person["to"][0]["email"], document["content"][0]["value"], arguments.get("attempt"), arguments


def _unsubscribe_link(asked: Asked) -> str | None:
    """Of an e-mail's List-Unsubscribe header; a mail program posts there on its reader's one click."""
    headers = asked.document.get("headers")
    told = str(headers.get("List-Unsubscribe", "")) if isinstance(headers, dict) else ""
    return next((one for one in re.findall(r"<([^<>]+)>", told) if one.startswith("http")), None)


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    """The next request of a connection; None where the other side has ended it."""
    head = await reader.readuntil(b"\r\n\r\n") if not reader.at_eof() else b""
    if not head:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    parts = urlsplit(target)
    is_json = headers.get("content-type", "").startswith("application/json")
    return Asked(
        method, parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()},
        {} if is_json else {name: values[0] for name, values in parse_qs(body.decode()).items()},
        json.loads(body) if is_json and body else {},
    )  # fmt: skip


async def _answer(writer: asyncio.StreamWriter, reply: Reply) -> None:
    body = b"" if reply.document is None else json.dumps(reply.document).encode()
    lines = [f"HTTP/1.1 {reply.status} .", f"Content-Length: {len(body)}", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in reply.headers]
    writer.write("\r\n".join([*lines, "", ""]).encode() + body)
    await writer.drain()


async def _until_gone(reader: asyncio.StreamReader) -> None:
    """Say nothing until the other side gives up."""
    try:
        await asyncio.wait_for(reader.read(1), HANGS_FOR)
    except (TimeoutError, OSError):
        return


def _reset(writer: asyncio.StreamWriter, *, really: bool) -> None:
    """Hang up: half of the times with a reset."""
    if really and (wire := writer.get_extra_info("socket")) is not None:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort() if really else writer.close()


async def run(options: argparse.Namespace) -> None:
    folder: Path = options.folder
    board = Board(folder / "board")
    writer = journal.Writer(folder / "journal.jsonl")
    postman = Postman(board, writer, options.public_url, options.token, folder / "sendgrid.pem", options.seed)
    provider = Provider(board, writer, Manners(options.seed, short=options.short), postman)
    server = await asyncio.start_server(provider.serve, "127.0.0.1", options.port, backlog=256)
    async with server, asyncio.TaskGroup() as tasks:
        tasks.create_task(provider.beat())
        tasks.create_task(postman.bring())
        tasks.create_task(server.serve_forever())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where board, key and journal are")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--public-url", required=True, help="of the web application that is told")
    parser.add_argument("--token", required=True, help="Twilio's auth token, which signs what is told of texts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--short", action="store_true", help="every manner within forty calls")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
