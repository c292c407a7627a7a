"""Pages of the list of operators' ties."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.models import Organisation, User
from app.accounts.organisations.recusal import TIE_WORDS, OperatorTie, OperatorTieKind, acting_operator
from app.accounts.schema_bases import AccountOutput
from app.accounts.self_service.recusals import operator_ties
from app.database import upper_table
from app.paging import Page, PageRequest, Sort, list_page

_NEWEST_FIRST = Sort(OperatorTie.declared_at, datetime, descending=True)


class OperatorTieOut(AccountOutput):
    """A tie of an operator to an organisation or a manager."""

    id: UUID
    user_id: UUID = Field(description="应回避的工作人员")
    user_name: str
    organisation_id: UUID | None
    manager_id: UUID | None
    party: str = Field(description="单位名称，或技术经理人姓名及编号")
    kind: OperatorTieKind
    kind_zh: str
    kind_en: str
    declared_at: datetime
    withdrawable: bool = Field(description="可由当前用户撤销；本人申报的须由其他工作人员撤销")

    @classmethod
    def read(cls, session: Session, tie: OperatorTie, *, principal: Principal) -> Self:
        zh, en = TIE_WORDS[OperatorTieKind(tie.kind)]
        return cls(
            id=tie.id,
            user_id=tie.user_id,
            user_name=session.get_one(User, tie.user_id).name,
            organisation_id=tie.organisation_id,
            manager_id=tie.manager_id,
            party=_name(session, tie),
            kind=OperatorTieKind(tie.kind),
            kind_zh=zh,
            kind_en=en,
            declared_at=tie.declared_at,
            withdrawable=tie.user_id != acting_operator(session, principal),
        )


def tie_page(session: Session, paging: PageRequest, *, principal: Principal) -> Page[OperatorTieOut]:
    """One page, the newest first."""
    return list_page(
        session,
        operator_ties(principal=principal),
        _NEWEST_FIRST,
        paging,
        lambda tie: OperatorTieOut.read(session, tie, principal=principal),
    )


def _name(session: Session, tie: OperatorTie) -> str:
    if tie.organisation_id is not None:
        return session.get_one(Organisation, tie.organisation_id).name
    managers = upper_table("managers")
    row = session.execute(
        select(managers.c.title, managers.c.number).where(managers.c.id == tie.manager_id)
    ).one()
    return f"{row.title}（{row.number}）"
