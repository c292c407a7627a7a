"""What a preview has read of the store for earlier rows of a file. It changes no record, so that stays true."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.organisations.lookup import find_organisation
from app.exchange.records.repetition import fold_name
from app.libraries.record.enums import RecordKind
from app.libraries.registry import LIBRARIES

_MAX_NAMES = 200_000
"""Names of records that are kept."""


@dataclass(slots=True)
class FileMemory:
    """Owners by name, and the names of their records."""

    _owners: dict[str, UUID | None] = field(default_factory=dict)
    _titles: dict[tuple[RecordKind, UUID], dict[str, UUID]] = field(default_factory=dict)
    _kept: int = 0

    def owner(self, session: Session, name: str) -> UUID | None:
        """The organisation of this name, if there is one."""
        if name not in self._owners:
            found = find_organisation(session, name=name)
            self._owners[name] = None if found is None else found.id
        return self._owners[name]

    def titles(self, session: Session, kind: RecordKind, owner_id: UUID) -> Mapping[str, UUID]:
        """The owner's records by their folded names; of several with one name the first."""
        key = kind, owner_id
        if key not in self._titles:
            if self._kept > _MAX_NAMES:
                self._titles.clear()
                self._kept = 0
            model = LIBRARIES[kind].model
            query = (
                select(model.title, model.id).where(model.owner_org_id == owner_id).order_by(model.id.desc())
            )
            self._titles[key] = {fold_name(title): id_ for title, id_ in session.execute(query)}
            self._kept += len(self._titles[key])
        return self._titles[key]
