"""Segments as carriers count them; the lengths are those of 3GPP TS 23.038."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.delivery import segments_of
from outreach.delivery.segments import BASIC, EACH_OF_SEVERAL, EXTENSION, SINGLE, Alphabet


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


GSM_LETTERS = st.text(alphabet=st.sampled_from(sorted(BASIC | EXTENSION)), max_size=500)
ANY_LETTERS = st.text(alphabet=st.characters(codec="utf-8"), max_size=300)
"""Without lone surrogates: no form and no file can hand them over."""


def cut(text: str) -> list[str]:
    """The segments themselves, filled letter by letter, written without the counter's own arithmetic."""
    wide = any(letter not in BASIC | EXTENSION for letter in text)
    room, whole = (67, 70) if wide else (153, 160)

    def width(part: str) -> int:
        return len(part.encode("utf-16-le")) // 2 if wide else len(part) + sum(letter in EXTENSION for letter in part)

    if width(text) <= whole:
        return [text] if text else []
    parts = [""]
    for letter in text:
        if width(parts[-1] + letter) > room:
            parts.append("")
        parts[-1] += letter
    return parts


@given(st.one_of(GSM_LETTERS, ANY_LETTERS))
def test_segments_filled_letter_by_letter_are_as_many_and_part_no_pair_and_no_escape(text: str) -> None:
    parts = cut(text)
    counted = segments_of(text)
    assert counted.count == len(parts)
    assert "".join(parts) == text
    for part in parts:
        part.encode("utf-16-le")  # would fail on half a pair


@given(GSM_LETTERS, GSM_LETTERS)
def test_two_texts_as_one_never_take_more_than_both_and_never_fewer_than_either(first: str, second: str) -> None:
    both = segments_of(first + second).count
    each = [segments_of(one).count for one in (first, second)]
    # A text of 154 to 160 septets alone takes one segment, and as a part of a longer one a little of a second too.
    assert max(each) <= both <= sum(each) + 1


@given(ANY_LETTERS, st.sampled_from(sorted(BASIC)))
def test_a_further_letter_takes_room_and_adds_one_segment_at_most(text: str, letter: str) -> None:
    before, after = segments_of(text), segments_of(text + letter)
    assert after.units == before.units + 1
    assert before.count <= after.count <= before.count + 1
    assert after.costly == before.costly


@pytest.mark.parametrize("letter", sorted(EXTENSION))
def test_each_letter_of_the_extension_takes_two_septets_and_leaves_the_alphabet(letter: str) -> None:
    counted = segments_of(letter)
    assert (counted.units, counted.alphabet, counted.left) == (2, Alphabet.GSM_7, 158)


@pytest.mark.parametrize(
    "letter", ["á", "í", "ó", "ú", "Á", "Í", "Ó", "Ú", "ç", "“", "”", "’", "–", "…", "\t", "`", "😀"]
)
def test_letters_that_look_plain_and_cost_the_alphabet_are_named(letter: str) -> None:
    assert segments_of(f"abc{letter}").costly == (letter,)


@pytest.mark.parametrize("letter", ["é", "ñ", "ü", "¿", "¡", "Ñ", "É", "Ü", "à", "€", "\n"])
def test_letters_of_spanish_that_cost_nothing_are_not_named(letter: str) -> None:
    assert segments_of(f"abc{letter}").costly == ()


@given(st.one_of(GSM_LETTERS, ANY_LETTERS))
def test_what_is_left_still_fits_and_one_more_does_not(text: str) -> None:
    counted = segments_of(text)
    if counted.count == 0:
        return
    assert segments_of(text + "a" * counted.left).count <= max(counted.count, 1)
    if counted.count > 1:
        assert segments_of(text + "a" * (counted.left + 1)).count == counted.count + 1
