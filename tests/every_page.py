"""Which pages there are for somebody who is signed in: found by their links, one of each kind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urljoin, urlsplit

LINK = re.compile(r'<a\b[^>]*?\bhref="([^"#]+)')
HOST = "http://here"
NOT_PAGES = ("/assets/", "/logout", "/sw.js")
WAYS = 4
"""How many sets of conditions in an address are followed for one page, none among them, unless told otherwise."""
MOST = 400
"""More kinds of pages than there are; a crawl that reaches it has gone astray."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content_type: str
    text: str


def kind_of(address: str) -> str:
    """``/families/12?before=x`` as ``/families/#?before``: pages of one kind differ in what they show only; so do the
    messages of one language."""
    parts = urlsplit(address)
    names = ",".join(sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}))
    path = re.sub(r"^(/admin/messages/\w+)/(?!words$)\w+$", r"\1/#", parts.path)
    return re.sub(r"\d+", "#", path) + (f"?{names}" if names else "")


def pages(get: Callable[[str], Answer], first: str = "/", most_ways: int = WAYS) -> Iterator[tuple[str, str]]:
    """One page of each kind that links lead to from ``first``, in the order found: its address and what it holds.

    ``get`` asks for an address of ours. A link that leads to a fault or a refusal fails the test.
    """
    seen, ahead, asked = {kind_of(first)}, [first], 0
    ways: Counter[str] = Counter()
    while ahead:
        address = ahead.pop(0)
        asked += 1
        assert asked <= MOST, "a crawl without end"
        answer = get(address)
        assert answer.status < 400, (address, answer.status)
        if "text/html" not in answer.content_type:
            continue
        yield address, answer.text
        for link in LINK.findall(answer.text):
            found = urlsplit(urljoin(HOST + address, link.replace("&amp;", "&")))
            further = found.path + (f"?{found.query}" if found.query else "")
            ours = f"{found.scheme}://{found.netloc}" == HOST and not found.path.startswith(NOT_PAGES)
            kind = kind_of(further)
            if ours and kind not in seen and ways[kind.partition("?")[0]] < most_ways:
                ways[kind.partition("?")[0]] += 1
                seen.add(kind)
                ahead.append(further)
