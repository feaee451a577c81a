"""The words of an e-mail that is only a page: what a reader would see, with what it quotes marked as in plain text.

Anybody may send us a page. The standard library's reader takes minutes over a few hundred kilobytes of unclosed tags
(Python 3.11), so this goes over the page once, from left to right, and never back.
"""

from __future__ import annotations

import re
from html import unescape

LONGEST_PAGE = 1_000_000
"""Characters of a page that are read: many times what anybody writes."""
LINES = frozenset({
    "address", "article", "aside", "center", "dd", "div", "dt", "fieldset", "figure", "footer", "form", "header", "hr",
    "li", "main", "nav", "section", "tbody", "td", "th", "thead", "tr",
})  # fmt: skip
"""Blocks that begin and end a line."""
PARAGRAPHS = frozenset({
    "blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul",
})  # fmt: skip
"""Blocks with an empty line around them."""
UNSEEN = frozenset({"script", "style", "title", "template"})
QUOTE = "> "
"""Before each line of what is quoted, once for each level, as mail programs write it."""
DEEPEST_QUOTE = 20
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,30})([^<>]{0,10000})>")
_ALT = re.compile(r"""\balt\s*=\s*(?:"([^"]{0,200})"|'([^']{0,200})')""", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\n\f\u200b]+")
_EMPTY_LINES = re.compile(r"\n(?:[> ]*\n){2,}")


def text_of_page(page: str) -> str:
    """The words of ``page``: a line for each block, no scripts and styles, quoted blocks with ``"> "`` before each
    line. Never raises; what is broken is read as a browser would, more or less. Takes time by the page's length."""
    page = page[:LONGEST_PAGE]
    lower, writer, at = page.lower(), _Writer(), 0
    last_end = {name: lower.rfind(f"</{name}") for name in UNSEEN}
    while at < len(page):
        opens = page.find("<", at)
        writer.write(page[at : opens if opens >= 0 else len(page)])
        if opens < 0:
            break
        tag = _TAG.match(page, opens)
        if tag is not None:
            closing, name = bool(tag[1]), tag[2].lower()
            writer.tag(name, tag[3], closing=closing)
            at = tag.end()
            if name in UNSEEN and not closing:
                at = _after_unseen(lower, name, at, last_end[name])
        elif page.startswith(("<!", "<?", "</"), opens):
            ends = "-->" if page.startswith("<!--", opens) else ">"
            found = page.find(ends, opens + 2)
            at = found + len(ends) if found >= 0 else len(page)
        else:
            writer.write("<")
            at = opens + 1
    return writer.text()


def _after_unseen(lower: str, name: str, at: int, last_end: int) -> int:
    """Where a script or style ends. One that nobody closed hides the rest, as in a browser; a title hides no words."""
    if last_end < at:
        return at if name == "title" else len(lower)
    end = lower.find(">", lower.find(f"</{name}", at))
    return end + 1 if end >= 0 else len(lower)


class _Writer:
    """The lines so far, and the one that is being written."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quoted = self._as_it_is = 0
        self._bullet = False

    def text(self) -> str:
        self._end_line()
        while self._lines and not self._lines[-1].strip(QUOTE):
            self._lines.pop()
        return _EMPTY_LINES.sub("\n\n", "\n".join(self._lines)).strip("\n")

    def write(self, words: str) -> None:
        if not self._as_it_is:
            self._line.append(_BLANKS.sub(" ", unescape(words)))
            return
        first, *others = unescape(words).split("\n")
        self._line.append(first)
        for line in others:
            self._end_line(always=True)
            self._line.append(line)

    def tag(self, name: str, attributes: str, *, closing: bool) -> None:
        if name == "br":
            self._end_line(always=True)
        elif name == "img" and (alt := _ALT.search(attributes)):
            self.write(f" {alt[1] or alt[2] or ''} ")  # a face, more often than not
        elif name in LINES or name in PARAGRAPHS:
            self._break(name)
            change = -1 if closing else 1
            if name == "blockquote":
                self._quoted = min(max(0, self._quoted + change), DEEPEST_QUOTE)
            elif name == "pre":
                self._as_it_is = max(0, self._as_it_is + change)
            self._bullet = (name == "li" and not closing) or (self._bullet and name != "li")

    def _break(self, name: str) -> None:
        self._end_line()
        if name in PARAGRAPHS and self._lines and self._lines[-1].strip(QUOTE):
            self._lines.append((QUOTE * self._quoted).rstrip())

    def _end_line(self, *, always: bool = False) -> None:
        line = "".join(self._line).replace("\xa0", " ")
        line = line.rstrip() if self._as_it_is else _BLANKS.sub(" ", line).strip()
        self._line = []
        if line and self._bullet:
            line, self._bullet = f"- {line}", False
        if line or always:
            self._lines.append(f"{QUOTE * self._quoted}{line}".rstrip())
