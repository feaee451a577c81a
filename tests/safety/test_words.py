"""Words of danger are found however they are typed, in both languages; words that only look like them are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.tuning import Safety
from outreach.delivery.safety import words, words_found
from outreach.effective import shipped_tuning

SAFETY = shipped_tuning().safety
EVERY_PHRASE = [phrase for language in SAFETY.words.values() for phrase in language]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("My son says he wants to die.", ["wants to die"]),
        ("she said she would KILL HERSELF tonight", ["kill herself"]),
        ("I dont want to live any more", ["don't want to live"]),
        ("I don’t want to live any more", ["don't want to live"]),  # as phones type it
        ("he is cutting\nhimself\n\nagain", ["cutting himself"]),
        ("self harm? self-harm! SELF—HARM", ["self harm", "self-harm"]),
        ("It was his cousin’s suicide", ["suicide"]),  # as phones type it
        ("Another suicide's note", ["suicide", "suicides"]),
        ("kill...myself", ["kill myself"]),
        ("Is it true that somebody brought a gun??", ["brought a gun"]),
        ("Dice que se quiere morir", ["se quiere morir", "quiere morir"]),
        ("DICE QUE NO QUIERE VIVIR", ["no quiere vivir"]),
        ("me quiero  matar", ["me quiero matar", "quiero matar"]),
        ("Su tio abuso de ella", ["abuso", "abusó de"]),
        ("le van a hacer dano en el recreo", ["le van a hacer daño"]),
        ("¡Mi hija se suicidó!", ["se suicidó"]),
        ("Trae un arma a la escuela", ["arma", "un arma"]),
        ("Él me pega, maestra", ["me pega"]),
    ],
)  # fmt: skip
def test_words_of_danger_are_found_in_both_languages(text: str, found: list[str]) -> None:
    assert sorted(words_found(text, SAFETY)) == sorted(found)


SAID_OF_DANGER = (
    "she keeps talking about killing herself", "he was talking about killing himself", "he tried to kill hisself",
    "she cut herself last night", "He cuts himself", "my son hurts himself when he is sad", "i wanna die",
    "he doesnt wanna live", "she does not want to live", "she wants to end it all", "he took his own life",
    "she said she'd rather be dead", "she swallowed a bunch of pills", "I think he is sucidal",
    "he doesn't want to be here anymore",
    "His dad hit him", "my husband hit me again", "her stepdad beat her", "he keeps hitting us", "mom slapped him",
    "Marcus hit my daughter", "they jumped him after school", "she is scared of her dad",
    "Kiero matar a ese niño", "he threatened to shoot", "He said he will shoot the school", "I'll kill that teacher",
    "he's gonna shoot somebody", "She is threatening me", "kid had a knife on the bus", "there was a bomb threat",
    "se quiere suicidar", "dice que me quiero suicidar", "se quiere quitar la vida", "SE QUIERE HACER DANO",
    "anoche se quiso matar", "dicen que la van a matar", "su papá le pegó", "su papa le pego", "mi esposo me pegó",
    "un niño lo golpeó", "le pegaron en el recreo", "su padrastro la tocaba", "le tiene miedo a su papá",
    "quisiera estar muerta", "se cortó las venas", "Leo kiere morir", "nos amenazaron", "lo voy a golpear",
    "voy a matar al maestro", "trae pistola", "mi esposo nos corrió de la casa",
)  # fmt: skip


def test_the_commonest_ways_to_speak_of_danger_are_listed() -> None:
    assert [text for text in SAID_OF_DANGER if not words_found(text, SAFETY)] == []


@pytest.mark.parametrize(
    "text",
    [
        "She hit the ball so far!",
        "Leo is killing it, he beat his best score",
        "can he shoot hoops after class?",
        "His life threatening allergy is to nuts",
        "The flu shot at the clinic was late",
        "¿Dónde lo pego, en el cuaderno?",
        "No le va a hacer daño un poco de tarea",
        "La llamada se corta",
        "Pantalón con cinturón, ¿verdad?",
        "La alarma sonó dos veces",  # arma
        "Se armaron los equipos de fútbol",
        "The bombastic speech was long",  # bomb
        "He loves Stabler's poems",  # stab
        "We ate grapes and drapes",  # rape
        "My son rapped at the talent show",
        "She therapeutically disabuses them",  # abuse
        "He is hurt. By himself he cannot walk",  # hurt himself
        "Maya is killing it in math",
        "The battery is dead, can he call at lunch?",
        "kill the lights, please; myself I prefer them on",
        "What time do shooting hoops end?",
        "Una amenazante nube, pero no llovió",  # amenaza
        "Nos toca traer el pastel",  # la toca
        "El bombardeo de correos",
        "",
        "   \n\t ",
        "👍🏽👍🏽",
    ],
)
def test_words_that_only_look_like_them_are_left_alone(text: str) -> None:
    assert words_found(text, SAFETY) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("s\u200buic\u00adide", ["suicide"]),
        ("\ufeffkill\u2060 my\u200dself", ["kill myself"]),
        ("kill\u00a0myself", ["kill myself"]),
        ("suicídio no, suicidio", ["suicidio"]),
        ("ｓｕｉｃｉｄｅ", ["suicide"]),  # full width, as some keyboards type
        ("𝐤𝐢𝐥𝐥 𝐦𝐲𝐬𝐞𝐥𝐟", ["kill myself"]),  # letters that only look bold
        ("se suicido\u0301", ["se suicidó"]),
        ("suiciiiide", ["suicide"]),
        ("killlll myselfffff", ["kill myself"]),
        ("matarmeeeeee", ["matarme"]),
        ("kill_myself", ["kill myself"]),
        ("#suicidal", ["suicidal"]),
    ],
)
def test_how_it_is_typed_makes_no_difference(text: str, found: list[str]) -> None:
    assert words_found(text, SAFETY) == found


def test_the_language_of_the_family_does_not_matter() -> None:
    mixed = "Teacher, mi hijo said he wants to die, quiere morirse"
    assert words_found(mixed, SAFETY) == ["wants to die", "quiere morirse"]


def test_a_lunch_complaint_may_be_taken_for_danger() -> None:
    assert words_found("The lunch menu is a bomb, nobody eats it", SAFETY) == ["bomb"]


def test_a_districts_own_words_count_beside_ours_in_any_language() -> None:
    own = Safety(words={**SAFETY.words, "vi": ["tự tử"]}, alert_again_minutes=10)
    assert words_found("Con tôi muốn tự tử", own) == ["tự tử"]
    assert words_found("Con tôi muốn tự tử", SAFETY) == []


def test_a_list_without_words_finds_none() -> None:
    assert words_found("kill myself", Safety(words={}, alert_again_minutes=10)) == []
    assert words_found("…", Safety(words={"en": ["…"]}, alert_again_minutes=10)) == []


def test_thousands_of_messages_read_the_list_once() -> None:
    words._listed.cache_clear()
    for number in range(5_000):
        words_found(f"Message {number}: Maya was late today.", SAFETY)
    assert words._listed.cache_info().misses == 1


@given(
    st.sampled_from(EVERY_PHRASE),
    st.text(st.characters(categories=["P", "Z", "S"], exclude_characters="'`´^¨¸¯˘˙˚˛˜˝"), min_size=1, max_size=5),
    st.booleans(),
)  # fmt: skip
def test_every_listed_phrase_is_found_between_any_marks(phrase: str, marks: str, loud: bool) -> None:
    said = phrase.upper() if loud else phrase
    assert phrase in words_found(f"So{marks} {said} {marks}, yes", SAFETY)


@given(st.text(max_size=400))
def test_no_text_is_too_strange_to_be_read(text: str) -> None:
    assert all(found in EVERY_PHRASE for found in words_found(text, SAFETY))
