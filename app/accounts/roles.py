"""Which roles the users of a kind of organisation may have, and who gives them."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import OFFICES, STAFF, Organisation, OrganisationKind, Role
from app.errors import Forbidden, Invalid

# The roles that users of an organisation may have. The first user of a self-registered organisation gets the first
# role unless they request another one from the list; only operators create users of the bureau.
ROLES_OF_KIND: Mapping[OrganisationKind, tuple[Role, ...]] = {
    OrganisationKind.ENTERPRISE: (Role.ENTERPRISE, Role.INVESTOR, Role.MANAGER),
    OrganisationKind.UNIVERSITY: (Role.INSTITUTION, Role.MANAGER),
    OrganisationKind.INSTITUTE: (Role.INSTITUTION, Role.MANAGER),
    OrganisationKind.AGENCY: (Role.MANAGER, Role.INVESTOR),
    OrganisationKind.INVESTOR: (Role.INVESTOR,),
    OrganisationKind.BUREAU: (Role.OPERATOR, *sorted(OFFICES)),
}


def registration_roles(kind: OrganisationKind) -> tuple[Role, ...]:
    """The roles that can be registered for a kind of organisation, and that its administrators give to colleagues.
    Managers join only an agency by themselves; the bureau creates those of other organisations."""
    if kind is OrganisationKind.AGENCY:
        return ROLES_OF_KIND[kind]
    return tuple(role for role in ROLES_OF_KIND[kind] if role not in STAFF | {Role.MANAGER})


def refuse_other_role(session: Session, role: Role, organisation_id: UUID | None) -> None:
    """
    Raises:
        Forbidden: administrators of this organisation do not give this role.
    """
    organisation = session.get_one(Organisation, organisation_id)
    roles = registration_roles(OrganisationKind(organisation.kind))
    if role not in roles:
        names = ", ".join(roles)
        raise Forbidden(
            f"Administrators of your organisation can give these roles: {names}; ask the bureau for others.",
            f"贵单位管理员可设置的角色：{names}；其他角色请联系管理部门。",
            code="role_not_yours",
        )


def check_role(session: Session, role: Role, organisation_id: UUID | None) -> None:
    """Check that the organisation's kind allows the role. Only people of the bureau may have no organisation, as the
    first operator does."""
    if organisation_id is None:
        if role in STAFF:
            return
        raise Invalid.field(
            "organisation_id",
            "organisation_missing",
            "此角色须有所属单位",
            "this role requires an organisation",
        )
    kind = session.scalar(select(Organisation.kind).where(Organisation.id == organisation_id))
    if kind is None:
        raise Invalid.field(
            "organisation_id", "unknown_organisation", "单位不存在", "the organisation does not exist"
        )
    roles = ROLES_OF_KIND[OrganisationKind(kind)]
    if role not in roles:
        names = ", ".join(roles)
        raise Invalid.field(
            "role",
            "role_does_not_fit",
            f"此类单位的用户角色应为：{names}",
            f"users of this kind of organisation must have one of the roles: {names}",
        )
