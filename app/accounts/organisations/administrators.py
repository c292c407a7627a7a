"""Administrators of organisations: who becomes the first, who may be one, and who follows the last."""

from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.accounts.models import STAFF, Organisation, OrganisationKind, Role, User
from app.errors import Conflict, Invalid


def is_first(session: Session, role: Role, organisation_id: UUID | None) -> bool:
    """Whether a new user becomes the administrator because the organisation has no users yet.

    A manager does so only in an agency: elsewhere the bureau appoints managers, and the organisation's own people
    administer it. The bureau needs no administrators.
    """
    if organisation_id is None or role in STAFF:
        return False
    if (
        role is Role.MANAGER
        and session.get_one(Organisation, organisation_id).kind != OrganisationKind.AGENCY
    ):
        return False
    return not session.scalar(select(exists().where(User.organisation_id == organisation_id)))


def check_eligible(user: User) -> None:
    """
    Raises:
        Invalid: the user is deactivated, or an operator, who administers all organisations.
    """
    if not user.active or user.role in STAFF:
        raise Invalid.field(
            "administrator",
            "not_eligible",
            "单位管理员应为本单位已启用的用户；管理部门用户无须设置",
            "an administrator must be an active user of an organisation other than the bureau",
        )


def require_successor(session: Session, user: User, organisation_id: UUID | None) -> None:
    """
    Raises:
        Conflict: nobody else administers the organisation.
    """
    # Locked, so that of two administrators who leave at once the second one sees the first.
    session.execute(
        select(Organisation.id).where(Organisation.id == organisation_id).with_for_update(key_share=True)
    )
    others = exists().where(
        User.organisation_id == organisation_id, User.administrator, User.active, User.id != user.id
    )
    with session.no_autoflush:
        if session.scalar(select(others)):
            return
    raise Conflict(
        "This is the last administrator of the organisation; make a colleague administrator first, or ask the bureau.",
        "该用户是本单位最后一名管理员，请先设置另一名管理员，或联系管理部门办理。",
        code="last_administrator",
    )


def has_other_operator(session: Session, user: User) -> bool:
    """Whether there is an active operator besides `user`."""
    operator = User.role == Role.OPERATOR
    return bool(session.scalar(select(exists().where(operator, User.active, User.id != user.id))))
