"""Segments as carriers count them; the lengths are those of 3GPP TS 23.038."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.delivery import segments_of
from outreach.delivery.segments import EACH_OF_SEVERAL, SINGLE, Alphabet


@pytest.mark.parametrize(
    ("text", "count", "alphabet"),
    [
        ("", 0, Alphabet.GSM_7),
        ("a" * 160, 1, Alphabet.GSM_7),
        ("a" * 161, 2, Alphabet.GSM_7),
        ("a" * 306, 2, Alphabet.GSM_7),
        ("a" * 307, 3, Alphabet.GSM_7),
        ("€" * 80, 1, Alphabet.GSM_7),
        ("€" * 81, 2, Alphabet.GSM_7),
        # 152 septets, then a character of two that does not fit into the 153rd: it moves whole.
        ("a" * 152 + "€" + "a" * 152, 3, Alphabet.GSM_7),
        ("ñ" * 160, 1, Alphabet.GSM_7),
        ("á" + "a" * 69, 1, Alphabet.UCS_2),
        ("á" + "a" * 70, 2, Alphabet.UCS_2),
        ("😀" * 35, 1, Alphabet.UCS_2),
        ("😀" * 36, 2, Alphabet.UCS_2),
        # 33 pairs are 66 units; the 34th pair does not part over the 67th.
        ("😀" * 67, 3, Alphabet.UCS_2),
    ],
)
def test_known_lengths(text: str, count: int, alphabet: Alphabet) -> None:
    counted = segments_of(text)
    assert (counted.count, counted.alphabet) == (count, alphabet)


def test_the_letters_that_cost_are_named_once() -> None:
    assert segments_of("mamá está aquí").costly == ("á", "í")


@given(st.text(max_size=700))
def test_segments_hold_the_text_and_no_fewer_would(text: str) -> None:
    counted = segments_of(text)
    limit = SINGLE[counted.alphabet] if counted.count <= 1 else EACH_OF_SEVERAL[counted.alphabet]
    assert counted.units <= counted.count * limit
    if counted.count > 1:
        assert counted.units > SINGLE[counted.alphabet]
        # A character of two units may leave one unit empty at the end of each segment.
        assert counted.units > (counted.count - 1) * (limit - 1)
