"""What the bureau grants, written to the manager's record: filing, recognised tier, honours."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.libraries.lifecycle.store import grant
from app.libraries.lifecycle.transitions import pending_change
from app.libraries.managers.models import Manager
from app.libraries.managers.service import LIBRARY
from app.libraries.record.versions import snapshot


def write(
    session: Session,
    granted: Mapping[UUID, Mapping[str, Any]],
    *,
    action: str,
    principal: Principal,
    note: str = "",
) -> None:
    """Set these columns (manager → column → value), with version, history and audit; the rows are locked in order."""
    done = []
    for manager in _locked(session, granted):
        before = snapshot(manager, LIBRARY.relations)
        for name, value in granted[manager.id].items():
            setattr(manager, name, value)
        done.append(pending_change(LIBRARY, manager, before, action, note))
    grant(session, done, principal=principal)


def add_honours(
    session: Session, honours: Mapping[UUID, Mapping[str, Any]], *, principal: Principal, note: str = ""
) -> None:
    """Append one honour (name, year, issuer) to each of these managers; one that he has already is not repeated."""
    wanted = {
        manager.id: {"honours": [*manager.honours, dict(honours[manager.id])]}
        for manager in _locked(session, honours)
        if dict(honours[manager.id]) not in manager.honours
    }
    write(session, wanted, action="honour", principal=principal, note=note)


def _locked(session: Session, ids: Mapping[UUID, Any]) -> list[Manager]:
    return list(
        session.scalars(
            select(Manager)
            .where(Manager.id.in_(ids))
            .order_by(Manager.id)
            .with_for_update(of=Manager)
            .execution_options(populate_existing=True)
        )
    )
