"""The target of contracts: rows become entries of the bureau's ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.organisations.lookup import find_organisation
from app.engagements.contract_models import Contract
from app.engagements.contracts.ledger import entries
from app.engagements.contracts.ledger.classification import nature_of
from app.engagements.contracts.presenter import read_many
from app.exchange.batches.models import ImportRow, RowAction
from app.exchange.batches.targets.faults import tried
from app.exchange.batches.targets.memory import FileMemory
from app.exchange.batches.targets.parties import newly_said, organisations_of
from app.exchange.batches.targets.payloads import confirmed_values
from app.exchange.batches.targets.step import Step, TargetContext, Trial, Written
from app.exchange.headers.dictionary import Kind
from app.exchange.records.draft import Draft
from app.exchange.records.repetition import fold_name
from app.exchange.records.restatement import restated
from app.exchange.values.organisations import kind_by_name
from app.exchange.values.wordings import region_in
from app.libraries.record.versions import to_json
from app.settings import Settings

NEEDED = ("title", "kind", "seller", "buyer", "deal_amount_wan", "technology_amount_wan")
_TAKEN = (
    *("title", "kind", "fields", "technology_field", "ip_type", "plan_category"),
    *("deal_amount_wan", "technology_amount_wan", "signed_on", "starts_on", "ends_on"),
    *("registration_no", "registered_on"),
)
_SIDES = ("buyer", "seller")


@dataclass(frozen=True, slots=True)
class EntryStep:
    """Enters a contract, or changes it where `version` is given."""

    principal: Principal
    payload: Mapping[str, Any]
    record_id: UUID | None = None
    version: int = 0

    def prepare(self) -> None:
        """Nothing to prepare."""

    def write(self, session: Session) -> Written:
        """Write the entry."""
        if self.record_id is None:
            entry = entries.LedgerEntry.model_validate(self.payload)
            made = entries.enter(session, entry, principal=self.principal)
            return Written(made.id, made.version)
        contract = session.get_one(Contract, self.record_id)
        before = {name: to_json(getattr(contract, name)) for name in self.payload}
        whole = {name: getattr(contract, name) for name in entries.LedgerEntry.model_fields}
        whole |= {"shares": None, "payments": None} | dict(self.payload)
        checked = entries.LedgerEntry.model_validate(whole).values()
        changed = {name: checked.get(name) for name in self.payload}
        entries.correct(session, contract, changed, version=self.version, principal=self.principal)
        return Written(contract.id, contract.version, before)


@dataclass(frozen=True, slots=True)
class RemoveEntryStep:
    """Takes an entry out again."""

    principal: Principal
    record_id: UUID
    version: int

    def prepare(self) -> None:
        """Nothing to prepare."""

    def write(self, session: Session) -> Written:
        """Remove the entry."""
        contract = session.get_one(Contract, self.record_id)
        entries.remove(session, contract, version=self.version, principal=self.principal)
        return Written(self.record_id, self.version)


class ContractTarget:
    """The ledger of contracts."""

    def version_of(self, session: Session, record_id: UUID) -> int | None:
        """See `RowTarget`."""
        contract = session.get(Contract, record_id)
        return None if contract is None else contract.version

    def lacking(self, draft: Draft) -> list[str]:
        """See `RowTarget`: no amount and no party is invented."""
        return [name for name in NEEDED if draft.values.get(name) in (None, "", [])]

    def present(
        self, session: Session, draft: Draft, _principal: Principal, _memory: FileMemory
    ) -> UUID | None:
        """A contract with the same registration number; without one, with the same parties, name and day."""
        number = draft.values.get("registration_no")
        if number:
            return session.scalar(select(Contract.id).where(Contract.registration_no == number))
        parties = [
            find_organisation(session, name=str(draft.values[side]))
            for side in _SIDES
            if draft.values.get(side)
        ]
        if len(parties) < 2 or parties[0] is None or parties[1] is None or not draft.values.get("signed_on"):
            return None
        query = select(Contract.id, Contract.title).where(
            Contract.buyer_org_id == parties[0].id,
            Contract.seller_org_id == parties[1].id,
            Contract.signed_on == draft.values["signed_on"],
        )
        title = fold_name(str(draft.values.get("title", "")))
        return next((id_ for id_, other in session.execute(query) if fold_name(other) == title), None)

    def numbered(self, session: Session, number: str, _principal: Principal) -> UUID | None:
        """See `RowTarget`."""
        return session.scalar(select(Contract.id).where(Contract.number == number.strip().upper()))

    def said(self, session: Session, record_id: UUID, _principal: Principal) -> dict[str, Any]:
        """See `RowTarget`."""
        (body,) = read_many(session, [session.get_one(Contract, record_id)])
        return restated(Kind.CONTRACT, body.model_dump(mode="json"))

    def trial(self, session: Session, row: ImportRow, principal: Principal, _settings: Settings) -> Trial:
        """See `RowTarget`: the row is written, with its deductions, and taken back at once."""
        values = confirmed_values(row.entry, ["*"])
        return tried(session, lambda: self._step(principal, session, row, values).write(session))

    def step(
        self, context: TargetContext, session: Session, row: ImportRow, values: Mapping[str, Any]
    ) -> Step:
        """Enter the contract, or change what the ledger says differently than last time."""
        return self._step(context.principal, session, row, values)

    def _step(
        self, principal: Principal, session: Session, row: ImportRow, values: Mapping[str, Any]
    ) -> EntryStep:
        payload = self._payload(principal, session, values)
        if row.action != RowAction.UPDATE or row.record_id is None:
            return EntryStep(principal, payload)
        contract = session.get_one(Contract, row.record_id)
        changed = newly_said(session, row, payload)
        changed = {
            name: value
            for name, value in changed.items()
            if to_json(getattr(contract, name)) != to_json(value)
        }
        return EntryStep(principal, changed, contract.id, contract.version)

    def reversal(self, context: TargetContext, _session: Session, row: ImportRow) -> Step:
        """Give former values back, or take the entry out."""
        assert row.record_id is not None
        assert row.version is not None
        if row.action == RowAction.UPDATE:
            return EntryStep(context.principal, dict(row.before), row.record_id, row.version)
        return RemoveEntryStep(context.principal, row.record_id, row.version)

    def _payload(self, principal: Principal, session: Session, values: Mapping[str, Any]) -> dict[str, Any]:
        payload = {name: values[name] for name in _TAKEN if values.get(name) not in (None, "", [])}
        find = organisations_of(session, principal)
        for side in _SIDES:
            name = values.get(side)
            if not name:
                continue
            kind = kind_by_name(name)
            region = values.get(f"{side}_region") or region_in(name)
            payload[f"{side}_org_id"] = find(name, kind, region, None)
            # An organisation without a known region is stored as one from abroad; the contract does not claim that.
            payload[f"{side}_nature"] = values.get(f"{side}_nature") or nature_of(kind, region or "")
            payload[f"{side}_region"] = region
        return payload
