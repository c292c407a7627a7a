"""Records of the store that may be the record of a row, from whichever source they came."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.exchange.batches.targets.memory import FileMemory
from app.exchange.duplicates.traits import keys_of_records, traits_of_records
from app.exchange.headers.dictionary import Kind
from app.exchange.sameness.keys import traits_of
from app.exchange.sameness.verdicts import SameTraits, SameVerdict, judge
from app.libraries.record.enums import RecordKind
from app.libraries.registry import LIBRARIES

MAX_COMPARED = 300
"""Records of one owner that a row is compared with, the newest first."""
MAX_SHOWN = 5
_MAX_KEPT = 20_000
"""Records whose traits are kept for the rows that follow."""


Found = tuple[SameVerdict, dict[str, Any]]


class SimilarRecords:
    """The comparison of one file's rows with the libraries. Other users than operators are shown records of their own
    organisation alone, so that no file tells what others have. Hard keys and owners are read once for a file."""

    def __init__(self, principal: Principal, memory: FileMemory) -> None:
        self._principal = principal
        self._memory = memory
        self._keys: dict[RecordKind, dict[str, UUID]] = {}
        self._of_owner: dict[tuple[RecordKind, UUID], dict[UUID, SameTraits]] = {}
        self._kept = 0

    def of(self, session: Session, kind: RecordKind, fields: Mapping[str, Any]) -> list[Found]:
        """Verdict, and id, number, name and evidence, of records that are or may be the same, the surest first."""
        traits = traits_of(Kind(kind.value), fields)
        judged = [
            (judge(traits, other), id_) for id_, other in self._candidates(session, kind, traits).items()
        ]
        found = [one for one in judged if one[0].verdict is not SameVerdict.DIFFERENT]
        if not found:
            return []
        found.sort(key=lambda one: (one[0].verdict is not SameVerdict.SAME, -one[0].strength))
        model = LIBRARIES[kind].model
        ids = [id_ for _, id_ in found[:MAX_SHOWN]]
        rows = session.execute(select(model.id, model.number, model.title).where(model.id.in_(ids)))
        named = {id_: {"id": str(id_), "number": number, "title": title} for id_, number, title in rows}
        return [
            (
                judgement.verdict,
                named[id_] | {"evidence": [{"zh": one.zh, "en": one.en} for one in judgement.evidence]},
            )
            for judgement, id_ in found[:MAX_SHOWN]
        ]

    def _candidates(self, session: Session, kind: RecordKind, traits: SameTraits) -> dict[UUID, SameTraits]:
        model = LIBRARIES[kind].model
        by_key = self._by_key(session, kind) if traits.keys else {}
        ids = {by_key[key] for key in traits.keys if key in by_key}
        owner_id = self._owner(session, traits.owner)
        found: dict[UUID, SameTraits] = {}
        if owner_id is not None and kind is not RecordKind.MANAGER:
            found = self._of(session, kind, owner_id)
        rest = ids - found.keys()
        return found | traits_of_records(session, kind, model.id.in_(rest)) if rest else found

    def _owner(self, session: Session, name: str) -> UUID | None:
        if not self._principal.sees_everything:
            return self._principal.organisation_id
        return self._memory.owner(session, name) if name else None

    def _of(self, session: Session, kind: RecordKind, owner_id: UUID) -> dict[UUID, SameTraits]:
        key = kind, owner_id
        if key not in self._of_owner:
            if self._kept > _MAX_KEPT:
                self._of_owner.clear()
                self._kept = 0
            model = LIBRARIES[kind].model
            mine = model.owner_org_id == owner_id
            self._of_owner[key] = traits_of_records(session, kind, mine, limit=MAX_COMPARED)
            self._kept += len(self._of_owner[key])
        return self._of_owner[key]

    def _by_key(self, session: Session, kind: RecordKind) -> dict[str, UUID]:
        if kind not in self._keys:
            model = LIBRARIES[kind].model
            mine = (
                ()
                if self._principal.sees_everything
                else (model.owner_org_id == self._principal.organisation_id,)
            )
            self._keys[kind] = keys_of_records(session, kind, *mine)
        return self._keys[kind]
