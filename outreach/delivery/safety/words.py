"""Find the listed words of danger in what a family wrote, however it is typed: whole words and phrases, no more."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product

from config.tuning import Safety

APOSTROPHES = re.compile("['’‘‛ʼ′`´＇]")  # the look-alikes are what it is for
TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
"""No word of English or Spanish has a letter three times in a row."""
MOST_STRETCHES = 4
"""In one word; of one with more, only the shortest and the longest reading are tried."""

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Listed:
    """The listed words of all languages, each by its first two words, or by the one that it is: a letter that says
    "kill" a hundred thousand times is not compared with every phrase that begins so each time."""

    firsts: frozenset[str]
    by_start: Mapping[Phrase, tuple[tuple[Phrase, str], ...]]


def words_found(text: str, safety: Safety) -> list[str]:
    """The words and phrases of ``safety``, as they are listed, that stand in ``text``, in the order of the text.

    Every language is searched, whatever the family's own. Case, accents, apostrophes, punctuation, line breaks,
    repeated spaces, invisible characters and stretched letters make no difference; a listed word inside a longer one
    is not found ("arma" in "alarma"). The list is prepared once; a message then takes a fraction of a millisecond.
    """
    listed = _listed(tuple(word for words in safety.words.values() for word in words))
    tokens = _tokens(text)
    meant = {token: _readings(token) for token in set(tokens)}  # a long letter says the same words again and again
    spoken = [meant[token] for token in tokens]
    firsts = {token for token, ways in meant.items() if not listed.firsts.isdisjoint(ways)}
    begins = [place for place, token in enumerate(tokens) if token in firsts]
    return list(dict.fromkeys(found for place in begins for found in _at(place, spoken, listed)))


def _at(place: int, spoken: list[frozenset[str]], listed: _Listed) -> Iterator[str]:
    for first in sorted(spoken[place] & listed.firsts):
        seconds = spoken[place + 1] if place + 1 < len(spoken) else ()
        for start in ((first,), *((first, second) for second in sorted(seconds))):
            for phrase, words in listed.by_start.get(start, ()):
                heard = spoken[place : place + len(phrase)]
                if len(heard) == len(phrase) and all(word in ways for word, ways in zip(phrase, heard, strict=True)):
                    yield words


@lru_cache(maxsize=8)
def _listed(words: tuple[str, ...]) -> _Listed:
    by_start: defaultdict[Phrase, list[tuple[Phrase, str]]] = defaultdict(list)
    for each in words:
        phrase = tuple(token.replace("'", "") for token in _tokens(each))
        if phrase:
            by_start[phrase[:2]].append((phrase, each))
    return _Listed(
        frozenset(start[0] for start in by_start), {start: tuple(phrases) for start, phrases in by_start.items()}
    )


def _tokens(text: str) -> list[str]:
    """The words of ``text``: compatibility forms made plain, marks and invisible characters gone, case folded."""
    plain = APOSTROPHES.sub("'", text)
    if not plain.isascii():
        letters = unicodedata.normalize("NFKD", plain)
        plain = "".join(letter for letter in letters if unicodedata.category(letter) not in ("Mn", "Me", "Cf"))
    return TOKEN.findall(plain.casefold())


def _readings(token: str) -> frozenset[str]:
    """What a word may have been meant as: "don't" as dont, "suicide's" as suicide too, "matarmeee" as matarme."""
    whole = token.replace("'", "")
    ways = {whole, token.partition("'")[0]} if "'" in token else {whole}
    return frozenset(way for each in ways for way in _unstretched(each))


def _unstretched(word: str) -> Iterable[str]:
    runs = list(islice(STRETCHED.finditer(word), MOST_STRETCHES + 1))
    if not runs:
        return (word,)
    if len(runs) > MOST_STRETCHES:
        return (STRETCHED.sub(r"\1", word), STRETCHED.sub(r"\1\1", word))
    return (_with_lengths(word, runs, lengths) for lengths in product((1, 2), repeat=len(runs)))


def _with_lengths(word: str, runs: list[re.Match[str]], lengths: tuple[int, ...]) -> str:
    made, end = "", 0
    for run, length in zip(runs, lengths, strict=True):
        made += word[end : run.start()] + run[1] * length
        end = run.end()
    return made + word[end:]
