"""Letters that nobody wrote to be read: each is read in a time by its length, whatever it is made of."""

from __future__ import annotations

from time import process_time

import pytest

from models import Channel
from outreach.contacts import is_only_thanks
from outreach.delivery.inbound.answers import survey_answer, verdict_answer
from outreach.delivery.inbound.automatic import is_automatic
from outreach.delivery.inbound.clauses import readable
from outreach.delivery.inbound.quoted import LONGEST_READ, strip_quoted
from outreach.delivery.inbound.reactions import reaction_in
from outreach.delivery.inbound.words import read_words
from outreach.delivery.safety import words_found
from outreach.effective import shipped_tuning

LONG = 60_000
MADE_OF = (
    "muy largo ", "a", "\n", " \n", "\t", "-- \n", "--\n\n", "From: x\n", "On \n", "on wrote\n \n", "> ", "_", "kill ",
    "kill you ", "don't ", "aaab", "1 ", "Liked “", "“a” ", "👍", "é", "\n sent from my", "?",
    "-----Original Message-----\n",
)  # fmt: skip
OURS = "Hi Rosa,\n\nLeo read today.\n\nMs. Avery"
SAFETY = shipped_tuning().safety


@pytest.mark.parametrize("part", MADE_OF)
def test_a_letter_of_one_thing_again_and_again_is_read_in_good_time(part: str) -> None:
    letter = part * (LONG // len(part))
    began = process_time()
    strip_quoted(letter)
    strip_quoted(letter, OURS)
    strip_quoted(f"Hello\nOn Monday Lakeside wrote:\n{letter}", OURS, letter[:2000])
    words_found(letter, SAFETY)
    read_words(readable(letter), Channel.EMAIL, title="Maya")
    is_automatic(letter, letter, "rosa@example.org", says_so=False)
    for reads in (survey_answer, verdict_answer, is_only_thanks, reaction_in):
        reads(letter)
    assert process_time() - began < 2, "by its length it takes a third of one; by the square of it, minutes"


def test_a_letter_longer_than_anybody_s_stays_whole() -> None:
    letter = "On Monday Lakeside wrote:\n" + "> a\n" * LONGEST_READ
    assert strip_quoted(letter, OURS) == letter.strip()
