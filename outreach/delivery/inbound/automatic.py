"""Messages that no person wrote: away, driving, a full mailbox, a carrier's own words."""

from __future__ import annotations

import re

from .clauses import clauses, plain
from .vocabulary import asks_nothing

SAYS_SO = re.compile(
    r"auto(?:matic)? ?(?:reply|response|responder)|respuesta automatica|autorespuesta|automatische antwort"
    r"|out of office|fuera de (?:la )?oficina"
    r"|free ?msg|tmo msg|vzw msg|att free msg"
    r"|message (?:blocking is active|not delivered)|(?:your )?message (?:could|was) not (?:be )?delivered"
    r"|(?:this|the) (?:number|phone|mailbox|inbox|email address|e mail address) (?:does not accept|is not monitored"
    r"|is no longer (?:in service|monitored)|is unable to receive|cannot receive|is not accepting)"
    r"|undeliverable|undelivered mail|mail delivery (?:failed|failure|subsystem)|delivery status notification"
    r"|returned mail|failure notice|delivery (?:has )?failed|no se pudo entregar|no se puede entregar|correo devuelto"
    r"|this is an automat(?:ed|ic)|este es un mensaje automatico|mensaje automatico"
    r"|im not receiving notifications if this is urgent|no estoy recibiendo notificaciones si es urgente"
)
"""How such messages begin, and such subject lines, plain: carriers, mail servers, Outlook and Gmail."""
DRIVING = re.compile(
    r"\b(?:do not disturb while driving|driving with (?:focus|do not disturb)|conduciendo con (?:un )?(?:modo|enfoque)"
    r"|see your message when i get where im going|vere tu mensaje cuando llegue"
    r"|reply urgent to send a notification through|responde urgente para enviar)\b"
)
"""Apple's driving mode."""
AWAY = re.compile(
    r"(?:(?:im|i am) )?(?:currently |now )?(?:driving|at work|in a meeting|on vacation|on leave"
    r"|away from my (?:desk|phone|email))"
    r"(?: (?:right now|now|at the moment|currently))*"
    r"|(?:sorry )?(?:i )?(?:cant|cannot|cant really) (?:talk|text|respond|reply|answer"
    r"|talk or text)(?: (?:right now|now|at the moment))?"
    r"|(?:estoy|voy) (?:conduciendo|manejando|en una junta|en una reunion|de vacaciones)(?: (?:ahora|ahorita"
    r"|en este momento))?"
    r"|(?:ahora )?no puedo (?:hablar|contestar|responder)(?: (?:ahora|ahorita|en este momento))?"
    r"|(?:ill|i will|ill try to|will) (?:call|text|reply|respond|get back to|talk to|message|contact)(?: to)?(?: you)?"
    r"(?: (?:back|later|soon|as soon as i can|as soon as possible|when i (?:can|stop|get there|arrive|am done"
    r"|m done|am free)))*"
    r"|(?:te|le|lo|la|les) (?:llamo|escribo|contesto|respondo|llamare|contestare)"
    r"(?: (?:luego|mas tarde|despues|en cuanto pueda|al rato|pronto))*"
    r"|(?:whats up|call you later|talk later)"
)
"""What phones say of themselves, clause by clause; a message of nothing else is theirs."""
IS_AWAY = re.compile(r"\b(?:driving|conduciendo|manejando|at work|meeting|vacation|talk|vacaciones|hablar|contestar)\b")
SERVERS = re.compile(r"^(?:mailer-daemon|postmaster)(?:[+@-]|$)", re.IGNORECASE)


def is_automatic(text: str, title: str | None, from_value: str, *, says_so: bool) -> bool:
    """Whether no person wrote this: its headers say so (``says_so``), a mail server sent it, or it is worded as the
    automatic replies of phones and mailboxes are.

    In doubt it is a person's: "I'm driving, Leo is ill today" holds a word beyond what phones say.
    """
    if says_so or is_about_mail(from_value, title, says_so=says_so) or (title and SAYS_SO.match(plain(title))):
        return True
    words = plain(text)
    if DRIVING.search(words):
        return True
    if "?" in text:
        return False
    return SAYS_SO.match(words) is not None or _is_away(text)


def is_about_mail(from_value: str, title: str | None, *, says_so: bool) -> bool:
    """A mail server's own report about mail: it names itself as the sender, or it names nobody, and its headers say
    that no person wrote it. A person whose address cannot be read is still a person."""
    if from_value:
        return SERVERS.match(from_value) is not None
    return says_so or (title is not None and SAYS_SO.match(plain(title)) is not None)


def _is_away(text: str) -> bool:
    said = [one.words for one in clauses(text) if not asks_nothing(one.words)]
    return bool(said) and IS_AWAY.search(said[0]) is not None and all(AWAY.fullmatch(one) for one in said)
