"""The target of organisations: rows of a roll (单位名录)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.models import Organisation, OrganisationKind, OrganisationName
from app.accounts.organisations.fields import checked_kind
from app.accounts.organisations.lookup import find_organisation
from app.accounts.organisations.schemas import OrganisationOut
from app.accounts.organisations.service import OrganisationFacts, add_organisation, change_organisation
from app.errors import Conflict, Invalid, StaleVersion
from app.exchange.batches.models import ImportRow, RowAction
from app.exchange.batches.targets.faults import tried
from app.exchange.batches.targets.memory import FileMemory
from app.exchange.batches.targets.parties import newly_said
from app.exchange.batches.targets.payloads import confirmed_values
from app.exchange.batches.targets.step import Step, TargetContext, Trial, Written
from app.exchange.headers.dictionary import Kind
from app.exchange.records.draft import Draft
from app.exchange.records.restatement import restated
from app.settings import Settings

_COLUMNS = {"title": "name", "uscc": "uscc", "kind": "kind", "region": "region", "aliases": "aliases"}


@dataclass(frozen=True, slots=True)
class OrganisationStep:
    """Enters an organisation, or changes it where `version` is given."""

    principal: Principal
    values: Mapping[str, Any]
    record_id: UUID | None = None
    version: int = 0

    def prepare(self) -> None:
        """Nothing to prepare."""

    def write(self, session: Session) -> Written:
        """Write the organisation."""
        require(self.principal, Action.ORGANISATION_IMPORT)
        if self.record_id is None:
            return self._create(session)
        found = session.get_one(Organisation, self.record_id)
        if found.version != self.version:
            raise StaleVersion
        before = {name: getattr(found, name) for name in self.values}
        change_organisation(session, found, principal=self.principal, changes=self.values)
        session.flush()
        return Written(found.id, found.version, before)

    def _create(self, session: Session) -> Written:
        if not self.values.get("region"):
            raise Invalid.field("region", "required", "请填写所在地区", "is required")
        made = add_organisation(
            session,
            facts=OrganisationFacts(
                name=self.values["name"],
                kind=checked_kind(self.values.get("kind") or OrganisationKind.ENTERPRISE.value),
                region=self.values["region"],
                uscc=self.values.get("uscc"),
                aliases=tuple(self.values.get("aliases") or ()),
            ),
        )
        audit.record(session, self.principal, Action.ORGANISATION_IMPORT, made.id, made.name)
        return Written(made.id, made.version)


@dataclass(frozen=True, slots=True)
class RemoveOrganisationStep:
    """Takes an organisation out again that nothing refers to."""

    principal: Principal
    record_id: UUID
    version: int

    def prepare(self) -> None:
        """Nothing to prepare."""

    def write(self, session: Session) -> Written:
        """Remove the organisation.

        Raises:
            Conflict: records, users or contracts belong to it by now.
        """
        require(self.principal, Action.ORGANISATION_IMPORT)
        found = session.get_one(Organisation, self.record_id)
        if found.version != self.version:
            raise StaleVersion
        audit.record(session, self.principal, "organisation.discard", found.id, found.name)
        try:
            with session.begin_nested():
                session.execute(delete(OrganisationName).where(OrganisationName.organisation_id == found.id))
                session.delete(found)
                session.flush()
        except IntegrityError as error:
            raise Conflict(
                "Records belong to the organisation by now.", "已有记录属于该单位。", code="in_use"
            ) from error
        return Written(self.record_id, self.version)


class OrganisationTarget:
    """The organisations."""

    def version_of(self, session: Session, record_id: UUID) -> int | None:
        """See `RowTarget`."""
        found = session.get(Organisation, record_id)
        return None if found is None else found.version

    def lacking(self, draft: Draft) -> list[str]:
        """See `RowTarget`."""
        return [name for name in ("title", "region") if not draft.values.get(name)]

    def present(
        self, session: Session, draft: Draft, _principal: Principal, _memory: FileMemory
    ) -> UUID | None:
        """An organisation with the same credit code, else with this very name."""
        uscc = draft.values.get("uscc")
        found = find_organisation(session, uscc=uscc) if uscc else None
        if found is None:
            found = find_organisation(session, name=str(draft.values["title"]))
            if found is not None and uscc and found.uscc and found.uscc != uscc:
                return None
        return None if found is None else found.id

    def numbered(self, session: Session, number: str, _principal: Principal) -> UUID | None:
        """See `RowTarget`: an organisation's number is its id."""
        try:
            found = session.get(Organisation, UUID(number))
        except ValueError:
            return None
        return None if found is None else found.id

    def said(self, session: Session, record_id: UUID, _principal: Principal) -> dict[str, Any]:
        """See `RowTarget`."""
        body = OrganisationOut.of(session.get_one(Organisation, record_id))
        return restated(Kind.ORGANISATION, body.model_dump(mode="json"))

    def trial(self, session: Session, row: ImportRow, principal: Principal, _settings: Settings) -> Trial:
        """See `RowTarget`: the row is written and taken back at once."""
        values = confirmed_values(row.entry, ["*"])
        return tried(session, lambda: self._step(principal, session, row, values).write(session))

    def step(
        self, context: TargetContext, session: Session, row: ImportRow, values: Mapping[str, Any]
    ) -> Step:
        """Enter the organisation, or change what the roll says differently than last time."""
        return self._step(context.principal, session, row, values)

    def _step(
        self, principal: Principal, session: Session, row: ImportRow, values: Mapping[str, Any]
    ) -> OrganisationStep:
        if row.action != RowAction.UPDATE or row.record_id is None:
            return OrganisationStep(principal, _columns(values))
        found = session.get_one(Organisation, row.record_id)
        changed = _columns(newly_said(session, row, dict(values)))
        return OrganisationStep(principal, changed, found.id, found.version)

    def reversal(self, context: TargetContext, _session: Session, row: ImportRow) -> Step:
        """Give former values back, or take the organisation out."""
        assert row.record_id is not None
        assert row.version is not None
        if row.action == RowAction.UPDATE:
            return OrganisationStep(context.principal, dict(row.before), row.record_id, row.version)
        return RemoveOrganisationStep(context.principal, row.record_id, row.version)


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        column: values[name] for name, column in _COLUMNS.items() if values.get(name) not in (None, "", [])
    }
