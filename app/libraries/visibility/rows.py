"""Which records a reader may see, and of which they may know the owner. Every query passes through this module."""

from typing import Any, TypeVar

from sqlalchemy import Select, false, or_, true
from sqlalchemy.sql import ColumnElement

from app.accounts.access.opened_records import NOTHING_OPENED, OpenedRecords
from app.accounts.access.permissions import Action, RecordScope, scope_of
from app.accounts.access.principal import Principal
from app.accounts.models import Role
from app.libraries.record.enums import PublishMode, RecordKind, RecordState
from app.libraries.record.models import Record
from app.libraries.visibility.unindexed import Unindexed

Query = TypeVar("Query", bound=Select[Any])


def action_of(kind: RecordKind, verb: str) -> Action:
    return Action(f"{kind.value}.{verb}")


def owns(principal: Principal, record: Record) -> bool:
    """Whether the record is the principal's own in the sense of the permission table.

    A manager owns the record about them; everyone else owns the records of their organisation.
    """
    if principal.role is Role.MANAGER:
        return principal.user_id is not None and getattr(record, "user_id", None) == principal.user_id
    return principal.organisation_id is not None and record.owner_org_id == principal.organisation_id


def own_rows(model: type[Any], principal: Principal) -> ColumnElement[bool]:
    """`owns` as an SQL condition on a record table."""
    if principal.role is Role.MANAGER:
        if principal.user_id is None or model.kind is not RecordKind.MANAGER:
            return false()
        is_own_record: ColumnElement[bool] = model.user_id == principal.user_id
        return is_own_record
    if principal.organisation_id is None:
        return false()
    is_own_organisation: ColumnElement[bool] = model.owner_org_id == principal.organisation_id
    return is_own_organisation


def _manages_own(kind: RecordKind, principal: Principal) -> bool:
    """Whether the principal may read or change their own records that are not published."""
    verbs = ("read_owner_view", "change")
    return any(scope_of(principal, action_of(kind, verb)) is not RecordScope.NONE for verb in verbs)


def visible_rows(
    model: type[Any], principal: Principal, *, opened: OpenedRecords = NOTHING_OPENED
) -> ColumnElement[bool]:
    """SQL condition for the records that are visible to the principal."""
    if principal.sees_everything:
        return true()
    # Most records are published: to begin with their index would read nearly all of them.
    published: ColumnElement[bool] = Unindexed(model.state) == RecordState.PUBLISHED.value
    rows = [published]
    if _manages_own(model.kind, principal):
        rows.append(own_rows(model, principal))
    if opened.brokered:
        rows.append(model.id.in_(opened.brokered))
    return or_(*rows)


def visible(
    query: Query, model: type[Any], principal: Principal, *, opened: OpenedRecords = NOTHING_OPENED
) -> Query:
    """The query, restricted to the records that are visible to the principal."""
    return query.where(visible_rows(model, principal, opened=opened))


def owner_known_rows(model: type[Any], principal: Principal) -> ColumnElement[bool]:
    """SQL condition for the records whose owner the principal may know. Every filter by owner must apply it."""
    if principal.sees_everything:
        return true()
    if not principal.reads_details:
        return own_rows(model, principal) if _manages_own(model.kind, principal) else false()
    public: ColumnElement[bool] = model.publish_mode != PublishMode.CONFIDENTIAL.value
    return or_(public, own_rows(model, principal)) if _manages_own(model.kind, principal) else public
