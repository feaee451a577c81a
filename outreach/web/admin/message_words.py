"""What the page of messages calls things, for a district's administrator."""

from __future__ import annotations

from outreach.delivery.replies import Reply
from outreach.language import N_
from outreach.planning.wording import Form, Situation

SITUATIONS = {
    Situation.HELLO: (
        N_("A first hello"), N_("Nobody has reached this family yet this year: it asks before it tells."),
    ),
    Situation.CHECKIN: (N_("An open question"), N_("The family is due a word, and no mark or absence says which.")),
    Situation.PRAISE: (N_("Marks have risen"), N_("A rise between the two halves of the term: good news travels.")),
    Situation.STRENGTH: (N_("Doing well all along"), N_("Praise that asks for nothing.")),
    Situation.CONCERN: (N_("A subject could go better"), N_("One thing that would help, never a list.")),
    Situation.ATTENDANCE: (N_("Days absent"), N_("The student is missed; what would make mornings easier?")),
    Situation.WEEKLY: (N_("One sentence a week"), N_("To a family that most needs to hear from us.")),
    Situation.BEHAVIOR: (
        N_("What the teacher noticed"), N_("It waits until the teacher has written down an observation."),
    ),
    Situation.BEHAVIOR_QUIET: (
        N_("No concern about behavior"),
        N_("Where the school keeps incidents, and has none of this student this term."),
    ),
    Situation.INCIDENT: (
        N_("Something happened"), N_("Told aloud or face to face, never in a message: only what to begin with."),
    ),
}  # fmt: skip
"""Each by name, and when it is used."""
FORMS = {
    Form.TEXT: (N_("Text"), N_("Carries no mark: others may read over a shoulder.")),
    Form.TEXT_WITH_MARKS: (
        N_("Text with marks"),
        N_("In place of the text, where the district has allowed marks in texts; without it the plain text goes."),
    ),
    Form.EMAIL: (N_("E-mail"), N_("With a subject line. Why it came and how to stop it stands below by itself.")),
    Form.CALL: (N_("Call or visit"), N_("What to begin with, aloud. In another language it is for the interpreter.")),
    Form.LETTER: (N_("Letter"), N_("Printed, where a family has neither phone nor e-mail.")),
}  # fmt: skip
TABLES = {
    "subjects": (
        N_("Subjects, as families say them"), N_("For {subject}; the last is said of a homeroom, for {course}."),
    ),
    "steps": (N_("One thing that would help"), N_("For {step}: after “One thing would help most:”.")),
    "short_steps": (N_("The same, for a text"), N_("For {short_step}: short, since a text has little room.")),
    "titles": (N_("Subject lines"), N_("Of an e-mail that goes in place of a text to a number that gets none.")),
}  # fmt: skip
KEYS = {
    "reading": N_("Reading"), "math": N_("Math"), "social_studies": N_("Social studies"), "science": N_("Science"),
    "class": N_("The class, of a homeroom"), "from_teacher": N_("From a teacher"), "from_school": N_("From the school"),
}  # fmt: skip
REPLIES = {
    Reply.FIRST_TEXT: (N_("Before a first text"), N_("Goes before the words of the first text to a number.")),
    Reply.OPT_OUT: (N_("After STOP"), N_("Where the carrier does not confirm it by itself.")),
    Reply.OPT_IN: (N_("After START"), N_("The family wants texts again.")),
    Reply.HELP: (N_("After HELP"), N_("Who writes, whom to ask, how to stop.")),
    Reply.NIGHT: (N_("Outside school hours"), N_("At most once a night, to whoever writes then.")),
    Reply.HANDED_OVER: (N_("A question has a new owner"), N_("Who has the family’s question now.")),
    Reply.FOOTER: (N_("Under each e-mail"), N_("Why it came, and how to stop e-mails.")),
}  # fmt: skip
