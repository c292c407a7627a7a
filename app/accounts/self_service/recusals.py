"""Declared ties of operators: entered by themselves or a colleague, and taken back by a colleague alone."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.models import Organisation, Role, User
from app.accounts.organisations.lookup import organisation_called
from app.accounts.organisations.recusal import OperatorTie, OperatorTieKind, acting_operator
from app.database import one_or_not_found, upper_table
from app.errors import Conflict, Invalid
from app.errors.collection import Faults


def operator_ties(*, principal: Principal) -> Select[OperatorTie]:
    """Query for the ties of all operators: who has to decide instead sees why."""
    require(principal, Action.RECUSAL_DECLARE)
    return select(OperatorTie)


def declare_tie(
    session: Session, *, principal: Principal, party: str, kind: OperatorTieKind, user_id: UUID | None = None
) -> OperatorTie:
    """Declare a tie of an operator, by default of the one who acts.

    Args:
        party: an organisation by id, credit code or name, or a manager by id or number.

    Raises:
        Invalid: there is no such party, or the user is no operator; names every invalid field.
        Conflict: the tie is declared already.
    """
    require(principal, Action.RECUSAL_DECLARE)
    operator = user_id or acting_operator(session, principal)
    faults = Faults()
    with faults.collected():
        user = None if operator is None else session.get(User, operator)
        if user is None or user.role != Role.OPERATOR:
            raise Invalid.field("user_id", "not_operator", "应为管理部门工作人员", "must be an operator")
    manager_id = organisation_id = None
    with faults.collected():
        manager_id = _manager_called(session, party)
        if manager_id is None:
            organisation_id = _organisation_called(session, party, principal)
    faults.raise_if_any()
    tie = OperatorTie(
        user_id=operator,
        organisation_id=organisation_id,
        manager_id=manager_id,
        kind=kind.value,
        declared_by=acting_operator(session, principal),
    )
    same = select(OperatorTie.id).where(
        OperatorTie.user_id == operator,
        OperatorTie.manager_id == manager_id
        if manager_id is not None
        else OperatorTie.organisation_id == organisation_id,
    )
    if session.scalar(same) is not None:
        raise Conflict("This tie is declared already.", "该关系已申报。", code="already_declared")
    session.add(tie)
    session.flush()
    audit.record(session, principal, Action.RECUSAL_DECLARE, tie.user_id, f"{kind} {_party(tie)}")
    return tie


def withdraw_tie(session: Session, tie_id: UUID, *, principal: Principal) -> None:
    """Take a tie back that holds no longer, or never did.

    Raises:
        NotFound: no such tie.
        Conflict: it is the principal's own, who could then decide about the party at once.
    """
    require(principal, Action.RECUSAL_DECLARE)
    query = select(OperatorTie).where(OperatorTie.id == tie_id).with_for_update()
    tie = one_or_not_found(session, query)
    if tie.user_id == acting_operator(session, principal):
        raise Conflict(
            "Another operator has to take your tie back.",
            "本人申报的回避关系，须由其他工作人员核实后撤销。",
            code="own_recusal",
        )
    session.delete(tie)
    session.flush()
    audit.record(
        session, principal, Action.RECUSAL_DECLARE, tie.user_id, f"withdrawn: {tie.kind} {_party(tie)}"
    )


def _party(tie: OperatorTie) -> UUID | None:
    return tie.organisation_id or tie.manager_id


def _manager_called(session: Session, party: str) -> UUID | None:
    managers = upper_table("managers")
    number = session.scalar(select(managers.c.id).where(managers.c.number == party.strip().upper()))
    found: UUID | None = number or session.scalar(select(managers.c.id).where(managers.c.id == _id(party)))
    return found


def _organisation_called(session: Session, party: str, principal: Principal) -> UUID:
    if (id_ := _id(party)) is not None:
        if session.get(Organisation, id_) is None:
            raise Invalid.field(
                "party", "unknown_party", "没有这样的单位或技术经理人", "no such organisation or manager"
            )
        return id_
    return organisation_called(session, party, field="party", principal=principal)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None
