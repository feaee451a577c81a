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
NO_EL_UNO = (
    "(?!.* (?:el|la|ese|esa|mi) (?:mensaje|mensajito|texto|msj|msg|notificacion|aviso|alerta|recordatorio|correo"
    "|e ?mail|mail|llamada)\\b)"
)
"""“No me mande el correo” speaks of a single one."""
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
HOLA = (
    r"(?:(?:por favor|porfavor|porfa|porfis|x favor|xfa|xfavor|pls|please|favor de|hola|buenas|buenos|dias|tardes"
    r"|noches|gracias) )*"
)
OBJETO = some(
    MENSAJES,
    "mas|estos|esos|estas|esas|sus|los|las|tus|este|ese|el|la|todos|todas|ningun|ninguna|ningunos|nada|a|mi|numero"
    "|telefono|celular|cel|aqui|texto|por|tantito|cosas|de",
)
UNA_LISTA = some(
    MENSAJES,
    "de|del|su|sus|la|las|los|el|esta|esa|este|ese|estos|esos|todas|todos|lista|listas"
    "|contactos|base|datos|sistema|grupo|chat|esto|aqui|ahi|envio|envios|distribucion|suscripcion",
)
DE_LA_LISTA = (
    "(?: ya)? (?:de|del)(?=.* (?:lista|listas|numero|sistema|grupo|chat|contactos|datos|suscripcion"
    f"|{MENSAJES})\\b){UNA_LISTA}"
)
MANDAR = "(?:escribir|mandar|enviar|textear|mensajear|contactar|llamar)"
MOLESTAR = "(?:molestar|fregar|acosar|insistir|buscar)"
ESCRIBAN = "(?:(?:mensaje|molest|contact|textee|texte|llam)(?:en|e|es)|escriba[ns]?)"
SIGAN = (
    "(?:sigan? (?:escribiendo|mandando|enviando|molestando|texteando|llamando|insistiendo)(?:me|nos)?"
    rf"|vuelva[ns]? a (?:{MANDAR}|{MOLESTAR})(?:me|nos)?)"
)
MANDEN = rf"(?:{ESCRIBAN}|mand(?:en|e|es)|envie[ns]?|{MANDAR}|{SIGAN})"
QUITEN = one_of("quite quiten quita saque saquen saca borre borren borra elimine eliminen elimina remueva remuevan")
QUITAR = "(?:quitar|sacar|borrar|eliminar|remover|desuscribir|desinscribir|desuscriban?|desinscriban)"
NUMERO = (
    "(?:(?:mi|nuestro) (?:numero de telefono|numero|telefono|celular|cel|nombre|correo|email|contacto)"
    "|este (?:numero de telefono|numero|telefono|celular|cel))"
)
NO_QUIERO = "(?:ya )?no (?:quiero|kiero|queremos|deseo|deseamos|quisiera|autorizo|acepto|me interesan?)"
COMO = "(?:como (?:(?:hago|puedo|le hago)(?: yo)? (?:para )?)?)?"
DE_BAJA = "(?:me|nos) (?:pueden? |podrian? |podria )?(?:dan?|das|den|de|des|dar|doy|quiero dar) de baja"
TERMINEN = one_of(
    "cancelar cancelen cancele cancela cancelo suspender suspendan suspenda detener detengan detenga parar paren pare"
    " terminar terminen quitar quiten desactivar desactiven basta paro quito"
)

COMMANDS = (
    rf"(?:ya )?no (?:me|nos) (?:{MANDEN}|(?:notifiqu|insist|busqu)(?:en|e|es)){NO_EL_UNO}{OBJETO}",
    rf"(?:ya no {ESCRIBAN}|no (?:molest(?:en|es)|escriba[ns]?|texte(?:en|es)|contact(?:en|es)|{SIGAN})){OBJETO}",
    rf"(?:ya )?no {MANDEN}(?=.* (?:{MENSAJES}|mas)\b){NO_EL_UNO}{OBJETO}",
    rf"ya no (?:mand(?:en|e|es)|envie[ns]?) nada{OBJETO}",
    (
        rf"{NO_QUIERO}(?: (?:recibir|seguir recibiendo|que me lleguen|que me manden|que me envien|que me sigan mandando"
        rf"|que me sigan enviando|tener|mas|de))?(?=.* {MENSAJES}\b){NO_EL_UNO}{OBJETO}"
    ),
    rf"(?:ya )?no necesito(?: (?:recibir|seguir recibiendo|mas|sus|estos|que me manden))+(?=.* {MENSAJES}\b){OBJETO}",
    rf"{NO_QUIERO} (?:recibir|que me manden|que me envien)(?: mas)? nada(?: mas)?",
    rf"{NO_QUIERO} nada(?: mas)?(?= (?:de ustedes|de la escuela))",
    rf"{NO_QUIERO} que (?:me|nos) (?:escriban?|contacten?|molesten?|texteen|sigan \w+ndo){OBJETO}",
    rf"{NO_QUIERO} (?:recibir|seguir recibiendo)(?: mas)?",
    rf"no mas(?: de)?(?: (?:estos|esos|sus|los|tus))* {MENSAJES}{OBJETO}",
    rf"(?:ni un {MENSAJES} mas|alto (?:a|con) (?:los|estos|sus) {MENSAJES})",
    r"no quiero saber (?:mas|nada) de (?:ustedes|la escuela)",
    rf"{COMO}(?:{DE_BAJA}|(?:dar|den|denn|de|da)(?:me|nos) de baja){UNA_LISTA}",
    rf"(?:{QUITEN})(?:me|nos|men)(?:{DE_LA_LISTA}|(?: ya)? (?:los|sus|estos|esos) {MENSAJES})",
    r"(?:quiten|quite|borren|borre|eliminen|elimine|remuevan|desuscriban?|desinscriban)(?:me|nos|men)",
    rf"(?:{QUITEN}) {NUMERO}{UNA_LISTA}",
    rf"{COMO}(?:quitar|borrar|eliminar|remover|desuscribir|desinscribir)(?:me|nos)",
    rf"{COMO}(?:{QUITAR}|salir)(?:me|nos)?{DE_LA_LISTA}",
    rf"{COMO}(?:{QUITAR}) {NUMERO}{UNA_LISTA}",
    rf"{COMO}(?:me|nos) (?:(?:quit|sac|borr|elimin)(?:an?|as|o)|salgo|desuscrib(?:o|en|e)){DE_LA_LISTA}",
    rf"como me (?:desuscribo|desinscribo){UNA_LISTA}",
    rf"(?:{QUITEN}){DE_LA_LISTA}",
    rf"{COMO}(?:dejar de|dejo de|parar de|(?:ya )?no) recibir{OBJETO}",
    (
        rf"(?:dejen|deje|deja|dejar|paren|pare|parar|cesen|basta) de (?:estar )?(?:{MANDAR}(?:me|nos)?"
        rf"|{MOLESTAR}(?:me|nos)|escribiendo|mandando|molestando){NO_EL_UNO}{OBJETO}"
    ),
    r"(?:dejenme|dejeme|dejame|dejennos|dejenos)(?: ya)? (?:en paz|tranquil[ao]s?)",
    (
        rf"{COMO}{NO_EL_UNO}{TERMINEN}(?: (?:ya|mi|la|el|los|las|estos|estas|esos|sus|todos|todas|mis|con|de))*"
        rf" (?:{MENSAJES}|suscripcion){OBJETO}"
    ),
)
OPT_OUT = re.compile(f"{LEAD}(?:{'|'.join(COMMANDS)}){TRAIL}")

