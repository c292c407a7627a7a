"""Organisations that rows name: found, and for operators created."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.accounts.organisations.lookup import find_organisation, organisation_by_name
from app.errors import Invalid
from app.exchange.batches.models import ImportRow, RowState
from app.exchange.batches.targets.payloads import OrganisationOf

OVERSEAS = "000000"


def organisations_of(session: Session, principal: Principal) -> OrganisationOf:
    """(name, kind, region, credit code) → id. Operators create what is missing.

    Raises (when called):
        Invalid: there is no such organisation, and the principal may not create one.
    """

    def find(name: str, kind: str, region: str | None, uscc: str | None) -> UUID:
        if principal.sees_everything:
            found: Organisation | None = organisation_by_name(
                session, principal=principal, name=name, kind=kind, region=region or OVERSEAS, uscc=uscc
            )
        else:
            found = find_organisation(session, name=name)
        if found is None:
            raise Invalid.field(
                "owner_org",
                "unknown_organisation",
                f"没有单位“{name[:60]}”，请由管理部门先登记。",
                f"there is no organisation '{name[:60]}'",
            )
        return found.id

    return find


_SOURCES: dict[str, frozenset[str]] = {
    "owner_org_id": frozenset({"owner_org"}),
    "co_org_ids": frozenset({"co_orgs"}),
    "affiliations": frozenset({"affiliations", "position"}),
    "indicators": frozenset({"main_problem", "expected_goal", "summary"}),
    **{f"{side}_org_id": frozenset({side}) for side in ("buyer", "seller")},
    **{
        f"{side}_{name}": frozenset({side, f"{side}_{name}"})
        for side in ("buyer", "seller")
        for name in ("nature", "region")
    },
}
"""What a name of a payload follows from, if it is no field of the entry itself."""


def newly_said(session: Session, row: ImportRow, payload: dict[str, Any]) -> dict[str, Any]:
    """What a row says differently than the record, if it names the record's number, else than the same row last time;
    what was edited here beside it stays."""
    said: dict[str, Any] = row.entry["fields"]
    if "changed" in row.entry:
        changed = set(row.entry["changed"])
    else:
        last = session.scalar(
            select(ImportRow)
            .where(ImportRow.record_id == row.record_id, ImportRow.state == RowState.DONE.value)
            .where(ImportRow.id != row.id)
            .order_by(ImportRow.id.desc())
            .limit(1)
        )
        known: dict[str, Any] = {}
        if last is not None:  # what a person has corrected is no change of the file
            known = last.entry.get("fields", {}) | last.entry.get("read", {})
        changed = {name for name, value in said.items() if known.get(name) != value}
    return {name: value for name, value in payload.items() if _SOURCES.get(name, frozenset({name})) & changed}
