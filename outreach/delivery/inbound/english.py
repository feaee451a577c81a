"""How people ask in English for no more messages, or say that we have the wrong person: patterns over one clause.

Each pattern takes the whole clause: what leads up to it, its core, and what may follow. A word in none of them (by the
office, about the trip, at night, my son) makes the clause something else, which a person reads. So what is not known
never opts anybody out.
"""

from __future__ import annotations

import re

from .patterns import one_of, some

MESSAGES = one_of(
    "text texts txt txts text_message text_messages txt_messages texting message messages msg msgs messaging sms"
    " notification notifications alert alerts reminder reminders update updates email emails e_mail e_mails mail mails"
    " communication communications notice notices newsletter newsletters spam calls call robocalls"
)
MANY = one_of(
    "texts txts text_messages txt_messages texting messages msgs messaging sms notifications alerts reminders updates"
    " emails e_mails communications notices newsletters spam calls robocalls"
)
"""More than the one that may be spoken of."""
ONE = one_of("text message msg email e_mail mail notification alert reminder update notice communication call")
NOT_THE_ONE = rf"(?!.* (?:the|that|my) {ONE}\b)"
"""“Cancel my message” and “I don't want the reminder” speak of a single one."""
LEAD = (
    r"(?:(?:please|pls|plz|plese|kindly|just|can|could|would|will|you|u|ya|yall|guys|people|i|we|want|need|wish|like"
    r"|prefer|ask|asking|asked|am|im|id|ive|demand|to|also|now|hey|hi|hello|ok|okay|really|for the last time|again"
    r"|once|all|everyone|sorry|thanks|thank you|yo|said|told|keep|telling|already|have|must|immediately|request"
    r"|requesting|respectfully|nicely|politely|twice|(?:two|three|four|many|several|multiple|\d+) times|trying|going"
    r"|gonna|wanna|final warning|last warning|seriously|omg|that|no|yes|honestly"
    r"|(?:mr|ms|mrs|miss) [^\W\d_]+|good morning|good afternoon|good evening|dear school|school|excuse me) )*"
)
TRAIL = some(
    "please|pls|plz|plese|kindly|thanks|thank you|thx|now|immediately|asap|anymore|any more|again|ever|right now"
    "|right away|at once|ok|okay|period|forever|for good|permanently|already|sir|maam|guys|people|completely|altogether"
    "|from now on|going forward|for the last time|as soon as possible|por favor|gracias|from you|from yall"
    "|from you guys|from your school|from the school|from school|from the district|from this number|lol|all together"
)
OBJECT = some(
    MESSAGES,
    "to|me|us|my|our|this|these|those|that|the|any|all|no more|more|anymore|of|your|ur|number|numbers|phone|cell"
    "|cellphone|line|wife|husband|inbox|address|here|things|crap|stuff|nonsense|school|at all"
    "|(?:at|on) (?:here|(?:this|my|our|the) (?:number|phone|cell|cellphone|line|inbox|address))",
)
A_LIST = some(
    MESSAGES,
    "from|off|of|on|in|out|your|ur|the|this|these|those|that|it|all|any|future|contact|calling|phone"
    "|mailing|distribution|list|lists|listing|system|database|records|thread|group|chat|contacts|everything"
    "|subscription",
    rf"(?:school|district)(?: wide)?(?= (?:{MESSAGES}|contact|calling|phone|mailing|distribution|lists?|system|database"
    "|records|thread|group|chat|contacts))",
)
NAMES_IT = rf"(?=.* (?:{MESSAGES}|lists?|system|database|thread|group|chat|contacts|subscription)\b)"
"""Of which list or messages somebody wants out: there are tests, trips and photos to opt out of."""
GETTING = "(?:receiving|recieving|getting)"
SENDING = one_of(
    "texting messaging sending contacting emailing e_mailing mailing calling bothering spamming bugging harassing"
    " annoying textin txtin messagin callin botherin sendin txting msging notifying alerting writing pestering"
    " blowing_up"
)
TEXT = "text|txt|message|msg|contact|notify|email|e mail|reach out to"
BOTHER = "(?:bother|spam|harass|disturb|annoy)(?= (?:me|us|my|our|this)\\b)(?! (?:me |us )?\\w+ing\\b)"
"""Whom, it must say: “don't bother, he has it” is kind."""
TO_US = rf"(?=.* (?:me|us|number|phone|cell|line|inbox|address|wife|husband|here|{MESSAGES})\b)"
NEVER = "(?:do not|dont|dnt|do nt|never|no longer|not)"
DO_NOT = "(?:do not|dont|dnt|never)(?: to)?(?: ever)?"
NUMBER = (
    "(?:(?:cell|phone|mobile|home|work|old|contact) )?"
    "(?:number|phone|cell|email|e mail|name|contact|info|information|address)"
)
THIS_NUMBER = rf" this (?:(?:(?:cell|phone|mobile) )?(?:number|phone|cell|line)|{NUMBER}(?= from))"
ME = rf"(?: me| us| (?:my|our) {NUMBER}|{THIS_NUMBER})"
THESE = "(?: (?:with|all|of|the|these|this|those|your|ur|any|my))*"
SOME_MORE = "(?: any| any more| anymore| more| no more| no| these| this| your| ur| the| all| of| those| school)*"
KINDLY = "(?: (?:please|pls|plz|thanks|thank you|thx|anymore|any more|ever|again|por favor|gracias))"
WE_WILL = (
    "(?:i|we|im|id) (?:(?:will|can|could|would|must|have|am|going|to|gonna|need|want|wanna|like|trying|just|already"
    "|also|now|really) )*"
)
NOT_OURS = rf"(?!(?:\S+ )*?{WE_WILL}(?:stop|quit) {SENDING}(?! (?:me|us|my|our|this)\b))"
"""“I will stop texting now” promises; it asks for nothing."""

