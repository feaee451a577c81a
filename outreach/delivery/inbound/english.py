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
    " communication communications notice notices newsletter newsletters spam crap stuff nonsense calls call robocalls"
)
LEAD = (
    r"(?:(?:please|pls|plz|plese|kindly|just|can|could|would|will|you|u|ya|yall|guys|people|i|we|want|need|wish|like"
    r"|prefer|ask|asking|asked|am|im|id|ive|demand|to|also|now|hey|hi|hello|ok|okay|really|for the last time|again"
    r"|once|all|everyone|sorry|thanks|thank you|yo|said|told|already|have|must|immediately|request|requesting"
    r"|respectfully|trying|going|gonna|wanna|final warning|last warning|seriously|omg|that|no|yes|honestly"
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
    "to|me|us|my|our|this|these|those|that|the|any|all|more|anymore|of|your|number|numbers|phone|cell|cellphone|line"
    "|wife|husband|inbox|address|at|on|here|things|school",
)
A_LIST = some(
    MESSAGES,
    "from|off|of|on|in|out|your|the|this|these|those|that|it|all|any|future|school|district|contact|calling|phone"
    "|mailing|distribution|list|lists|listing|system|database|records|thread|group|chat|contacts|everything"
    "|subscription",
)
SENDING = one_of(
    "texting messaging sending contacting emailing e_mailing mailing calling bothering spamming bugging harassing"
    " annoying"
    " txting msging notifying alerting writing pestering blowing_up"
)
TEXT = "text|txt|message|msg|contact|bother|spam|notify|email|e mail|harass|disturb|reach out to"
TO_US = rf"(?=.* (?:me|us|number|phone|cell|here|{MESSAGES})\b)"
NEVER = "(?:do not|dont|dnt|do nt|never|no longer|not)"
DO_NOT = "(?:do not|dont|dnt|never|not)(?: to)?(?: ever)?"
NUMBER = (
    "(?:(?:cell|phone|mobile|home|work|old|contact) )?"
    "(?:number|phone|cell|email|e mail|name|contact|info|information|address)"
)
ME = rf"(?: me| us|(?: my| our| this) {NUMBER})"
THESE = "(?: (?:with|all|of|the|these|this|those|your|any|my))*"
SOME_MORE = "(?: any| any more| anymore| more| these| this| your| the| all| of| those| school)*"

