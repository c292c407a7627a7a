"""Refusal of texts that are marked as state secrets, and questions about those that may be."""

from collections.abc import Collection, Iterator, Mapping

from pydantic import AfterValidator

from app.errors import FieldError
from app.libraries.validation.errors import field_error
from app.text.folded_text import letters_and_digits
from app.text.state_secrets import Marking, find_markings

MARKED = "state_secret"
CONFIRMATION_NEEDED = "confirmation_needed"


def secrecy_errors(
    texts: Mapping[str, str], *, confirmed: Collection[str] = (), questions: bool = False
) -> Iterator[FieldError]:
    """An error for each marking in texts by field. `questions`: also for doubtful ones that are not `confirmed`."""
    answered = {letters_and_digits(word) for word in confirmed}
    for field, text in texts.items():
        for marking in find_markings(text):
            if marking.certain:
                yield FieldError(field, MARKED, *marking.refusal, marking.spot)
            elif questions and letters_and_digits(marking.word) not in answered:
                yield FieldError(field, CONFIRMATION_NEEDED, *_question(marking), marking.spot, marking.word)


def refuse_state_secret(text: str) -> str:
    """The text, if no marking in it is certain; for fields of a schema."""
    for marking in find_markings(text):
        if marking.certain:
            zh, en = marking.refusal
            start, end = marking.spot
            raise field_error(MARKED, zh=zh, en=en, start=start, end=end)
    return text


NotSecret = AfterValidator(refuse_state_secret)
"""For every text of a request body that is no record, whose texts are checked together."""


def _question(marking: Marking) -> tuple[str, str]:
    return (
        f"“{marking.word}”像是密级标志或内部资料标志。内容如涉密或属内部资料，请删除；"
        f"如可以公开，请在 confirmed 中确认“{marking.word}”。",
        f"'{marking.word}' looks like the marking of a secret or internal paper. If the content is secret or internal, "
        f"remove it; if it may be published, confirm '{marking.word}' in `confirmed`.",
    )
