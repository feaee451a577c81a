"""The count under a text: the server's sentence, and the page's script saying the same for every letter there is."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from outreach.delivery import segments_of
from outreach.delivery.segments import BASIC, EXTENSION
from outreach.language import LANGUAGES, speaking
from outreach.web import static_files
from outreach.web.counting import counted, script_words, segment_words
from tests.web.conftest import Town

SCRIPT = Path(static_files.__file__).parent / "static" / "segments.js"
COUNTS = """
const { segmentsOf, words } = require(process.argv[1]);
const { texts, said } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const told = found => [found.count, found.units, found.left, found.costly, words(found, 3, said)];
process.stdout.write(JSON.stringify(texts.map(text => told(segmentsOf(text)))));
"""


def in_node(texts: list[str]) -> list[list[object]]:
    """What the page's script says of each text. Without node this is an error, never a skip."""
    node = shutil.which("node")
    assert node is not None, "node is needed to run the page's own script"
    done = subprocess.run(
        [node, "-e", COUNTS, str(SCRIPT)], input=json.dumps({"texts": texts, "said": script_words()}),
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    told: list[list[object]] = json.loads(done.stdout)
    return told


def in_python(text: str) -> list[object]:
    found = segments_of(text)
    return [found.count, found.units, found.left, list(found.costly), segment_words(found, 3)]


def corpus() -> list[str]:
    """Every boundary with one and two units, pairs and extension letters across it, and texts at random, seeded."""
    chance = random.Random(7)
    gsm, wide = sorted(BASIC | EXTENSION), [*"áíóú“”’–…", "😀", "👩‍👧", "e\u0301"]
    fixed = [
        fill * length + end
        for fill in ("a", "€", "á", "😀")
        for length in (
            0,
            1,
            33,
            34,
            35,
            66,
            67,
            69,
            70,
            71,
            79,
            80,
            133,
            134,
            135,
            152,
            153,
            159,
            160,
            161,
            305,
            306,
            307,
        )
        for end in ("", "a", "€", "á", "😀")
    ]
    loose = ["".join(chance.choices(gsm + wide * chance.randint(0, 2), k=chance.randint(1, 480))) for _ in range(600)]
    return fixed + loose


@pytest.mark.parametrize("tag", list(LANGUAGES))
def test_the_script_counts_as_the_server_does(tag: str) -> None:
    texts = corpus()
    with speaking(tag):
        told = in_node(texts)
        assert [one for one, said in zip(texts, told, strict=True) if said != in_python(one)] == []


def test_the_script_knows_every_letter_as_the_server_does() -> None:
    letters = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF and code < 0x11000]
    told = in_node(letters)
    assert [one for one, said in zip(letters, told, strict=True) if said != in_python(one)] == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Nothing written yet."),
        ("  \r\n ", "Nothing written yet."),
        ("a" * 28, "1 text · 132 left"),
        ("a\r\nb", "1 text · 157 left"),
        ("a" * 200, "2 texts · 106 left"),
        ("Está aquí", "1 text · 61 left. á and í leave less than half the room."),
        ("“" + "a" * 9, "1 text · 60 left. “ leaves less than half the room."),
        ("áíóúÁÍ", "1 text · 64 left. á í ó ú Á … leave less than half the room."),
        ("a" * 460, "4 texts, and at most 3 may go at once: shorten it."),
    ],
)
def test_the_line_under_a_text(text: str, says: str) -> None:
    assert counted(text, 3).words == says
    assert counted(text, 3).over is ("shorten" in says)


def test_the_page_says_how_many_texts_it_takes_without_any_script(town: Town) -> None:
    teacher = town.sign_in()
    page = f"/plan/write?family={town.delgado.id}"
    assert "Nothing written yet." in teacher.get(page).text
    assert "The first lines go before your words by themselves" in teacher.get(page).text
    assert "responda STOP" in teacher.get(page).text, "in the family's language"
    way = teacher.get(page).text.split('name="way" id="way-first" value="')[1].split('"')[0]
    form = {
        "family": town.delgado.id, "form_key": "k", "way": way, "when": "now", "language_confirmed": "yes",
        "body": "Palabras " * 60,
    }  # fmt: skip
    answer = teacher.send("/plan/write", page, **form)
    assert answer.status_code == 422
    assert "4 texts, and at most 3 may go at once" in answer.text
    assert "This takes 4 texts" in answer.text
    assert "Palabras Palabras" in answer.text, "and what was typed stays"
