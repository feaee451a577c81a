"""Only thanks: the clock ignores it. When in doubt a person reads."""

from __future__ import annotations

import pytest

from outreach.contacts import is_only_thanks


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!", "thank you so much", "THANK YOU", "Thanks Ms. Alvarez 🙏", "ok thx", "Ty", "👍", "👍🏽", "🙏🙏", "❤️",
        "Thank you for letting me know", "Thank you for your help!", "Thanks for the quick reply.", "Got it, thanks",
        "Okay", "Gracias", "¡Muchas gracias, profe!", "Mil gracias maestra", "Ok, muchas gracias por su ayuda",
        "Gracias por la información, buenas noches", "Perfecto, gracias", "Entendido", "Thank you. Have a great day",
        "I appreciate it", "Se lo agradezco mucho", "Que Dios la bendiga, gracias",
    ],
)  # fmt: skip
def test_this_is_only_thanks(text: str) -> None:
    assert is_only_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "?", "Thanks, but when is the test?", "Thank you, please call me", "thanks for nothing",
        "No thank you", "Gracias pero no puedo ir", "ok I will be there at 5", "Thanks. He is sick", "Yes", "No", "Si",
        "gracias ¿y la tarea", "Gracias profe llame a mi casa", "Thank you let me know", "thanks, she needs help",
        "👎", "😡", "Hola", "Thanks " * 20, "Thank you and he wants to die", "muchas gracias por no contestar",
        "Can you thank Ms. Alvarez", "ok whatever", "great, another F",
    ],
)  # fmt: skip
def test_this_is_read_by_a_person(text: str) -> None:
    assert not is_only_thanks(text)
