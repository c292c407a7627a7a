"""Preview of a file: its rows are stored with what a commit would do with each; no record is touched."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.database import Database, new_id
from app.errors import SankuError
from app.exchange.batches.models import BatchState, ImportBatch, ImportRow, RowAction, RowState
from app.exchange.batches.senders import learnt_headers, sender_of
from app.exchange.batches.targets.admission import own_organisation, refuse_foreign
from app.exchange.batches.targets.registry import TARGETS
from app.exchange.batches.targets.similar import SimilarRecords
from app.exchange.headers.dictionary import Kind
from app.exchange.readers.formats import read_content
from app.exchange.records.assembly import Extraction
from app.exchange.records.draft import Draft
from app.exchange.records.repetition import fold_name, name_key
from app.exchange.report import ignored_entry, is_draft, record_entry, refusal_entry, table_entry
from app.exchange.sameness.verdicts import SameVerdict
from app.libraries.record.enums import RecordKind

CHUNK = 500
"""Rows a transaction."""
MAX_IGNORED = 1000
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


def preview(
    database: Database,
    data: bytes,
    *,
    name: str,
    sender: str | None,
    principal: Principal,
    on_progress: Callable[[int], None] | None = None,
) -> UUID:
    """Read a file and store its rows; returns the id of the batch. `on_progress` receives the rows read so far.

    Raises:
        Forbidden: the principal may not import.
        Invalid: the file cannot be read.
    """
    require(principal, Action.IMPORT_CREATE, own=True)
    content = read_content(data)
    whose = sender_of(principal, sender)
    batch = ImportBatch(
        id=new_id(),
        organisation_id=principal.organisation_id,
        created_by=principal.user_id,
        sender=whose,
        file_name=name[-200:],
        sha256=hashlib.sha256(data).hexdigest(),
        form=content.form,
    )
    batch_id = batch.id
    with database.reading() as session:
        own = own_organisation(session, principal)
        owner = None if own is None else own.name
        extraction = Extraction(content, learnt_headers(session, whose), owner=owner)
    with database.unit_of_work() as session:
        session.add(batch)
    try:
        _store(database, batch_id, whose, extraction, principal, on_progress)
    except SankuError:
        _discard(database, batch_id)
        raise
    return batch_id


def _store(
    database: Database,
    batch_id: UUID,
    whose: str,
    extraction: Extraction,
    principal: Principal,
    on_progress: Callable[[int], None] | None,
) -> None:
    counts: Counter[str] = Counter()
    similar = SimilarRecords(principal)
    drafts = enumerate(extraction.drafts(), 1)
    while chunk := list(islice(drafts, CHUNK)):
        with database.unit_of_work() as session:
            for row in _rows(session, batch_id, whose, chunk, principal, similar):
                counts[row.action] += 1
                session.add(row)
            # A reader of the batch sees meanwhile how far it is.
            session.get_one(ImportBatch, batch_id).report = {"counts": dict(counts)}
        if on_progress is not None:
            on_progress(counts.total())
    with database.unit_of_work() as session:
        stored = session.get_one(ImportBatch, batch_id)
        stored.state = BatchState.PREVIEWED.value
        stored.report = {
            "counts": dict(counts),
            "tables": [table_entry(one) for one in extraction.located[:100]],
            "ignored": [ignored_entry(one) for one in extraction.ignored[:MAX_IGNORED]],
            "notes": list(extraction.notes),
        }


def _discard(database: Database, batch_id: UUID) -> None:
    """Take out what was stored of a file whose damage only showed in the middle."""
    with database.unit_of_work() as session:
        session.execute(delete(ImportRow).where(ImportRow.batch_id == batch_id))
        session.execute(delete(ImportBatch).where(ImportBatch.id == batch_id))


def _rows(
    session: Session,
    batch_id: UUID,
    sender: str,
    drafts: Iterable[tuple[int, Draft]],
    principal: Principal,
    similar: SimilarRecords,
) -> Iterator[ImportRow]:
    for position, draft in drafts:
        row = ImportRow(
            id=new_id(),
            batch_id=batch_id,
            position=position,
            sender=sender,
            kind=draft.kind.value,
            key=_key(draft),
            digest="",
            ref=draft.ref[:200],
            action=RowAction.REFUSED.value,
            state=RowState.WAITING.value,
        )
        refuse_foreign(session, draft, principal)
        if draft.refusal is not None:
            row.entry = refusal_entry(draft)
            row.state = RowState.DONE.value
        else:
            row.entry = record_entry(draft)
            row.digest = digest_of(row.entry)
            _decide(session, row, draft, principal, similar)
            _try(session, row, draft, principal)
        yield row


def _try(session: Session, row: ImportRow, draft: Draft, principal: Principal) -> None:
    """Refuse a row now that its store would refuse at the commit."""
    if row.action not in (RowAction.NEW, RowAction.UPDATE, RowAction.DRAFT):
        return
    fault = TARGETS[draft.kind].fault(session, row, principal)
    if fault is None:
        return
    origin = row.entry["origins"].get(fault.field, {})
    cell = f"{origin['cell']}：" if origin.get("cell") else ""
    row.entry = {
        "ref": draft.ref,
        "code": fault.code,
        "reason_zh": f"{cell}{fault.zh}",
        "reason_en": f"{origin.get('cell', '')} {fault.field} {fault.en}".strip(),
    }
    row.action, row.state, row.record_id = RowAction.REFUSED.value, RowState.DONE.value, None


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


def _decide(
    session: Session, row: ImportRow, draft: Draft, principal: Principal, similar: SimilarRecords
) -> None:
    """Whether the record is new, known and changed, known and unchanged, or there already from elsewhere."""
    target = TARGETS[draft.kind]
    number = draft.values.get("number")
    if number and (found := target.numbered(session, number, principal)) is not None:
        _compare(row, found, target.said(session, found, principal))
        return
    before = session.scalar(
        select(ImportRow)
        .where(ImportRow.sender == row.sender, ImportRow.kind == row.kind, ImportRow.key == row.key)
        .where(ImportRow.state == RowState.DONE.value, ImportRow.record_id.is_not(None))
        .order_by(ImportRow.id.desc())
        .limit(1)
    )
    if (
        before is not None
        and before.record_id is not None
        and target.version_of(session, before.record_id) is not None
    ):
        row.record_id = before.record_id
        unchanged = before.digest == row.digest
        row.action = RowAction.DUPLICATE.value if unchanged else RowAction.UPDATE.value
        row.accepted = list(before.accepted)
    elif (known := target.present(session, draft, principal)) is not None:
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
        _propose(session, row, similar)
    if row.action == RowAction.DUPLICATE:
        row.state = RowState.DONE.value


def _propose(session: Session, row: ImportRow, similar: SimilarRecords) -> None:
    """Show records that may be the row's. One with the same hard key is it, and the row waits for a person's word."""
    if row.kind not in set(RecordKind):
        return
    found = similar.of(session, RecordKind.of(row.kind), row.entry["fields"])
    if not found:
        return
    row.entry = row.entry | {"similar": [one for _, one in found]}
    verdict, first = found[0]
    if verdict is SameVerdict.SAME:
        row.record_id, row.action = UUID(first["id"]), RowAction.DUPLICATE.value
        row.remarks = [{"code": "same_key"} | one for one in first["evidence"]]


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


_NOT_BY_FILE = frozenset({"number", "owner_org", "owner_uscc"})
"""A file changes neither the number nor the owner of a record."""
