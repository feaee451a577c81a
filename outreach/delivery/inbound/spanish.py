"""The same in Spanish: as families here write it, mostly without accents; see :mod:`.english` for how patterns work."""

from __future__ import annotations

import re

from .patterns import one_of, some

MENSAJES = one_of(
    "mensaje mensajes mensajito mensajitos texto textos mensajes_de_texto mensaje_de_texto sms msj msjs msg msgs"
    " mensages"
    " notificacion notificaciones aviso avisos alerta alertas recordatorio recordatorios correo correos email emails"
    " e_mail e_mails mail mails comunicados llamada llamadas textos_y_correos"
)
LEAD = (
    r"(?:(?:por favor|porfavor|porfa|porfis|x favor|xfa|xfavor|pls|please|ya|le|les|pido|pedimos|ruego|que|quiero"
    r"|queremos|quisiera|necesito|deseo|solicito|favor de|favor|hola|buenas|buenos|dias|tardes|noches|gracias"
    r"|disculpe|disculpen|perdon|oiga|oigan|mire|miren|ok|okay|bueno|entonces|digo|dije|he dicho|otra vez|usted"
    r"|ustedes|pueden|puede|podrian|podria|me|nos|se|maestra|maestro|profe|profesora|profesor|senora|senor|miss"
    r"|amablemente|de verdad|en serio|hagan el favor de|haga el favor de|hagame el favor de) )*"
)
TRAIL = some(
    "por favor|porfavor|porfa|xfa|x favor|please|pls|gracias|muchas gracias|ya|ahora|ahora mismo|nunca|jamas|mas"
    "|otra vez|de nuevo|ok|por siempre|para siempre|inmediatamente|de inmediato|de ustedes|de la escuela|del distrito"
    "|de aqui|de este numero|porfis|stop"
)
OBJETO = some(
    MENSAJES,
    "mas|estos|esos|estas|esas|sus|los|las|tus|este|ese|el|la|todos|todas|ningun|ninguna|ningunos|nada|a|mi|numero"
    "|telefono|celular|cel|aqui|texto|por|tantito|cosas|de|me",
)
UNA_LISTA = some(
    MENSAJES,
    "de|del|su|sus|la|las|los|el|esta|este|estos|todas|todos|lista|listas|contactos|base|datos|sistema|grupo|chat|esto"
    "|aqui|ahi|baja|envio|envios|distribucion|suscripcion",
)
MANDAR = "(?:escribir|mandar|enviar|textear|mensajear|contactar|molestar|llamar|fregar|acosar|insistir|buscar)"
MANDEN = (
    "(?:(?:mand|mensaje|molest|contact|textee|texte|llam|notifiqu|insist|busqu)(?:en|e|es)|envie[ns]?|escriba[ns]?"
    "|mandar|enviar|escribir|molestar|contactar|textear"
    "|sigan? (?:escribiendo|mandando|enviando|molestando|texteando|llamando|insistiendo)(?:me|nos)?"
    rf"|vuelva[ns]? a {MANDAR}(?:me|nos)?)"
)
QUITEN = one_of("quite quiten quita saque saquen saca borre borren borra elimine eliminen elimina remueva remuevan")
QUITAR = "(?:quitar|sacar|borrar|eliminar|remover|desuscribir|desinscribir|desuscriban?|desinscriban)"
NUMERO = "(?:mi|este|nuestro|el) (?:numero|telefono|celular|cel|nombre|correo|email|contacto|numero de telefono)"
NO_QUIERO = "(?:ya )?no (?:quiero|queremos|deseo|deseamos|quisiera|necesito|autorizo|acepto)"
COMO = "(?:como (?:hago|puedo|le hago)(?: yo)? (?:para )?)?"
TERMINEN = one_of(
    "cancelar cancelen cancele cancela cancelo suspender suspendan suspenda detener detengan detenga parar paren pare"
    " terminar terminen quitar quiten desactivar desactiven basta"
)

