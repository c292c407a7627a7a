"""Names of organisations: the table by which they are found has what the organisations are called."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Organisation, OrganisationName
from app.accounts.organisations.fields import name_rows, write_names
from app.settings import Settings
from app.store.consistency.result import CheckResult, CheckScope, rows_of


def organisation_names(scope: CheckScope, result: CheckResult) -> None:
    """Each organisation is found by its name, former names and aliases, and by nothing else."""
    for organisations in rows_of(scope.session, Organisation):
        stored = _stored(scope.session, [organisation.id for organisation in organisations])
        for organisation in organisations:
            result.examined += 1
            wanted = name_rows(organisation.name, organisation.former_names or (), organisation.aliases)
            if stored.get(organisation.id, set()) != {_comparable(**row) for row in wanted}:
                result.add(organisation.id, "名称索引与单位名称不符", "is found by other names than it has")


def mend_organisation_names(session: Session, _: Settings, ids: Sequence[Any]) -> None:
    """Write the names again."""
    found = select(Organisation).where(Organisation.id.in_(ids)).order_by(Organisation.id)
    for organisation in session.scalars(found.with_for_update()):
        write_names(session, organisation)


def _stored(session: Session, ids: Collection[UUID]) -> dict[UUID, set[tuple[Any, ...]]]:
    names: dict[UUID, set[tuple[Any, ...]]] = {}
    for row in session.scalars(select(OrganisationName).where(OrganisationName.organisation_id.in_(ids))):
        one = _comparable(key=row.key, core=row.core, kind=row.kind, branch=row.branch)
        names.setdefault(row.organisation_id, set()).add(one)
    return names


def _comparable(*, key: str, core: str, kind: str, branch: bool) -> tuple[Any, ...]:
    return key, core, str(kind), branch
