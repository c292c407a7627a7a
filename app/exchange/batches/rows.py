"""The rows of a file as a preview stores them: what a commit would do with each, and why."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.database import new_id
from app.errors import FieldError
from app.exchange.batches.models import ImportRow, RowAction, RowState
from app.exchange.batches.targets.admission import refuse_foreign
from app.exchange.batches.targets.memory import FileMemory
from app.exchange.batches.targets.registry import TARGETS
from app.exchange.batches.targets.similar import SimilarRecords
from app.exchange.duplicates.decisions import kept_instead
from app.exchange.headers.dictionary import Kind
from app.exchange.records.draft import Draft
from app.exchange.records.repetition import fold_name, name_key
from app.exchange.report import is_draft, record_entry, refusal_entry
from app.exchange.sameness.verdicts import SameVerdict
from app.libraries.record.enums import RecordKind
from app.settings import Settings

_SAME = ("库中已有同一单位的同名记录。", "The owner has a record of this name already.")
_PRESENT = dict.fromkeys(Kind, _SAME) | {
    Kind.CONTRACT: (
        "台账中已有同一登记编号（或同一双方、名称和签订日期）的合同。",
        "The ledger has a contract with this number, or with these parties, name and day.",
    ),
    Kind.ORGANISATION: (
        "已有同一统一社会信用代码或同名的单位。",
        "There is an organisation with this credit code or name.",
    ),
}


_NOT_BY_FILE = frozenset({"number", "owner_org", "owner_uscc"})
"""A file changes neither the number nor the owner of a record."""


@dataclass(frozen=True, slots=True)
class _Known:
    """The last stored row with the same key."""

    record_id: UUID
    digest: str
    accepted: list[str]


class RowPlanner:
    """Makes the rows of one file. What it reads of the store once holds for all rows: a preview changes no record."""

    def __init__(self, batch_id: UUID, sender: str, principal: Principal, settings: Settings) -> None:
        self._batch_id = batch_id
        self._sender = sender
        self._principal = principal
        self._settings = settings
        self._memory = FileMemory()
        self._similar = SimilarRecords(principal, self._memory)

    def rows(self, session: Session, drafts: Sequence[tuple[int, Draft]]) -> Iterator[ImportRow]:
        """One row a draft, which comes with its place in the file from 1."""
        made = [(self._row(position, draft), draft) for position, draft in drafts]
        known = self._known(session, [row for row, _ in made])
        for row, draft in made:
            refuse_foreign(session, draft, self._principal)
            if draft.refusal is not None:
                row.entry = refusal_entry(draft)
                row.state = RowState.DONE.value
            else:
                row.entry = record_entry(draft)
                row.digest = digest_of(row.entry)
                self._decide(session, row, draft, known.get((row.kind, row.key)))
                self._try(session, row, draft)
            yield row

    def _row(self, position: int, draft: Draft) -> ImportRow:
        return ImportRow(
            id=new_id(),
            batch_id=self._batch_id,
            position=position,
            sender=self._sender,
            kind=draft.kind.value,
            key=_key(draft),
            digest="",
            ref=draft.ref[:200],
            action=RowAction.REFUSED.value,
            state=RowState.WAITING.value,
        )

    def _known(self, session: Session, rows: Sequence[ImportRow]) -> dict[tuple[str, str], _Known]:
        """Kind and key → the last row of the sender that was stored with this key."""
        before = ImportRow
        query = (
            select(before.kind, before.key, before.record_id, before.digest, before.accepted)
            .where(before.sender == self._sender, before.key.in_({row.key for row in rows}))
            .where(before.kind.in_({row.kind for row in rows}))
            .where(before.state == RowState.DONE.value, before.record_id.is_not(None))
            .order_by(before.id)
        )
        return {
            (kind, key): _Known(record_id, digest, accepted)
            for kind, key, record_id, digest, accepted in session.execute(query)
            if record_id is not None
        }

    def _decide(self, session: Session, row: ImportRow, draft: Draft, before: _Known | None) -> None:
        """Whether the record is new, known and changed, known and unchanged, or there already from elsewhere."""
        target = TARGETS[draft.kind]
        number = draft.values.get("number")
        if number and (found := target.numbered(session, number, self._principal)) is not None:
            _compare(row, found, target.said(session, found, self._principal))
            return
        if before is not None and target.version_of(session, before.record_id) is not None:
            row.record_id = kept_instead(session, before.record_id)
            unchanged = before.digest == row.digest
            row.action = RowAction.DUPLICATE.value if unchanged else RowAction.UPDATE.value
            row.accepted = list(before.accepted)
        elif (known := target.present(session, draft, self._principal, self._memory)) is not None:
            row.record_id, row.action = known, RowAction.DUPLICATE.value
            row.remarks = [
                {
                    "code": "present",
                    "zh": _PRESENT[draft.kind][0],
                    "en": _PRESENT[draft.kind][1],
                }
            ]
        else:
            row.action = RowAction.DRAFT.value if is_draft(draft) else RowAction.NEW.value
            self._propose(session, row)
        if row.action == RowAction.DUPLICATE:
            row.state = RowState.DONE.value

    def _propose(self, session: Session, row: ImportRow) -> None:
        """Show records that may be the row's. One with the same hard key is it."""
        if row.kind not in set(RecordKind):
            return
        found = self._similar.of(session, RecordKind.of(row.kind), row.entry["fields"])
        if not found:
            return
        row.entry = row.entry | {"similar": [one for _, one in found]}
        verdict, first = found[0]
        if verdict is SameVerdict.SAME:
            row.record_id, row.action = UUID(first["id"]), RowAction.DUPLICATE.value
            row.remarks = [{"code": "same_key"} | one for one in first["evidence"]]

    def _try(self, session: Session, row: ImportRow, draft: Draft) -> None:
        """Say now what the store would say at the commit. A row that it would refuse can be corrected before."""
        if row.action not in (RowAction.NEW, RowAction.UPDATE, RowAction.DRAFT):
            return
        said = TARGETS[draft.kind].trial(session, row, self._principal, self._settings)
        if said.faults:
            row.remarks = [_with_cell(row.entry, fault) for fault in said.faults]
            row.entry = row.entry | {
                "code": said.faults[0].code,
                "reason_zh": "；".join(f"{one['message_zh']}" for one in row.remarks),
                "reason_en": "; ".join(f"{one['message_en']}" for one in row.remarks),
            }
            row.action, row.state = RowAction.REFUSED.value, RowState.FAILED.value
        elif said.unpublishable:
            row.action = RowAction.DRAFT.value
            warnings = [
                {
                    "field": fault.field,
                    "cell": row.entry["origins"].get(fault.field, {}).get("cell") or "",
                    "code": fault.code,
                    "zh": fault.zh,
                    "en": fault.en,
                }
                for fault in said.unpublishable
            ]
            row.entry = row.entry | {
                "warnings": [*row.entry["warnings"], *warnings],
                "publishable": False,
                "store_as": "draft",
            }


