"""From raw records to drafts: each kind's rules, families of rights, and rows that repeat others."""

from collections.abc import Callable, Iterator, Mapping

from app.clock import local_now
from app.exchange.headers.dictionary import Kind
from app.exchange.layout.location import locate
from app.exchange.layout.raw import IgnoredPlace, Located, RawRecord
from app.exchange.layout.tables import joined_ranges
from app.exchange.readers.content import FileContent
from app.exchange.records.achievements import achievement_of
from app.exchange.records.contracts import contract_of
from app.exchange.records.demands import demand_of
from app.exchange.records.draft import Draft
from app.exchange.records.families import joined_families
from app.exchange.records.managers import manager_of
from app.exchange.records.organisations import organisation_of
from app.exchange.records.repetition import Repetition
from app.exchange.values.readings import ValueNote

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
    """The drafts of a file, read once in order; `ignored` and `located` are complete when all drafts were read."""

    def __init__(self, content: FileContent, learnt: Mapping[str, str] | None = None) -> None:
        self.located: list[Located] = []
        self._ignored: list[IgnoredPlace] = []
        self._content = content
        self._learnt = learnt or {}

    @property
    def ignored(self) -> list[IgnoredPlace]:
        """What is no record, with neighbouring rows of one reason as a range."""
        return list(joined_ranges(iter(self._ignored)))

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
        for found in locate(self._content, self._learnt):
            if isinstance(found, RawRecord):
                yield draft_of(found)
            elif isinstance(found, Located):
                self.located.append(found)
            else:
                self._ignored.append(found)


def _forget(draft: Draft) -> None:
    """Drop everything but the place and the reason."""
    draft.values.clear()
    draft.derived.clear()
    draft.origins.clear()
    draft.remarks.clear()
    draft.indicators.clear()
    draft.missing.clear()
    draft.raw.values.clear()