COMMANDS = (
    (
        rf"(?:stop|quit|cease|desist|discontinue)(?: (?:with|all|the|it|of|from))* {SENDING}{OBJECT}"
        rf"(?: (?:or|nor) {SENDING}{OBJECT})*"
    ),
    rf"(?:stop|end|cancel|quit|cease|turn off|discontinue){NOT_THE_ONE}{THESE} {MESSAGES}{OBJECT}",
    rf"(?<!\bi )(?<!\bwe )(?<!\byou )(?<!\bu )stop {GETTING}(?=.* {MESSAGES}\b){OBJECT}",
    (
        rf"how (?:do|can|to|would)(?: i| we)? (?:stop(?: {GETTING})?|unsubscribe|end|cancel|turn off|get off"
        rf"|get out of)(?=.* (?:{MESSAGES}|list|lists)\b){OBJECT}{A_LIST}"
    ),
    rf"how (?:do|can|to|would)(?: i| we)? (?:unsubscribe|opt out{NAMES_IT}){A_LIST}",
    rf"(?:remove|delete|erase|unlist|unenroll{NAMES_IT}|unsubscribe|scratch){ME}(?: off| out)?{A_LIST}",
    rf"(?:take|get|pull){ME}(?: off| out(?: of)?{NAMES_IT})(?! off){A_LIST}",
    rf"get (?:off|out){NAMES_IT}{A_LIST}",
    rf"(?:drop|take|cut){ME} from(?=.* (?:list|lists|database|system|texts|messages)\b){A_LIST}",
    (
        rf"(?:be|get) (?:removed|taken off|unsubscribed|deleted|opted out|dropped{NAMES_IT})(?: off| from| of)?"
        rf"{A_LIST}"
    ),
    rf"(?:unsubscribe|unsuscribe|unsubcribe|unsub){A_LIST}(?: me| us)?{A_LIST}",
    rf"(?:opt out|optout|opt me out|opt us out|opting out)(?:{NAMES_IT}{A_LIST})?",
    rf"(?<!\bhave )no more(?: of)?(?: these| this| your| ur| the| school| any)* {MESSAGES}{OBJECT}",
    r"(?<!\bhave )no (?:texts|txts|text messages|txt messages|texting|sms)(?! from\b)",
    rf"(?<!\bhave )no {MESSAGES}(?={KINDLY})",
    (
        rf"{NEVER} (?:want|wish|care)(?: for| to (?:get|receive|have|see|keep getting|keep receiving))?"
        rf"{NOT_THE_ONE}{SOME_MORE} {MESSAGES}{OBJECT}"
    ),
    rf"{NEVER} (?:want|wish)(?: to)? (?:get|receive|keep getting|keep receiving)(?: any(?: more)?(?: of)?)? these",
    rf"{NEVER} need(?: to (?:get|receive))?(?: any more| anymore| more| these| your)+ {MANY}{OBJECT}",
    rf"{NEVER} (?:want|wish) to be (?:texted|contacted|messaged|emailed|bothered|notified|called){OBJECT}",
    rf"no longer interested in (?:receiving|getting)(?=.* {MESSAGES}\b){OBJECT}",
    rf"(?:enough|done) (?:with|of) (?:the|these|this|your) {MANY}{OBJECT}",
    rf"(?:make )?(?:these|this|the|your|all) {MANY} (?:to )?stop",
    r"(?:off|out of) (?:this|the|your|that) (?:text |texting |mailing |contact |call )?list",
    (
        rf"(?:revoke(?: my)? consent|(?:revoke|withdraw|do not|dont)(?: give)?(?: my)? consent{NAMES_IT})"
        rf"(?: (?:to|receive|get|be|the|these|your|any|{MESSAGES}|texted|contacted|messaged))*"
    ),
    r"(?:leave|leaving) (?:me|us) (?:the \w+ )?alone",
    r"(?<!\bi )(?<!\bwe )(?:lose|forget) (?:my|this) (?:number|phone number)",
)
US = (
    f"(?:(?:{TEXT})(?:{TO_US}{OBJECT}|(?= (?:again|anymore|any more|ever|from now on|going forward)))"
    f"|{BOTHER}{OBJECT}|(?:send|write|call|mail){NOT_THE_ONE}{TO_US}{OBJECT})"
)
TOLD_NOT_TO = f"{DO_NOT} {US}"
CAN_YOU_NOT = (
    "(?=.* (?:anymore|any more|again|ever|please|pls|plz)\\b)(?:can|could|would|will) (?:you|u|ya|yall|you guys)"
    f"(?: (?:please|pls|plz|just))* not (?:ever )?{US}"
)
BEFORE_NOT = r"(?:(?:please|pls|plz|kindly|just|ok|hey|hi|hello|sorry|again|i said|(?:ms|mr|mrs) \w+) )*"
TOLD = (
    r"(?:i|we|id|i would|we would|i have|ive)(?: am)? (?:ask|asked|asking|prefer|preferred|request|requested|rather"
    r"|like"
    r"|want|told|tell|telling)(?: that)?(?: you| u| yall| you guys)?(?: to)? "
)
OPT_OUT = re.compile(
    f"(?:{NOT_OURS}{LEAD}(?:{'|'.join(COMMANDS)})|{BEFORE_NOT}(?:{TOLD_NOT_TO}|{CAN_YOU_NOT})"
    f"|{TOLD}(?:not (?:to )?(?:ever )?{US}|{TOLD_NOT_TO})){TRAIL}"
)

