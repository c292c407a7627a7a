"""Registration: a new user, with a new or an existing organisation."""

from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.models import Organisation, OrganisationKind, Role, User
from app.accounts.organisations.service import OrganisationFacts, add_organisation
from app.accounts.users import ROLES_OF_KIND, UserFacts, _field_prefix, add_user
from app.errors import Invalid


def register(
    session: Session,
    *,
    principal: Principal,
    organisation: OrganisationFacts,
    user: UserFacts,
    role: Role | None,
) -> tuple[Organisation, User]:
    """Register an unverified organisation together with its first user.

    Raises:
        Invalid: a field is invalid, or this kind of organisation cannot be registered, or not with this role.
        Conflict: the credit code or e-mail address is taken.
    """
    require(principal, Action.ACCOUNT_REGISTER)
    role = _open_role(organisation.kind, role)
    with _field_prefix("organisation"):
        new_organisation = add_organisation(session, facts=organisation, self_registered=True)
    with _field_prefix("user"):
        new_user = add_user(session, facts=user, role=role, organisation_id=new_organisation.id)
    actor = Principal(user_id=new_user.id, organisation_id=new_organisation.id, role=Role(new_user.role))
    audit.record(
        session,
        actor,
        Action.ACCOUNT_REGISTER,
        new_organisation.id,
        f"{new_organisation.name}; role={new_user.role}",
    )
    return new_organisation, new_user


def _open_role(kind: OrganisationKind, role: Role | None) -> Role:
    """The chosen role if registration offers it to this kind of organisation; by default the first that it offers."""
    choices = registration_roles(kind)
    if not choices:
        raise Invalid.field(
            "organisation.kind",
            "kind_not_open",
            "管理部门账号由管理部门用户创建",
            "accounts of the bureau are created by operators",
        )
    if role is not None and role not in choices:
        names = ", ".join(choices)
        raise Invalid.field(
            "role",
            "role_not_open",
            f"此类单位可注册的角色: {names}",
            f"roles available for this kind of organisation: {names}",
        )
    return role or choices[0]


def registration_roles(kind: OrganisationKind) -> tuple[Role, ...]:
    """The roles that can be registered for a kind of organisation. Managers register only with an agency; the bureau
    creates those of other organisations."""
    if kind is OrganisationKind.AGENCY:
        return ROLES_OF_KIND[kind]
    return tuple(role for role in ROLES_OF_KIND[kind] if role not in (Role.OPERATOR, Role.MANAGER))
