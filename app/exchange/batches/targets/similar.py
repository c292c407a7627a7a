"""Records of the store that may be the record of a row, from whichever source they came."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.accounts.organisations.lookup import find_organisation
from app.exchange.headers.dictionary import Kind
from app.exchange.sameness.keys import traits_of
from app.exchange.sameness.verdicts import SameTraits, SameVerdict, judge
from app.libraries.record.enums import RecordKind
from app.libraries.record.models import Record
from app.libraries.registry import LIBRARIES

MAX_COMPARED = 300
"""Records of one owner that a row is compared with, the newest first."""
MAX_SHOWN = 5
_COLUMNS = (
    *("title", "ip_list", "registration_number", "certificates", "completed_by", "contact_phone"),
    *("publish_mode", "summary", "advantages", "main_problem", "key_technology", "expected_goal"),
)
_KEYED = ("id", "title", "ip_list", "registration_number", "certificates", "contact_phone")


Found = tuple[SameVerdict, dict[str, Any]]


class SimilarRecords:
    """The comparison of one file's rows with the libraries. Other users than operators are shown records of their own
    organisation alone, so that no file tells what others have. Hard keys are read once for a file."""

    def __init__(self, principal: Principal) -> None:
        self._principal = principal
        self._keys: dict[RecordKind, dict[str, UUID]] = {}

    def of(self, session: Session, kind: RecordKind, fields: Mapping[str, Any]) -> list[Found]:
        """Verdict, and id, number, name and evidence, of records that are or may be the same, the surest first."""
        traits = traits_of(Kind(kind.value), fields)
        found: list[Found] = []
        for record in self._candidates(session, kind, traits):
            owner = session.get(Organisation, record.owner_org_id)
            judgement = judge(traits, _traits(kind, record, owner.name if owner is not None else ""))
            if judgement.verdict is SameVerdict.DIFFERENT:
                continue
            evidence = [{"zh": one.zh, "en": one.en} for one in judgement.evidence]
            shown: dict[str, Any] = {"id": str(record.id), "number": record.number, "title": record.title}
            found.append((judgement.verdict, shown | {"evidence": evidence}))
        return sorted(found, key=lambda one: one[0] is not SameVerdict.SAME)[:MAX_SHOWN]

    def _candidates(self, session: Session, kind: RecordKind, traits: SameTraits) -> list[Record]:
        model = LIBRARIES[kind].model
        by_key = self._by_key(session, kind) if traits.keys else {}
        ids = {by_key[key] for key in traits.keys if key in by_key}
        owner = find_organisation(session, name=traits.owner) if traits.owner else None
        owner_id = owner.id if owner is not None else None
        if not self._principal.sees_everything:
            owner_id = self._principal.organisation_id
        found: list[Record] = []
        if owner_id is not None and kind is not RecordKind.MANAGER:
            query = select(model).where(model.owner_org_id == owner_id).order_by(model.id.desc())
            found += session.scalars(query.limit(MAX_COMPARED))
        rest = ids - {one.id for one in found}
        if rest:
            found += session.scalars(select(model).where(model.id.in_(rest)))
        return found

    def _by_key(self, session: Session, kind: RecordKind) -> dict[str, UUID]:
        if kind not in self._keys:
            model = LIBRARIES[kind].model
            names = [name for name in _KEYED if hasattr(model, name)]
            query = select(*(getattr(model, name) for name in names))
            if not self._principal.sees_everything:
                query = query.where(model.owner_org_id == self._principal.organisation_id)
            found: dict[str, UUID] = {}
            for row in session.execute(query.execution_options(yield_per=1000)):
                values = dict(zip(names, row, strict=True))
                for key in traits_of(Kind(kind.value), _fields(values)).keys:
                    found.setdefault(key, values["id"])
            self._keys[kind] = found
        return self._keys[kind]


def _traits(kind: RecordKind, record: Record, owner: str) -> SameTraits:
    values = {name: getattr(record, name) for name in _COLUMNS if hasattr(record, name)}
    return traits_of(Kind(kind.value), _fields(values) | {"owner_org": owner})


def _fields(values: Mapping[str, Any]) -> dict[str, Any]:
    numbers = [one["number"] for one in values.get("ip_list") or () if one.get("number")]
    return dict(values) | {"ip_list": numbers}