COMMANDS = (
    rf"(?:ya )?no (?:me |nos |le |les |se )?(?:{MANDEN}){OBJETO}",
    (
        rf"{NO_QUIERO}(?: (?:recibir|seguir recibiendo|que me lleguen|que me manden|que me envien|que me sigan mandando"
        rf"|que me sigan enviando|tener|mas|de))?(?=.* (?:{MENSAJES}|nada)\b){OBJETO}"
    ),
    rf"{NO_QUIERO} que (?:me|nos) (?:escriban?|contacten?|molesten?|texteen|sigan \w+ndo){OBJETO}",
    rf"{NO_QUIERO} (?:recibir|seguir recibiendo)(?: mas)?",
    rf"no mas(?: de)?(?: (?:estos|esos|sus|los|tus))* {MENSAJES}{OBJETO}",
    rf"(?:ni un {MENSAJES} mas|alto (?:a|con) (?:los|estos|sus) {MENSAJES})",
    r"no quiero saber (?:mas|nada) de (?:ustedes|la escuela)",
    rf"(?:{QUITEN}|desuscriban?|desinscriban|den|de|da)(?:me|nos|men)(?! (?:un|una|el|la)\b){UNA_LISTA}",
    rf"(?:{QUITEN}) {NUMERO}{UNA_LISTA}",
    (
        rf"(?:{QUITAR})(?:me|nos)?(?: {NUMERO})?"
        rf"(?=.* (?:lista|listas|numero|sistema|grupo|contactos|datos|mensajes|textos)\b|me$){UNA_LISTA}"
    ),
    rf"(?:quiten|saquen|borren|eliminen)(?=.* (?:lista|listas|sistema|grupo|contactos|datos)\b){UNA_LISTA}",
    (
        rf"{COMO}(?:dar(?:me|nos)|me (?:quiero )?d(?:oy|ar)|desuscribir(?:me|nos)|salirme)(?: de baja)?"
        rf"(?! de la (?:clase|escuela|reunion)){UNA_LISTA}"
    ),
    rf"{COMO}(?:dejar de|parar de|no) recibir{OBJETO}",
    (
        rf"(?:dejen|deje|deja|dejar|paren|pare|parar|cesen|basta) de (?:estar )?(?:{MANDAR}|escribiendo|mandando"
        rf"|molestando)"
        rf"(?:me|nos)?{OBJETO}"
    ),
    r"(?:dejenme|dejeme|dejame|dejennos|dejenos)(?: ya)? (?:en paz|tranquil[ao]s?)",
    (
        rf"{TERMINEN}(?: (?:ya|mi|la|el|los|las|estos|estas|esos|sus|todos|todas|mis|con|de))*"
        rf" (?:{MENSAJES}|suscripcion){OBJETO}"
    ),
)
OPT_OUT = re.compile(f"{LEAD}(?:{'|'.join(COMMANDS)}){TRAIL}")

ALONE = re.compile(
    rf"{LEAD}(?:alto|basta|parar|pare|paren|para ya|cancelar|cancele|cancelen|cancelenlo|baja|dar de baja|fin|salir"
    r"|detener|detengan|detenganse|terminar|suspender|eliminar|borrar|no mas|nomas|no quiero mas|ya no quiero"
    rf"|ya no quiero mas|desuscribir|desuscribirme|stop)(?: (?:ya|ahora))?{TRAIL}"
)
"""Opting out only where the message says nothing else."""

HIJOS = one_of("hijos hijo hija hijas ninos ninas nino nina estudiantes")
NAME = "(?:con|de) ese nombre"
WRONG = (
    (
        r"(?:(?:perdon|disculpe|disculpen|hola|lo siento|creo que|creo|tiene|tienes|tienen|es|esta|este es"
        r"|este es un|este"
        r"|esto es un|un|el|marco|escribio a un|escribieron a un|mando a un|al|a un|a|usted|ustedes|que) )*"
        r"(?:numero|persona|telefono|celular|correo) (?:equivocad[oa]|incorrect[oa]|erroneo|erronea)"
        r"(?: (?:por favor|gracias|disculpe|senora|senor|amigo|amiga))*"
    ),
    (
        r"(?:(?:perdon|disculpe|creo que|usted|ustedes) )*(?:se|te) (?:equivoco|equivocaste|equivocaron|equivoca"
        r"|equivocan"
        r"|han equivocado|ha equivocado|esta equivocando|estan equivocando) de (?:numero|persona|telefono|contacto)"
    ),
    r"equivocad[oa]s?",
    (
        rf"(?:(?:perdon|disculpe|yo|nosotros|aqui|pero) )*no (?:tengo|tenemos|hay) (?:ningun |ninguna "
        rf"|ningunos )?{HIJOS}"
        r"(?: (?:ahi|alli|aqui|en esa escuela|en esta escuela|en su escuela|en la escuela|en ese distrito))?"
    ),
    (
        r"(?:(?:perdon|disculpe|yo) )*no (?:conozco|conosco|se) (?:a |de |quien es )*(?:esa persona|esa nina|ese nino"
        rf"|esa familia|ese estudiante|nadie)(?: {NAME})?"
    ),
    r"(?:este|ese) no es (?:su|el) (?:numero|telefono|celular)(?: correcto| de ella| de el)?",
    rf"(?:aqui )?no (?:hay|vive) nadie {NAME}(?: aqui)?",
)
WRONG_PERSON = re.compile("|".join(f"(?:{pattern})" for pattern in WRONG))