ALONE = re.compile(
    rf"(?:{LEAD}(?:alto|basta|pare|paren|para ya|cancelenlo|dar de baja|detengan|detenganse|no mas|nomas|no quiero mas"
    r"|ya no quiero|ya no quiero mas|desuscribir|desuscribirme|stop)"
    rf"|{HOLA}(?:parar|cancelar|cancele|cancelen|baja|fin|salir|detener|terminar|suspender|eliminar|borrar))"
    rf"(?: (?:ya|ahora))?{TRAIL}"
)
"""Opting out only where the message says nothing else."""

HIJOS, HIJO = one_of("hijos hijas ninos ninas estudiantes"), one_of("hijo hija nino nina")
NO_TENGO = "(?:(?:perdon|disculpe|yo|nosotros|aqui|pero) )*no (?:tengo|tenemos) (?:ningun |ninguna |ningunos )?"
EN_LA_ESCUELA = "(?: (?:ahi|alli|aqui|en esa escuela|en esta escuela|en su escuela|en la escuela|en ese distrito))?"
EQUIVOCADO = (
    r"(?:(?:perdon|disculpe|disculpen|hola|lo siento|creo que|creo|tiene|tienes|tienen|es|esta|este es"
    r"|este es un|este"
    r"|esto es un|un|el|la|marco|escribio a un|escribieron a un|mando a un|al|a un|a|usted|ustedes|que) )*"
)
AMIGO = r"(?: (?:por favor|gracias|disculpe|senora|senor|amigo|amiga))*"
NAME = "(?:con|de) ese nombre"
WRONG = (
    rf"{EQUIVOCADO}(?:numero|telefono|celular|correo) (?:equivocad[oa]|incorrect[oa]|erroneo|erronea){AMIGO}",
    (
        r"(?:(?:perdon|disculpe|creo que|usted|ustedes) )*(?:se|te) (?:equivoco|equivocaste|equivocaron|equivoca"
        r"|equivocan"
        r"|han equivocado|ha equivocado|esta equivocando|estan equivocando) de (?:numero|telefono|contacto)"
        rf"{AMIGO}"
    ),
    rf"{NO_TENGO}{HIJOS}{EN_LA_ESCUELA}",
    (
        r"(?:(?:perdon|disculpe|yo) )*no (?:conozco|conosco|se) (?:a |de |quien es )*"
        rf"(?:nadie|ningun[ao]?(?: persona| nino| nina| estudiante)?) {NAME}"
    ),
    r"(?:este|ese) no es (?:su|el) (?:numero|telefono|celular)(?: correcto| de ella| de el)?",
    r"este (?:numero|telefono|celular) ya no es de (?:el|ella|ellos|esa persona)",
    rf"(?:aqui )?no (?:hay|vive) (?:nadie|ningun[ao]?(?: persona| nino| nina| estudiante)?) {NAME}(?: aqui)?",
)
WRONG_PERSON = re.compile("|".join(f"(?:{pattern})" for pattern in WRONG))
WRONG_BY_ITSELF = (
    rf"{EQUIVOCADO}persona (?:equivocada|incorrecta|erronea){AMIGO}",
    r"(?:(?:perdon|disculpe|creo que|usted|ustedes) )*(?:se|te) equivoc(?:o|aste|aron|a|an) de persona",
    r"equivocad[oa]",
    rf"{NO_TENGO}{HIJO}{EN_LA_ESCUELA}",
    (
        r"(?:(?:perdon|disculpe|yo) )*no (?:conozco|conosco|se) (?:a |de |quien es )*"
        r"(?:esa|esta) (?:persona|familia)"
    ),
)
WRONG_ALONE = re.compile("|".join(f"(?:{pattern})" for pattern in WRONG_BY_ITSELF))
"""Beside other words a family may say these too."""
