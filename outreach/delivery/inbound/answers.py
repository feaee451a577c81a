"""A figure in answer to a survey, a yes or no in answer to whether something helped; and the words beyond it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .clauses import LONGEST, plain
from .patterns import set_of
from .vocabulary import asks_nothing

SPOKEN = {
    word: number
    for number, words in enumerate((
        "zero cero", "one uno", "two dos", "three tres", "four cuatro", "five cinco", "six seis", "seven siete",
        "eight ocho", "nine nueve", "ten diez",
    ))
    for word in words.split()
}  # fmt: skip
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
MARKS = frozenset(",.;:!\n–—-")
KEYCAP_TEN = "\N{KEYCAP TEN}"
LEADS_TO_SCORE = re.compile(
    r"(?:(?:hi|hello|hola|id say|i would say|id give(?: it| you| them)?|i would give(?: it| you| them)?"
    r"|i give(?: it| you)?|my (?:answer|score|rating|number) is|mi (?:respuesta|calificacion|puntuacion|nota) es|score"
    r"|rating|probably|maybe|yo diria(?: que)?|diria(?: que)?|le doy|les doy|le daria|les daria|about|como|definitely"
    r"|a solid|solid|is|it is|its|a|an|un|una|the) )*"
)
SCORE = re.compile(
    r"(?P<figure>\d{1,2}|" + "|".join(SPOKEN) + r")(?P<whole>(?: (?:out )?(?:of|de|sobre|over))? 10)?(?= |$)"
)
A_COUNT = set_of(
    "am pm oclock a m p h hr hrs hour hours hora horas minute minutes minutos min day days dia dias week weeks"
    " semana semanas month months mes meses year years ano anos kid kids child children hijo hijos hija hijas time"
    " times veces vez grade grado th st nd rd question questions pregunta preguntas thing things cosas dollars dolares"
    " percent por of de to or o and y more mas people personas students sisters brothers hermanos"
)
"""After a figure they make it a count, a time or a choice of two, and no answer."""
MARK_AFTER = re.compile(r"^\W*\d{1,2}\s*(?:/\s*10)?\s*(?:[.,!;:)\n–—-]|$)")
NOT_A_SCORE = re.compile(r"\d\s*[.,:]\s*\d|\d\s*[-–—]\s*\d|[-−]\s*\d|\d\s*%|\$\s*\d|#\s*\d|\d\s*/\s*(?!10\b)\d")

YES = (
    r"(?:yes it did|yes|yeah|yea|yep|yup|yess+|ya|y|it did|it helped|very helpful|it was helpful|helpful|very much"
    r"|a lot|absolutely|definitely|for sure|of course|sure did|totally|si claro|si ayudo|si|sii+|claro(?: que si)?"
    r"|por supuesto|(?:me|nos) (?:ayudo|sirvio)(?: mucho| bastante)?|ayudo mucho|ayudo|mucho|bastante|muchisimo)"
)
NO = (
    r"(?:no not really|no it did not|no it didnt|no para nada|no mucho|no realmente|no la verdad|no help|no de nada"
    r"|no (?:me |nos )?(?:ayudo|sirvio)(?: en nada| de nada)?|not really|not helpful|not at all|not yet"
    r"|(?:it )?did not help|(?:it )?didnt help|it did not|it didnt|nothing(?: has)? changed|para nada"
    r"|en realidad no|la verdad no|noo+|nope|nah|nada|no|n)"
)
GOES_ON = set_of(
    "it that this thanks thank very much so absolutely definitely of but and because he she they we i my the"
    " gracias pero porque y muchas mucho la el mi me nos ha fue hubo maestra maestro profe sir maam miss all really"
    " still nothing everything great good sorry not a lot esta todavia aun sigue ya"
)
"""What may follow yes or no without a mark between them and still leave it an answer."""
NO_ANSWER = re.compile(
    r"(?:no (?:problem|worries|idea|se|sabe|entiendo|entendi|comprendo|one|prob|lo se|thanks|gracias|hay|puedo|tengo"
    r"|quiero|me llam|me mand|me lleg|recibi)|yes and no|si y no|y que|y a|y por|y el|y la|ya no|ya se|ya voy"
    r"|si me puede"
    r"|si puede|si quiere|si no|mas o menos|more or less|i do not know|i dont know|not sure|no estoy)\b"
)
THUMBS_UP, THUMBS_DOWN = ("👍", "❤", "✅", "🙌", "💯", "👏", "😊", "🙏"), ("👎", "❌", "🚫", "😡", "😞", "☹")
WANTS_SOMEBODY = re.compile(
    r"\?|¿|\b(?:call me|please call|can you|could you|can someone|someone call|need|needs|help me|talk to|speak|meet"
    r"|meeting|ll[aá]m[ea](?:nme|me)|puede[ns]?|necesit\w+|hablar|cita|reuni[oó]n|ayuda|when|who do i|d[oó]nde"
    r"|cu[aá]ndo)\b",
    re.IGNORECASE,
)
FEW_WORDS = 12
"""Kind words up to this many need no person to read on; of somebody unhappy any but thanks do."""


@dataclass(frozen=True, slots=True)
class Score:
    figure: int
    """0 to 10."""
    words: str | None
    """What was written beside the figure, as it was written."""
    asks: bool
    """The words want a person: a question, or what somebody unhappy said."""


@dataclass(frozen=True, slots=True)
class YesNo:
    helped: bool
    words: str | None
    asks: bool


def survey_answer(text: str) -> Score | None:
    """The 0 to 10 that ``text`` gives ("9", "9/10", "10 - great school", "un 8", "diez"); None where it gives none.

    A time, a count, a range, a half or a figure over ten is none, nor is a long letter: a person reads it.
    """
    if len(text) > LONGEST:
        return None
    shown = text.replace(KEYCAP_TEN, "10")
    first = shown[:60]
    if NOT_A_SCORE.search(first):
        return None
    words = plain(shown)
    led = LEADS_TO_SCORE.match(words)
    found = SCORE.match(words, led.end() if led else 0)
    if found is None:
        return None
    spoken = found["figure"]
    figure = SPOKEN[spoken] if spoken in SPOKEN else int(spoken)
    after = words[found.end() :].split()
    if figure > 10 or (not found["whole"] and after and after[0] in A_COUNT and not MARK_AFTER.match(shown)):
        return None
    by_itself = not after or found["whole"] or _marked_off(shown, words[: found.end()])
    if spoken in SPOKEN and not by_itself:
        return None  # "one more thing", "dos hijos"
    beyond = _beyond(shown, len(after))
    return Score(figure, beyond, _asks(beyond, pleased=figure > 6))


def verdict_answer(text: str) -> YesNo | None:
    """Whether ``text`` begins with yes or no in answer to "did it help?"; None where it says neither, or both."""
    if len(text) > LONGEST:
        return None
    words = plain(text)
    if not words:
        return _by_sign(text)
    if NO_ANSWER.match(words):
        return None
    for helped, pattern in ((False, NO), (True, YES)):
        found = re.match(rf"{pattern}(?= |$)", words)
        if found is None:
            continue
        after = words[found.end() :].split()
        if after and not _marked_off(text, found[0]) and after[0] not in GOES_ON:
            return None
        beyond = _beyond(text, len(after))
        return YesNo(helped, beyond, _asks(beyond, pleased=helped))
    return None


def _by_sign(text: str) -> YesNo | None:
    up, down = any(sign in text for sign in THUMBS_UP), any(sign in text for sign in THUMBS_DOWN)
    return YesNo(up, None, False) if up != down else None


def _marked_off(text: str, answer: str) -> bool:
    """A comma, a point or a line's end stands between the answer and what follows."""
    words = list(WORD.finditer(text))[: len(answer.split())]
    after = text[words[-1].end() :].lstrip(" ") if words else ""
    return after[:1] in MARKS


def _beyond(text: str, many: int) -> str | None:
    """The last ``many`` words as they were written, with the marks around them."""
    if many <= 0:
        return None
    parts = [found.start() for found in WORD.finditer(text)]
    if len(parts) < many:
        return text.strip()
    return text[parts[-many] :].strip() or None


def _asks(beyond: str | None, *, pleased: bool) -> bool:
    if beyond is None:
        return False
    if WANTS_SOMEBODY.search(beyond):
        return True
    words = plain(beyond)
    return len(words.split()) > FEW_WORDS if pleased else not asks_nothing(words)
