"""Which of our two languages a message is in, where the family's own is not known: enough to answer a stranger."""

from __future__ import annotations

from .clauses import plain
from .patterns import set_of

SPANISH = set_of(
    "que de la el los las un una mi su con por para no es esta estoy soy tengo quiero puede puedo porque cuando donde"
    " como hola gracias favor hijo hija escuela maestra hoy manana necesito ayuda llame llamen me se ya muy bien mas"
    " pero aqui ella usted ustedes le les si del al en y"
)
ENGLISH = set_of(
    "the a an is are am i my your you to for of and in on at with this that what when where who how please thanks"
    " thank hello hi need want can will would school son daughter teacher today tomorrow call help he she it we they"
    " not do does did have has be was were"
)


def language_of(text: str) -> str | None:
    """``es`` or ``en`` where the small words of one are more than the other's; None where that tells nothing."""
    words = plain(text).split()
    spanish, english = sum(word in SPANISH for word in words), sum(word in ENGLISH for word in words)
    if spanish == english:
        return None
    return "es" if spanish > english else "en"