def _with_cell(entry: dict[str, Any], fault: FieldError) -> dict[str, Any]:
    """A fault as an answer names it, with the cell of its value before the message."""
    cell = entry["origins"].get(fault.field.partition(".")[0], {}).get("cell")
    said: dict[str, Any] = fault.as_dict()
    if cell:
        said |= {"message_zh": f"{cell}：{said['message_zh']}", "message_en": f"{cell}: {said['message_en']}"}
    return said


def digest_of(entry: dict[str, Any]) -> str:
    """A digest of what a row says, wherever it stands."""
    said = json.dumps([entry["fields"], entry["indicators"]], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _key(draft: Draft) -> str:
    """What identifies the record among the sender's: its number there, else owner and name."""
    if draft.values.get("number"):
        return f"own:{str(draft.values['number'])[:120]}"
    number = draft.values.get("source_ref") or draft.values.get("registration_no")
    if number:
        return f"no:{str(number)[:120]}"
    name = name_key(draft) or f"{draft.kind.value}\0{fold_name(str(draft.values.get('title', '')))}"
    return f"name:{hashlib.sha256(name.encode()).hexdigest()[:40]}"


def _compare(row: ImportRow, record_id: UUID, current: dict[str, Any]) -> None:
    """A row that names a record of this service by its number: it updates what it says differently."""
    fields: dict[str, Any] = row.entry["fields"]
    changed = sorted(
        name for name, value in fields.items() if name not in _NOT_BY_FILE and current.get(name) != value
    )
    row.record_id = record_id
    row.entry = row.entry | {"changed": changed}
    row.action = RowAction.UPDATE.value if changed else RowAction.DUPLICATE.value
    if not changed:
        row.state = RowState.DONE.value