ALONE = re.compile(
    r"(?:(?:please|pls|plz|just|now|can|could|would|you|u|ok|hey|omg|i said|i want you to|i need you to|no) )*"
    r"(?:stop(?: stop)*|stopp+|stop all|unsubscribe|unsub|remove|remove me|cease|no more)"
    r"(?: (?:it|this|that|these|those|all|all of it|now|already|please|pls|plz|thanks|thank you|immediately|asap|ok"
    r"|of this|of these|of it|everything|por favor|gracias|ya))*"
)
"""Opting out only where the message says nothing else."""

SCHOOL = (
    r"(?: (?:there|here|anymore there|at all|in school|in any school|at (?:this|your|that) school"
    r"|in (?:this|your|that) (?:school|district)|at \w+ (?:high|middle|elementary)(?: school)?))?"
)
CHILD = one_of("child children kid kids student students school_age_children")
SON = one_of("son daughter sons daughters")
I_HAVE_NO = (
    r"(?:(?:sorry|hi|but|i think|no) )*(?:i|we) (?:do not|dont|do nt|have no|dont even|do not even)(?: even)?(?: have)?"
    r"(?: a| any)? ?"
)
I_DONT_KNOW = r"(?:(?:sorry|hi|i|we) )*(?:do not|dont) know "
YOU_HAVE_THE_WRONG = (
    r"(?:(?:sorry|hi|hello|hey|um|no|yes|i think|i believe|im afraid|im sorry|i am sorry|this is|it is|its"
    r"|that is|thats"
    r"|u have|u got|ya have|you have|youve got|you got|you have got|you have reached|youve reached|you must have"
    r"|you may have"
    r"|ur texting|youre texting|you are texting|you texted|think you have|you all have|yall have|ya got"
    r"|you sent this to"
    r"|this (?:isnt|is not|is no longer|aint) (?!my |our )\w+(?: \w+)? (?:phone|number|cell)(?: anymore)?"
    r"|you sent it to|this went to|sent to|the|a|got|probably) )*wrong "
)
FRIEND = r"(?: (?:buddy|bro|sorry|dude|friend|please|i think|here|again|thanks|man|sir|maam|lol))*"
WRONG = (
    rf"{YOU_HAVE_THE_WRONG}(?:number|phone|phone number|num|no|nbr|e ?mail(?: address)?|recipient){FRIEND}",
    rf"{I_HAVE_NO}{CHILD}(?: or {CHILD})?{SCHOOL}",
    (
        rf"{I_DONT_KNOW}(?:anyone|anybody|any one|nobody|no one|someone|(?:a|any) (?:person|child|kid|student))"
        r" (?:(?:by|with|of) (?:that|this|the) name|(?:named|called) \w+(?: \w+)?)"
    ),
    (
        r"(?:there is |theres )?(?:no ?one|nobody|no child|no student|no kid|no person) (?:here |there )?"
        r"(?:by|with|of) (?:that|this) name(?: here| lives here)?"
    ),
    (
        r"this (?:is not|isnt|is nt|is no longer) (?:her|his|their|the right|the correct|the) "
        r"(?:number|phone|phone number|cell)(?: anymore)?"
    ),
)
WRONG_PERSON = re.compile("|".join(f"(?:{pattern})" for pattern in WRONG))
WRONG_BY_ITSELF = (
    rf"{YOU_HAVE_THE_WRONG}(?:person|parent|guy|lady|family|contact){FRIEND}",
    rf"{I_HAVE_NO}{SON}(?: or {SON})?{SCHOOL}",
    rf"{I_DONT_KNOW}(?:this (?:person|child|student|family)|who this (?:person|child|student) is)",
    (
        r"(?:i|we) (?:just |only |recently )+(?:got|received|was given) this (?:number|phone number)"
        r"(?: (?:last|this) (?:week|month|year))?"
    ),
)
WRONG_ALONE = re.compile("|".join(f"(?:{pattern})" for pattern in WRONG_BY_ITSELF))
"""Beside other words a family may say these too: "you have the wrong person, it was Leo who began"."""
