"""Documents of a contract: bytes are stored before the row, and deleted after the row is marked as removed."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.database import now, one_or_not_found
from app.engagements.access import not_your_part
from app.engagements.contract_models import Contract, ContractFile, ContractSignature, ContractState
from app.engagements.contracts.access import find
from app.engagements.contracts.shares import wrong_state
from app.engagements.files.service import ExaminedFile
from app.engagements.timeline import entries as timeline
from app.errors import Conflict

MAX_FILES = 100


def check_upload(session: Session, contract_id: UUID, *, principal: Principal) -> None:
    """Check that the principal may add a document, before its bytes are stored. `add_file` checks again.

    Raises:
        Unauthenticated, Forbidden: the role may change no contract.
        NotFound: the principal may not see the contract.
        Conflict: it is cancelled.
    """
    _open_contract(session, contract_id, principal, lock=False)


def add_file(
    session: Session, contract_id: UUID, *, received: ExaminedFile, storage_key: str, principal: Principal
) -> ContractFile:
    """Add the row of a document whose bytes are already stored.

    Raises:
        Conflict: the contract is cancelled, or has `MAX_FILES` documents already.
    """
    _open_contract(session, contract_id, principal, lock=True)
    if len(session.scalars(files_of(contract_id)).all()) >= MAX_FILES:
        raise Conflict(
            f"A contract may have at most {MAX_FILES} files.", f"一份合同至多有 {MAX_FILES} 个文件。"
        )
    file = ContractFile(
        contract_id=contract_id,
        name=received.name,
        media_type=received.media_type,
        size=received.size,
        sha256=received.sha256,
        storage_key=storage_key,
        uploaded_by=timeline.actor_of(principal),
    )
    session.add(file)
    session.flush()
    audit.record(session, principal, "contract.file_added", contract_id, file.name)
    return file


def files_of(contract_id: UUID) -> Select[ContractFile]:
    return select(ContractFile).where(
        ContractFile.contract_id == contract_id, ContractFile.removed_at.is_(None)
    )


def get_file(session: Session, contract_id: UUID, file_id: UUID, *, principal: Principal) -> ContractFile:
    """
    Raises:
        NotFound: the principal may not see the contract, or it has no such document.
    """
    find(session, contract_id, Action.CONTRACT_READ, principal=principal)
    return one_or_not_found(session, files_of(contract_id).where(ContractFile.id == file_id))


def remove_file(session: Session, contract_id: UUID, file_id: UUID, *, principal: Principal) -> None:
    """Remove a document; `delete_orphaned_files` deletes its bytes later.

    Raises:
        NotFound: the contract has no such document.
        Conflict: the principal neither uploaded it nor is an operator; it proves a signature; the contract is
            cancelled.
    """
    _open_contract(session, contract_id, principal, lock=True)
    file = one_or_not_found(
        session, files_of(contract_id).where(ContractFile.id == file_id).with_for_update(of=ContractFile)
    )
    actor = timeline.actor_of(principal)
    if not principal.sees_everything and file.uploaded_by != actor:
        raise not_your_part(
            "文件仅可由上传者或管理部门删除。", "Only the uploader or an operator may remove this file."
        )
    proof = select(ContractSignature.id).where(ContractSignature.file_id == file.id).limit(1)
    if session.scalar(proof) is not None:
        raise Conflict(
            "This file proves a signature and stays.", "此文件是签署的凭证，不能删除。", code="file_in_use"
        )
    file.removed_at, file.removed_by = now(), actor
    session.flush()
    audit.record(session, principal, "contract.file_removed", contract_id, file.name)


def referenced_keys(session: Session, keys: Collection[str]) -> Collection[str]:
    """Which of these keys documents of contracts refer to, for `delete_orphaned_files`."""
    query = select(ContractFile.storage_key).where(
        ContractFile.storage_key.in_(keys), ContractFile.removed_at.is_(None)
    )
    return set(session.scalars(query))


def _open_contract(session: Session, contract_id: UUID, principal: Principal, *, lock: bool) -> Contract:
    contract = find(session, contract_id, Action.CONTRACT_FILE, principal=principal, lock=lock)
    if contract.state == ContractState.CANCELLED:
        raise wrong_state(contract)
    return contract
