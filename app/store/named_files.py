"""The files that rows of the store name, of engagements, contracts and certificates."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagements.contract_models import ContractFile
from app.engagements.models import File
from app.talent.certificates.models import TrainingCertificate


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file by its storage key, with the name that people see, its size in bytes and its SHA-256 in hex."""

    key: str
    name: str
    size: int
    sha256: str


def named_files(session: Session) -> Iterator[NamedFile]:
    """All files whose bytes must be there; removed ones are left out."""
    tables: tuple[Any, ...] = (File, ContractFile)
    for table in tables:
        columns = (table.storage_key, table.name, table.size, table.sha256)
        for row in session.execute(select(*columns).where(table.removed_at.is_(None))):
            yield NamedFile(*row)
    of_certificates = (
        TrainingCertificate.evidence_key,
        TrainingCertificate.evidence_name,
        TrainingCertificate.evidence_size,
        TrainingCertificate.evidence_sha256,
    )
    named = select(*of_certificates).where(TrainingCertificate.evidence_key.is_not(None))
    for key, name, size, sha256 in session.execute(named):
        yield NamedFile(key or "", name or "", size or 0, sha256 or "")
