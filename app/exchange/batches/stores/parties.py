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
from app.exchange.batches.stores.payloads import OrganisationOf

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


def newly_said(session: Session, row: ImportRow, payload: dict[str, Any]) -> dict[str, Any]:
    """What a row says differently than the same row last time; what was edited here beside it stays."""
    last = session.scalar(
        select(ImportRow)
        .where(ImportRow.record_id == row.record_id, ImportRow.state == RowState.DONE.value)
        .where(ImportRow.id != row.id)
        .order_by(ImportRow.id.desc())
        .limit(1)
    )
    known: dict[str, Any] = last.entry.get("fields", {}) if last is not None else {}
    said: dict[str, Any] = row.entry["fields"]
    return {
        name: value for name, value in payload.items() if name not in said or known.get(name) != said[name]
    }
