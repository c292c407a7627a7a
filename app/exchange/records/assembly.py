"""From raw records to drafts: each kind's rules, families of rights, and rows that repeat others."""

from collections.abc import Callable, Iterator, Mapping

import structlog

from app.clock import local_now
from app.exchange.headers.dictionary import Kind
from app.exchange.layout.location import Found, locate
from app.exchange.layout.questions import Question
from app.exchange.layout.raw import NO_HEADER, IgnoredPlace, Located, RawRecord, joined_ranges
from app.exchange.prose.records import records_of_prose
from app.exchange.readers.content import FileContent, Text
from app.exchange.readers.refusals import UNREADABLE, damage_refused, place_of
from app.exchange.records.achievements import achievement_of
from app.exchange.records.contracts import contract_of
from app.exchange.records.demands import demand_of
from app.exchange.records.draft import Draft
from app.exchange.records.families import joined_families
from app.exchange.records.managers import manager_of
from app.exchange.records.organisations import organisation_of
from app.exchange.records.repetition import Repetition
from app.exchange.values.readings import ValueNote

log = structlog.get_logger(__name__)

MAX_QUESTIONS = 10
MAX_IGNORED = 20_000
"""Ignored places that are kept; a report shows fewer."""
_RULES: Mapping[Kind, Callable[[RawRecord], Draft]] = {
    Kind.DEMAND: demand_of,
    Kind.ACHIEVEMENT: achievement_of,
    Kind.MANAGER: manager_of,
    Kind.CONTRACT: contract_of,
    Kind.ORGANISATION: organisation_of,
}


def draft_of(raw: RawRecord) -> Draft:
    """The draft of one raw record, by the rules of its kind."""
    return _RULES[raw.kind](raw)


class Extraction:
    """The drafts of a file, read once in order. `ignored`, `located` and `questions` are complete after the last one.

    Args:
        owner: the organisation of demands and achievements that name none.
        is_prose: whether running text without labels is read, if there is nothing else.
    """

    def __init__(
        self,
        content: FileContent,
        learnt: Mapping[str, str] | None = None,
        *,
        owner: str | None = None,
        is_prose: bool = True,
    ) -> None:
        self.located: list[Located] = []
        self.questions: list[Question] = []
        self._ignored: list[IgnoredPlace] = []
        self._content = content
        self._learnt = {} if learnt is None else learnt
        self._owner = owner
        self._is_prose = is_prose

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader says of the file."""
        return self._content.notes

    @property
    def ignored(self) -> list[IgnoredPlace]:
        """What is no record, with neighbouring rows of one reason as a range; columns without a header first."""
        return sorted(joined_ranges(iter(self._ignored)), key=lambda one: one.code != NO_HEADER)

    def drafts(self) -> Iterator[Draft]:
        """Every record with its refusal, if there is one."""
        repetition = Repetition()
        today = local_now().date()
        for draft in joined_families(self._drafts()):
            repetition.check(draft)
            deadline = draft.values.get("deadline")
            if deadline is not None and deadline < today:
                note = ValueNote(
                    "deadline_past", f"截止日期 {deadline} 已过", f"the deadline {deadline} has passed"
                )
                draft.warn("deadline", note)
            if draft.refusal is not None and draft.refusal.code == "secret":
                _forget(draft)
            yield draft

    def _drafts(self) -> Iterator[Draft]:
        located = self._found()
        while True:
            with damage_refused(self._content.form):
                found = next(located, None)
            if found is None:
                return
            if isinstance(found, RawRecord):
                yield self._owned(_read(found))
            elif isinstance(found, Located):
                self.located.append(found)
            elif isinstance(found, Question):
                self._ask(found)
            elif len(self._ignored) < MAX_IGNORED or found.code == NO_HEADER:
                self._ignored.append(found)

    def _found(self) -> Iterator[Found]:
        """What the file holds; of running text that nothing else was found in, what it may be about."""
        unread: list[IgnoredPlace] = []
        is_prose = self._is_prose and self._content.entries is None
        for found in locate(self._content, self._learnt):
            if isinstance(found, IgnoredPlace) and found.code == "text":
                unread.append(found)
                continue
            is_prose = False
            yield found
        texts = [part for part in self._content.parts if isinstance(part, Text)] if is_prose else []
        prose = list(records_of_prose([one for text in texts for one in text.paragraphs], self._learnt))
        yield from prose or unread

    def _ask(self, question: Question) -> None:
        """Keep a question: in the place of an earlier one of the same list, and once for forms that ask the same."""
        for index, one in enumerate(self.questions):
            if (one.name, one.place) == (question.name, question.place):
                self.questions[index] = question
                return
            if one.asks_as(question):
                return
        if len(self.questions) < MAX_QUESTIONS:
            self.questions.append(question)

    def _owned(self, draft: Draft) -> Draft:
        owned = draft.kind in (Kind.DEMAND, Kind.ACHIEVEMENT) and draft.refusal is None
        if owned and self._owner and not draft.values.get("owner_org"):
            draft.values["owner_org"] = self._owner
            draft.missing = [name for name in draft.missing if name != "owner_org"]
        return draft


def _read(raw: RawRecord) -> Draft:
    """The draft of a record; one that no rule can read is refused, so that the others are taken."""
    try:
        return draft_of(raw)
    except UNREADABLE as error:
        log.warning("unreadable_row", kind=raw.kind.value, error=type(error).__name__, at=place_of(error))
        draft = Draft(raw.ref, raw.kind, raw)
        draft.refuse(
            "unreadable_row",
            "该行内容无法读取，请核对各单元格的格式，更正后重新上传。",
            "The row cannot be read; check the format of its cells, correct it and send the file again.",
        )
        return draft


def _forget(draft: Draft) -> None:
    """Drop everything but the place and the reason."""
    draft.values.clear()
    draft.derived.clear()
    draft.origins.clear()
    draft.remarks.clear()
    draft.indicators.clear()
    draft.missing.clear()
    draft.raw.values.clear()