COMMANDS = (
    (
        rf"(?:stop|quit|cease|desist|discontinue)(?: (?:with|all|the|it|of|from))* {SENDING}{OBJECT}"
        rf"(?: (?:or|nor) {SENDING}{OBJECT})*"
    ),
    rf"(?:stop|end|cancel|quit|cease|turn off|discontinue){THESE} {MESSAGES}{OBJECT}",
    (
        r"how (?:do|can|to|would)(?: i| we)? (?:stop|unsubscribe|end|cancel|turn off|get off|get out of)"
        rf"(?=.* (?:{MESSAGES}|list|lists|this)\b){OBJECT}{A_LIST}"
    ),
    rf"how (?:do|can|to|would)(?: i| we)? (?:unsubscribe|opt out){A_LIST}",
    rf"(?:remove|delete|erase|unlist|unenroll|unsubscribe|scratch){ME}(?: off| out)?{A_LIST}",
    rf"(?:take|get|pull)(?: this|{ME})(?: off| out)(?! off){A_LIST}",
    rf"(?:drop|take|cut){ME} from(?=.* (?:list|lists|database|system|texts|messages)\b){A_LIST}",
    rf"(?:be|get) (?:removed|taken off|unsubscribed|deleted|opted out|dropped)(?: off| from| of)?{A_LIST}",
    (
        r"(?:unsubscribe|unsuscribe|unsubcribe|unsub|opt out|optout|opt me out|opt us out|opting out)"
        rf"{A_LIST}(?: me| us)?{A_LIST}"
    ),
    rf"no more(?: of)?(?: these| this| your| the| school| any)* {MESSAGES}{OBJECT}",
    rf"no {MESSAGES}",
    (
        rf"{NEVER} (?:want|wish|need|care)(?: to (?:get|receive|have|see|keep getting|keep receiving))?{SOME_MORE}"
        rf" {MESSAGES}{OBJECT}"
    ),
    rf"{NEVER} (?:want|wish|need) to be (?:texted|contacted|messaged|emailed|bothered|notified|called){OBJECT}",
    rf"no longer interested in (?:receiving|getting)(?=.* {MESSAGES}\b){OBJECT}",
    r"(?:no longer )?(?:want|wish) to be contacted",
    rf"(?:enough|done) (?:with|of) (?:the|these|this|your) {MESSAGES}{OBJECT}",
    rf"(?:make )?(?:these|this|the|your|all) {MESSAGES} (?:to )?stop",
    r"(?:off|out of) (?:this|the|your|that) (?:text |texting |mailing |contact |call )?list",
    (
        r"(?:revoke|withdraw|do not|dont)(?: give)?(?: my)? consent(?: to (?:receive |be )?(?:the |these |your |any )?"
        r"(?:text |sms )?(?:texts|texted|messages|contacted|messaged))?"
    ),
    r"(?:leave|leaving) (?:me|us) (?:the \w+ )?alone",
    r"(?:lose|forget) (?:my|this) (?:number|phone number)",
)
TOLD_NOT_TO = f"(?:{DO_NOT} (?:{TEXT}){OBJECT}|{DO_NOT} (?:send|write|call|mail){TO_US}{OBJECT})"
BEFORE_NOT = r"(?:(?:please|pls|plz|kindly|just|ok|hey|hi|hello|sorry|again|i said|(?:ms|mr|mrs) \w+) )*"
TOLD = (
    r"(?:i|we|id|i would|we would|i have|ive)(?: am)? (?:ask|asked|asking|prefer|preferred|request|requested|rather"
    r"|like"
    r"|want|told|tell|telling)(?: that)?(?: you| u| yall| you guys)?(?: to)? "
)
OPT_OUT = re.compile(f"(?:{LEAD}(?:{'|'.join(COMMANDS)})|{BEFORE_NOT}{TOLD_NOT_TO}|{TOLD}{TOLD_NOT_TO}){TRAIL}")

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
CHILD = one_of("child children kid kids son daughter sons daughters student students school_age_children")
WRONG = (
    (
        r"(?:(?:sorry|hi|hello|hey|um|no|yes|i think|i believe|im afraid|im sorry|i am sorry|this is|it is|its"
        r"|that is|thats"
        r"|u have|you have|youve got|you got|you have got|you have reached|youve reached|you must have|you may have"
        r"|ur texting|youre texting|you are texting|you texted|think you have|you all have|yall have|ya got"
        r"|you sent this to"
        r"|you sent it to|this went to|sent to|the|a|got|probably) )*"
        r"wrong (?:number|person|phone|phone number|num|no|nbr|parent|guy|lady|email|e mail|address|recipient"
        r"|family|contact)"
        r"(?: (?:buddy|bro|sorry|dude|friend|please|i think|here|again|thanks|man|sir|maam|lol))*"
    ),
    (
        r"(?:(?:sorry|hi|but|i think|no) )*(?:i|we) (?:do not|dont|do nt|have no|dont even"
        r"|do not even)(?: even)?(?: have)?"
        rf"(?: a| any)? ?{CHILD}(?: or {CHILD})?{SCHOOL}"
    ),
    (
        r"(?:(?:sorry|hi|i|we) )*(?:do not|dont|did not) know (?:(?:a|any|anyone|anybody|who|this|that|the|named|called"
        r"|person|people|someone|by|name|of|with|kid|child|student|family|is)(?: |$))+"
    ),
    (
        r"(?:there is |theres )?(?:no ?one|nobody|no child|no student|no kid|no person) (?:here |there )?"
        r"(?:by|with|of) (?:that|this) name(?: here| lives here)?"
    ),
    (
        r"this (?:is not|isnt|is nt|is no longer) (?:her|his|their|the right|the correct|the) "
        r"(?:number|phone|phone number|cell)(?: anymore)?"
    ),
    (
        r"(?:i|we) (?:just |only |recently )+(?:got|received|was given) (?:this|a new) (?:number|phone number|phone)"
        r"(?: (?:last|this) (?:week|month|year))?"
    ),
    r"(?:not|thats not|that is not|its not|hes not|shes not) my (?:kid|child|son|daughter|student|family)",
)
WRONG_PERSON = re.compile("|".join(f"(?:{pattern})" for pattern in WRONG))
