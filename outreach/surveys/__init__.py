"""A family's own word: whether a contact or an answer helped, and whether it would recommend the school.

Here the word is recorded; asking for it, and reading it out of a reply, is not built yet.
"""

from .record import SurveyRefused, VerdictRefused, record_survey_response, record_verdict, segment_of

__all__ = ["SurveyRefused", "VerdictRefused", "record_survey_response", "record_verdict", "segment_of"]
