"""What a person wrote in an e-mail, without what the mail program put under it. In doubt it stays."""

from __future__ import annotations

import re

from .clauses import plain
from .ours import Ours

WROTE = re.compile(
    r"^\s*(?:on\b.{0,300}\bwrote|el\b.{0,300}\bescribi[oó]|le\b.{0,300}\ba [eé]crit)\s*:\s*$", re.IGNORECASE | re.DOTALL
)
ORIGINAL = re.compile(
    r"^\s*[-_]{2,}\s*(?:original message|mensaje original|original appointment)\s*[-_]{2,}\s*$", re.IGNORECASE
)
RULE = re.compile(r"^\s*_{10,}\s*$")
HEADER = re.compile(
    r"^\s*\*?(?:from|sent|to|cc|subject|date|de|enviado(?: el)?|para|asunto|fecha)\s*:\*?\s*\S", re.IGNORECASE
)
FIRST_HEADER = re.compile(r"^\s*\*?(?:from|de)\s*:\*?\s*\S", re.IGNORECASE)
MAY_LEAD = re.compile(r"^\s*(?:[-_]{2}|\*?(?:from|de)\s*:|(?:on|el|le)\b)", re.IGNORECASE)
"""How every one of these begins: a letter has many lines, and few of them do."""
DEVICE = re.compile(
    r"^\s*(?:sent (?:from|via|with)\b.{0,80}|enviado (?:desde|por)\b.{0,80}|get outlook for (?:ios|android).{0,60}"
    r"|obtener outlook para .{0,60}|descarga(?:r)? outlook .{0,60}|yahoo mail: .{0,80})$",
    re.IGNORECASE,
)
DELIMITER = re.compile(r"^--\s?$")
OUR_LINK = re.compile(r"(?:/|%2f)unsubscribe(?:/|%2f)", re.IGNORECASE)
"""Also as mail programs rewrite links."""
MOST_WRAPPED = 3
"""Lines over which "On … wrote:" may be broken."""
LEAST_HEADERS = 3
LONGEST_SIGNATURE = 8
LONGEST_READ = 500_000
"""Signs; what is longer is nobody's letter, and stays whole."""


def strip_quoted(text: str, *ours: str) -> str:
    """What the person wrote in ``text``: without quoted lines, reply headers and the mark of a device.

    ``ours``: the words of the message that it answers, as they left, and of others that it may quote. What stands below
    an unmarked quotation is kept where it is not ours, so that an answer under each line of ours is not lost. Where
    nothing would be left, all of it is; with ``ours``, what of it is neither ours nor the mail program's.
    """
    if len(text) > LONGEST_READ:
        return text.strip()
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    cut = _where_quoted(lines) or (len(lines), len(lines))
    above, below = lines[: cut[0]], lines[cut[1] :]
    kept = _unmarked(above)
    if below:
        kept = _closed_up(kept + _theirs(below, Ours(ours), anything_above=_says(kept)))
    found = "\n".join(_without_signature(kept)).strip()
    return found or (_rest(above + below, Ours(ours)) if ours else text.strip())


def _where_quoted(lines: list[str]) -> tuple[int, int] | None:
    """The first line of what leads in a quotation, and the first after it; None where nothing does."""
    for number, line in enumerate(lines):
        if not MAY_LEAD.match(line):
            continue
        if ORIGINAL.match(line):
            return number, _after_headers(lines, number + 1)
        if RULE.match(line) and _headers_from(lines, number + 1):
            return number, _after_headers(lines, number + 1)
        if FIRST_HEADER.match(line) and _headers_from(lines, number):
            return number, _after_headers(lines, number)
        for many in range(1, MOST_WRAPPED + 1):
            if WROTE.match("\n".join(lines[number : number + many])):
                return number, number + many
    return None


def _headers_from(lines: list[str], number: int) -> bool:
    while number < len(lines) and not lines[number].strip():
        number += 1
    return sum(bool(HEADER.match(line)) for line in lines[number : number + 6]) >= LEAST_HEADERS


def _after_headers(lines: list[str], number: int) -> int:
    while number < len(lines) and (not lines[number].strip() or HEADER.match(lines[number])):
        number += 1
    return number


def _theirs(below: list[str], ours: Ours, *, anything_above: bool) -> list[str]:
    """Of what stands below the lead-in, the person's own lines. Where the program marks what it quotes, a short line
    without its mark is theirs."""
    unmarked = _unmarked(below)
    marked = len(unmarked) < len(below)
    found = [line for line in unmarked if not _is_ours(line, ours, briefly=not marked)] if ours else unmarked
    if marked or len(found) < len(unmarked):
        return found
    return [] if anything_above else below


def _rest(lines: list[str], ours: Ours) -> str:
    """What is left of a message that seemed to be all quotation and signature."""
    bare = (line.lstrip("> ") for line in lines)
    return "\n".join(line for line in bare if not (DEVICE.match(line) or _is_ours(line, ours))).strip()


def _is_ours(line: str, ours: Ours, *, briefly: bool = True) -> bool:
    if not line.strip():
        return False
    of_the_program = HEADER.match(line) or OUR_LINK.search(line) or WROTE.match(line) or ORIGINAL.match(line)
    return ours.says(line, briefly=briefly) or of_the_program is not None


def _closed_up(lines: list[str]) -> list[str]:
    """One empty line where lines of ours stood between two of theirs."""
    return [line for line, above in zip(lines, ["", *lines], strict=False) if line.strip() or above.strip()]


def _unmarked(lines: list[str]) -> list[str]:
    return [line for line in lines if not line.lstrip().startswith(">")]


def _says(lines: list[str]) -> bool:
    return any(plain(line) for line in _without_signature(lines))


def _without_signature(lines: list[str]) -> list[str]:
    kept = [line for line in lines if not DEVICE.match(line)]
    ends, below = len(kept), 0
    for number in range(len(kept) - 1, -1, -1):
        line = kept[number]
        if DELIMITER.match(line):
            ends = number
        below += bool(line.strip())
        if below > LONGEST_SIGNATURE or "?" in line:
            break
    return kept[:ends]
