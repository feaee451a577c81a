"""Which pages there are for somebody who is signed in: found by their links, one of each kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urljoin, urlsplit

from playwright.sync_api import APIRequestContext

LINK = re.compile(r'<a\b[^>]*?\bhref="([^"#]+)')
NOT_PAGES = ("/assets/", "/logout", "/sw.js")
MOST = 400
"""More kinds of pages than there are; a crawl that reaches it has gone astray."""


def kind_of(address: str) -> str:
    """``/families/12?before=x`` as ``/families/#?before``: pages of one kind differ in what they show only."""
    parts = urlsplit(address)
    names = ",".join(sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}))
    return re.sub(r"\d+", "#", parts.path) + (f"?{names}" if names else "")


def pages(request: APIRequestContext, host: str, first: str = "/") -> Iterator[str]:
    """The address of one page of each kind that can be reached by links from ``first``, in the order found."""
    seen, ahead, asked = {kind_of(first)}, [first], 0
    while ahead:
        address = ahead.pop(0)
        asked += 1
        assert asked <= MOST, "a crawl without end"
        answer = request.get(host + address)
        assert answer.status < 400, (address, answer.status)
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        yield address
        for link in LINK.findall(answer.text()):
            found = urlsplit(urljoin(host + address, link.replace("&amp;", "&")))
            if f"{found.scheme}://{found.netloc}" != host or found.path.startswith(NOT_PAGES):
                continue
            further = found.path + (f"?{found.query}" if found.query else "")
            if kind_of(further) not in seen:
                seen.add(kind_of(further))
                ahead.append(further)
