"""What the stub tells of the messages that it took: signed as Twilio and SendGrid sign, to the real web application.

A status of a text is posted twice at most, as Twilio does; events of e-mails until they are taken, as SendGrid does.
"""

from __future__ import annotations

import asyncio
import base64
import json
import random
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from twilio.request_validator import RequestValidator

from .board import Board
from .journal import Words, Writer, Wrote
from .letters import sid_of
from .manners import Receipts

EVENTS_PATH, INBOUND_PATH = "/webhooks/sendgrid/events", "/webhooks/twilio/inbound"
LATE = timedelta(minutes=40)
TRIES_OF_A_STATUS = 2
PAUSE_SECONDS = 0.02
PATIENCE_SECONDS = 0.3
"""For the web application to take a receipt before the caller has its answer."""
AT_ONCE = 4
"""Posts under way at a time."""


@dataclass(slots=True)
class Post:
    """One receipt that is owed. ``due`` is a POSIX time by the test's clock."""

    due: float
    url: str
    form: dict[str, str] = field(default_factory=dict)
    """A text's status, a family's text, or a mail program's one click."""
    event: dict[str, object] = field(default_factory=dict)
    """An e-mail's event."""
    tries_left: int | None = None
    """None: until it is taken."""
    words: Wrote | None = None
    """What a family writes with it, noted once it is taken."""


