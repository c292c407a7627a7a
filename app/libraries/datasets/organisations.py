"""The organisations of a dataset, stored before the records that name them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.principal import SYSTEM
from app.accounts.models import OrganisationKind
from app.accounts.organisations.lookup import organisation_by_name
from app.errors import Invalid, SankuError
from app.libraries.datasets.dataset import DatasetRow
from app.libraries.datasets.load_report import LoadReport

OVERSEAS = "000000"


class DatasetOrganisations:
    """Ids of organisations by name. Organisations listed in organisations.jsonl get code, kind, parent and aliases."""

    def __init__(self, described: Sequence[DatasetRow], report: LoadReport) -> None:
        self._report = report
        self._refused: set[str] = set()
        self._ids: dict[str, UUID] = {}
        self._described = {str(row.data["name"]): row for row in described}

    def store_described(self, session: Session) -> None:
        """Store the organisations of organisations.jsonl."""
        for name in self._described:
            self._store_described(session, name, ())

    def ids(self, session: Session) -> Callable[[str, str, str | None], UUID]:
        """(name, kind, region) → the organisation's id; in this session it is created if it does not exist."""

        def id_of(name: str, kind: str, region: str | None) -> UUID:
            if name not in self._ids:
                organisation = organisation_by_name(
                    session, principal=SYSTEM, name=name, kind=kind, region=region or OVERSEAS
                )
                self._ids[name] = organisation.id
            return self._ids[name]

        return id_of

    def _store_described(self, session: Session, name: str, children: tuple[str, ...]) -> None:
        """Store an organisation after its parent. An invalid row is refused, but records may still name it."""
        if name in self._ids or name in self._refused:
            return
        described = self._described
        data = described[name].data
        parent = str(data.get("parent") or "")
        if parent in (name, *children):
            messages = "上级单位循环引用", "circular reference between parent organisations"
            self._refuse(described[name], Invalid.field("parent", "circle", *messages))
            return
        if parent in described:
            self._store_described(session, parent, (name, *children))
        try:
            self._ids[name] = self._store(session, name, data, self._ids.get(parent))
        except SankuError as error:
            self._refuse(described[name], error)

    def _refuse(self, row: DatasetRow, error: SankuError) -> None:
        self._refused.add(str(row.data["name"]))
        self._report.refuse(row, error)

    @staticmethod
    def _store(session: Session, name: str, data: Mapping[str, Any], parent_id: UUID | None) -> UUID:
        aliases = data.get("aliases") or ()
        if not isinstance(aliases, list | tuple) or not all(isinstance(alias, str) for alias in aliases):
            raise Invalid.field("aliases", "list_type", "应为名称列表", "must be a list of names")
        uscc = data.get("uscc")
        if uscc is not None and not isinstance(uscc, str):
            raise Invalid.field("uscc", "string_type", "应为字符串", "must be a string")
        organisation = organisation_by_name(
            session,
            principal=SYSTEM,
            name=name,
            kind=str(data.get("kind") or OrganisationKind.ENTERPRISE),
            region=str(data.get("region") or OVERSEAS),
            uscc=uscc,
            aliases=tuple(aliases),
            parent_id=parent_id,
        )
        return organisation.id
