"""What a person wrote in an e-mail, without what the mail program put under it. In doubt it stays."""

from __future__ import annotations

import re

from .clauses import plain

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
DEVICE = re.compile(
    r"^\s*(?:sent (?:from|via|with)\b.{0,80}|enviado (?:desde|por)\b.{0,80}|get outlook for (?:ios|android).{0,60}"
    r"|obtener outlook para .{0,60}|descarga(?:r)? outlook .{0,60}|yahoo mail: .{0,80})$",
    re.IGNORECASE,
)
DELIMITER = re.compile(r"^--\s?$")
OURS_BELOW = re.compile(r"unsubscribe|/unsubscribe/|stop these e-?mails|no recibir estos correos", re.IGNORECASE)
MOST_WRAPPED = 3
"""Lines over which "On … wrote:" may be broken."""
LEAST_HEADERS = 3
LONGEST_SIGNATURE = 8
LEAST_SHARED = 12
"""Letters from which a line found in our own message is ours and no chance."""


def strip_quoted(text: str, ours: str | None = None) -> str:
    """What the person wrote in ``text``: without quoted lines, reply headers and the mark of a device.

    ``ours``: the words of our message that it answers. What stands below an unmarked quotation is kept where it is
    not ours, so that an answer under each line of ours is not lost. Where nothing would be left, all of it is.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    cut = _where_quoted(lines)
    if cut is None:
        kept = [line for line in lines if not line.lstrip().startswith(">")]
    else:
        above, below = lines[: cut[0]], lines[cut[1] :]
        above = [line for line in above if not line.lstrip().startswith(">")]
        kept = above + _theirs(below, ours, anything_above=_says(above))
    found = "\n".join(_without_signature(kept)).strip()
    return found or text.strip()


def _where_quoted(lines: list[str]) -> tuple[int, int] | None:
    """The first line of what leads in a quotation, and the first after it; None where nothing does."""
    for number, line in enumerate(lines):
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


def _theirs(below: list[str], ours: str | None, *, anything_above: bool) -> list[str]:
    """Of what stands below the lead-in, the person's own lines."""
    marked = [line for line in below if line.lstrip().startswith(">")]
    unmarked = [line for line in below if line.strip() and not line.lstrip().startswith(">")]
    if marked:
        return [line for line in below if not line.lstrip().startswith(">")]
    if ours is not None:
        known = _letters(ours)
        found = [line for line in unmarked if not _is_ours(line, known)]
        return found if len(found) < len(unmarked) else _unless(below, anything_above)
    return _unless(below, anything_above)


def _unless(below: list[str], anything_above: bool) -> list[str]:
    return [] if anything_above else below


def _is_ours(line: str, known: str) -> bool:
    letters = _letters(line)
    return not letters or (letters in known and len(letters) >= min(LEAST_SHARED, len(known))) or bool(
        HEADER.match(line) or OURS_BELOW.search(line) or letters.startswith("http")
    )  # fmt: skip


def _letters(text: str) -> str:
    return plain(text).replace(" ", "")


def _says(lines: list[str]) -> bool:
    return any(plain(line) for line in _without_signature(lines))


def _without_signature(lines: list[str]) -> list[str]:
    kept = [line for line in lines if not DEVICE.match(line)]
    for number, line in enumerate(kept):
        below = [after for after in kept[number + 1 :] if after.strip()]
        if DELIMITER.match(line) and len(below) <= LONGEST_SIGNATURE and "?" not in "".join(below):
            return kept[:number]
    return kept