class Postman:
    """Keeps what is owed, and brings it when it is due."""

    def __init__(
        self, board: Board, journal: Writer, public_url: str, token: str, key: Path, seed: int
    ) -> None:  # fmt: skip
        self._board, self._journal, self._public_url = board, journal, public_url
        self.links: dict[str, str] = {}
        """By mailbox, where one click ends its e-mails, as the last e-mail to it said."""
        self.brought = 0
        """How many of the families' words have been taken."""
        self._validator = RequestValidator(token)
        private = serialization.load_pem_private_key(key.read_bytes(), None)
        assert isinstance(private, ec.EllipticCurvePrivateKey)
        self._private = private
        self._chance = random.Random(seed)
        self._posts: list[Post] = []
        self._under_way = 0
        """Taken off the list, and not yet handed over."""
        self._telling: set[asyncio.Task[None]] = set()

    def owed(self) -> int:
        """Receipts that are due, and not yet taken."""
        now = self._board.now().timestamp()
        return self._under_way + sum(post.due <= now for post in self._posts)

    def text_taken(self, sid: str, to: str, callback: str | None, telling: Receipts) -> Post | None:
        """Plan the statuses of a text; the one that must be told before the answer comes back to the caller."""
        if callback is None or telling is Receipts.WITHHELD:
            return None
        statuses = ["sent", "delivered"]
        posts = [
            Post(
                self._when(number, telling), callback, {"MessageSid": sid, "SmsSid": sid, "MessageStatus": status,
                "SmsStatus": status, "To": to, "From": "+13125550100", "AccountSid": "AC" + "0" * 32},
                tries_left=TRIES_OF_A_STATUS,
            )
            for number, status in enumerate(statuses)
        ]  # fmt: skip
        return self._plan(posts, telling)

    def mail_taken(self, message_id: str, to: str, args: dict[str, object], telling: Receipts) -> Post | None:
        """The same for the events of an e-mail."""
        if telling is Receipts.WITHHELD:
            return None
        posts = []
        for number, event in enumerate(("processed", "delivered")):
            due = self._when(number, telling)
            told = {
                **args, "email": to, "event": event, "timestamp": int(due), "sg_event_id": f"{message_id}-{event}",
                "sg_message_id": f"{message_id}.recvd-1-1-1.0", "smtp-id": f"<{message_id}@stub.example.org>",
            }  # fmt: skip
            posts.append(Post(due, self._public_url + EVENTS_PATH, event=told))
        return self._plan(posts, telling)

    def family_writes(self, who: str, words: Words) -> bool:
        """A family's text to the district's number, or its one click; False where no e-mail gave it a link to click.

        It is brought until it is taken, and then noted in the journal, with the moment.
        """
        now = self._board.now()
        wrote = Wrote(who, words, now, at_once=True)
        if words is Words.CLICK:
            if who not in self.links:
                return False
            name, _, value = words.partition("=")
            self._posts.append(Post(now.timestamp(), self.links[who], {name: value}, words=wrote))
            return True
        sid = sid_of(who)
        form = {
            "MessageSid": sid, "SmsSid": sid, "From": who, "To": "+13125550100", "Body": words.value, "NumMedia": "0",
            "AccountSid": "AC" + "0" * 32, **({"OptOutType": "STOP"} if words is Words.STOP else {}),
        }  # fmt: skip
        self._posts.append(Post(now.timestamp(), self._public_url + INBOUND_PATH, form, words=wrote))
        return True

    async def tell_first(self, post: Post) -> None:
        """Before the caller has its answer; where the web application is slow to take it, soon after."""
        self._under_way += 1
        telling = asyncio.create_task(self.hand_over([post]))
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)
        await asyncio.wait([telling], timeout=PATIENCE_SECONDS)

    async def bring(self) -> None:
        """Bring what is due, for ever."""
        while True:
            now = self._board.now().timestamp()
            due = [post for post in self._posts if post.due <= now]
            self._posts = [post for post in self._posts if post.due > now]
            self._under_way += len(due)
            self._chance.shuffle(due)
            events = [post for post in due if post.event]
            rounds = [[post] for post in due if post.form] + [events[at : at + 20] for at in range(0, len(events), 20)]
            for at in range(0, len(rounds), AT_ONCE):
                await asyncio.gather(*(self.hand_over(posts) for posts in rounds[at : at + AT_ONCE]))
            await asyncio.sleep(PAUSE_SECONDS)

    async def hand_over(self, posts: list[Post]) -> None:
        """One request to the web application; what it does not take is owed again."""
        taken = await self._post(posts)
        self._under_way -= len(posts)
        for post in posts:
            if taken and post.words is not None:
                self._journal.wrote(replace(post.words, at=self._board.now()))
                self.brought += 1
            if taken or post.tries_left == 1:
                continue
            if post.words is not None:
                post.words = replace(post.words, at_once=False)
            post.tries_left = post.tries_left - 1 if post.tries_left is not None else None
            post.due = self._board.now().timestamp()
            self._posts.append(post)

    def _plan(self, posts: list[Post], telling: Receipts) -> Post | None:
        now = self._board.now().timestamp()
        first = posts.pop() if telling is Receipts.EARLY else None
        for post in posts:
            self._posts.append(post)
            if telling is Receipts.DOUBLED:
                self._posts.append(Post(now, post.url, dict(post.form), dict(post.event), post.tries_left))
        return first

    def _when(self, number: int, telling: Receipts) -> float:
        now = self._board.now().timestamp()
        if telling is Receipts.LATE:
            return now + LATE.total_seconds() + number
        return now + (0.2 * (1 - number) if telling is Receipts.SHUFFLED else 0.1 * number)

    async def _post(self, posts: list[Post]) -> bool:
        url = posts[0].url
        if posts[0].form:
            body = urlencode(posts[0].form).encode()
            signature = self._validator.compute_signature(url, posts[0].form)
            headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
        else:
            body = json.dumps([post.event for post in posts]).encode()
            moment = str(int(self._board.now().timestamp()))
            signed = self._private.sign(moment.encode() + body, ec.ECDSA(hashes.SHA256()))
            headers = {
                "Content-Type": "application/json",
                "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signed).decode(),
                "X-Twilio-Email-Event-Webhook-Timestamp": moment,
            }
        try:
            status = await asyncio.wait_for(_ask(url, headers, body), 20)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError, IndexError):
            return False
        return 200 <= status < 300


async def _ask(url: str, headers: dict[str, str], body: bytes) -> int:
    """POST ``body``; the status of the answer."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        lines = [f"POST {path} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await writer.drain()
        first = await reader.readline()
        await reader.read()
        return int(first.split()[1])
    finally:
        writer.close()
