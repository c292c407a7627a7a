"""Preview of a file: its rows are stored with what a commit would do with each; no record is touched."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, allowed, require
from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.accounts.organisations.lookup import find_organisation
from app.database import Database, new_id
from app.exchange.batches.models import ImportBatch, ImportRow, RowAction, RowState
from app.exchange.batches.senders import learnt_headers, sender_of
from app.exchange.headers.dictionary import Kind
from app.exchange.readers.formats import read_content
from app.exchange.records.assembly import Extraction
from app.exchange.records.draft import Draft
from app.exchange.records.repetition import fold_name, name_key
from app.exchange.report import ignored_entry, is_draft, record_entry, refusal_entry, table_entry
from app.libraries.record.enums import RecordKind
from app.libraries.registry import LIBRARIES

CHUNK = 500
"""Rows a transaction."""
STORED = {
    Kind.DEMAND: RecordKind.DEMAND,
    Kind.ACHIEVEMENT: RecordKind.ACHIEVEMENT,
    Kind.MANAGER: RecordKind.MANAGER,
}
"""The kinds of record that a commit stores."""
MAX_IGNORED = 1000


def preview(database: Database, data: bytes, *, name: str, sender: str | None, principal: Principal) -> UUID:
    """Read a file and store its rows; returns the id of the batch.

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
        extraction = Extraction(content, learnt_headers(session, whose))
    counts: Counter[str] = Counter()
    with database.unit_of_work() as session:
        session.add(batch)
    drafts = enumerate(extraction.drafts(), 1)
    while chunk := list(islice(drafts, CHUNK)):
        with database.unit_of_work() as session:
            for row in _rows(session, batch_id, whose, chunk, principal):
                counts[row.action] += 1
                session.add(row)
    with database.unit_of_work() as session:
        stored = session.get_one(ImportBatch, batch_id)
        stored.report = {
            "counts": dict(counts),
            "tables": [table_entry(one) for one in extraction.located[:100]],
            "ignored": [ignored_entry(one) for one in extraction.ignored[:MAX_IGNORED]],
            "notes": list(content.notes),
        }
    return batch_id


def _rows(
    session: Session, batch_id: UUID, sender: str, drafts: Iterable[tuple[int, Draft]], principal: Principal
) -> Iterator[ImportRow]:
    own_name = None
    if not principal.sees_everything and principal.organisation_id is not None:
        own_name = session.get_one(Organisation, principal.organisation_id)
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
        _refuse_foreign(session, draft, principal, own_name)
        if draft.refusal is not None:
            row.entry = refusal_entry(draft)
            row.state = RowState.DONE.value
        else:
            row.entry = record_entry(draft)
            row.digest = digest_of(row.entry)
            _decide(session, row, draft, principal)
        yield row


def digest_of(entry: dict[str, Any]) -> str:
    """A digest of what a row says, wherever it stands."""
    said = json.dumps([entry["fields"], entry["indicators"]], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _key(draft: Draft) -> str:
    """What identifies the record among the sender's: its number there, else owner and name."""
    number = draft.values.get("source_ref") or draft.values.get("registration_no")
    if number:
        return f"no:{str(number)[:120]}"
    name = name_key(draft) or f"{draft.kind.value}\0{fold_name(str(draft.values.get('title', '')))}"
    return f"name:{hashlib.sha256(name.encode()).hexdigest()[:40]}"


def _refuse_foreign(session: Session, draft: Draft, principal: Principal, own: Organisation | None) -> None:
    """Kinds that the principal may not import, and records of other organisations."""
    if draft.refusal is not None:
        return
    kind = STORED.get(draft.kind)
    if kind is None:
        draft.refuse(
            "kind_not_stored",
            "此类数据目前只能预览，不能导入。",
            "Data of this kind can be previewed only, not imported.",
        )
    elif not allowed(principal, Action(f"{kind.value}.import"), own=True):
        draft.refuse("forbidden", f"您不能导入{kind.zh}。", "You may not import records of this kind.")
    elif own is not None:
        name = draft.values.get("owner_org")
        found = find_organisation(session, name=name) if name else None
        if name and (found is None or found.id != own.id):
            draft.refuse(
                "foreign_owner",
                "所填单位不是本单位；只能导入本单位的记录。",
                "The organisation is not yours; you may import records of your own organisation only.",
            )


def _decide(session: Session, row: ImportRow, draft: Draft, principal: Principal) -> None:
    """Whether the record is new, known and changed, known and unchanged, or there already from elsewhere."""
    before = session.scalar(
        select(ImportRow)
        .where(ImportRow.sender == row.sender, ImportRow.kind == row.kind, ImportRow.key == row.key)
        .where(ImportRow.state == RowState.DONE.value, ImportRow.record_id.is_not(None))
        .order_by(ImportRow.id.desc())
        .limit(1)
    )
    model = LIBRARIES[STORED[draft.kind]].model
    if before is not None and session.get(model, before.record_id) is not None:
        row.record_id = before.record_id
        unchanged = before.digest == row.digest
        row.action = RowAction.DUPLICATE.value if unchanged else RowAction.UPDATE.value
        row.accepted = list(before.accepted)
    elif (known := _present(session, draft, principal)) is not None:
        row.record_id, row.action = known, RowAction.DUPLICATE.value
        row.remarks = [
            {
                "code": "present",
                "zh": "库中已有同一单位的同名记录。",
                "en": "The owner has a record of this name already.",
            }
        ]
    else:
        row.action = RowAction.DRAFT.value if is_draft(draft) else RowAction.NEW.value
    if row.action == RowAction.DUPLICATE:
        row.state = RowState.DONE.value


def _present(session: Session, draft: Draft, principal: Principal) -> UUID | None:
    """A record of the same owner with the same name. A person's name alone tells nothing."""
    if draft.kind is Kind.MANAGER:
        return None
    name = draft.values.get("owner_org")
    owner = find_organisation(session, name=name) if name else None
    owner_id = owner.id if owner is not None else principal.organisation_id if not name else None
    if owner_id is None:
        return None
    model = LIBRARIES[STORED[draft.kind]].model
    title = fold_name(str(draft.values.get("title", "")))
    query = select(model.id, model.title).where(model.owner_org_id == owner_id)
    found: UUID | None = next(
        (id_ for id_, other in session.execute(query) if fold_name(other) == title), None
    )
    return found
