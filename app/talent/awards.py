"""Awards (授予) that the bureau writes to a manager's record: filing, recognised tier, honours."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.libraries.lifecycle.storage import grant
from app.libraries.lifecycle.transitions import pending_change
from app.libraries.managers.models import Manager
from app.libraries.managers.service import LIBRARY
from app.libraries.record.versions import snapshot


def write(
    session: Session,
    awards: Mapping[UUID, Mapping[str, Any]],
    *,
    action: str,
    principal: Principal,
    note: str = "",
) -> None:
    """Set columns of managers (manager id → column → value), with version, history and audit log.

    The managers' rows are locked in the order of their ids.
    """
    changes = []
    for manager in _locked(session, awards):
        before = snapshot(manager, LIBRARY.relations)
        for name, value in awards[manager.id].items():
            setattr(manager, name, value)
        changes.append(pending_change(LIBRARY, manager, before, action, note))
    grant(session, changes, principal=principal)


def add_honours(
    session: Session, honours: Mapping[UUID, Mapping[str, Any]], *, principal: Principal, note: str = ""
) -> None:
    """Add one honour (name, year, issuer) to each manager, unless they already have it."""
    new_honours = {
        manager.id: {"honours": [*manager.honours, dict(honours[manager.id])]}
        for manager in _locked(session, honours)
        if dict(honours[manager.id]) not in manager.honours
    }
    write(session, new_honours, action="honour", principal=principal, note=note)


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
