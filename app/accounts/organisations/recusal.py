"""Recusal (回避): an operator decides nothing about a party that they have a tie to. The one place that refuses it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.accounts.access.principal import Principal
from app.accounts.models import ApiKey, Organisation, Role
from app.accounts.organisations.groups import whole_families
from app.clock import today
from app.database import Base, Identified, now, upper_table
from app.errors import Conflict


class OperatorTieKind(StrEnum):
    """What ties an operator to a party."""

    FORMER_POST = "former_post"
    MEMBER = "member"
    RELATIVE = "relative"
    HOLDING = "holding"
    OTHER = "other"


TIE_WORDS: Mapping[OperatorTieKind, tuple[str, str]] = MappingProxyType(
    {
        OperatorTieKind.FORMER_POST: ("曾任职", "a former post"),
        OperatorTieKind.MEMBER: ("任职或为其成员", "a post or membership"),
        OperatorTieKind.RELATIVE: ("亲属关系", "a relative"),
        OperatorTieKind.HOLDING: ("持股或经济利益", "shares or an economic interest"),
        OperatorTieKind.OTHER: ("其他应当回避的关系", "another relation"),
    }
)
_OWN_RECORD = ("本人技术经理人记录中的任职或申报", "a post or interest of the own record as a manager")


class OperatorTie(Identified, Base):
    """A tie of an operator to an organisation, with its family, or to a manager: one of both is given."""

    __tablename__ = "operator_ties"
    __table_args__ = (
        CheckConstraint("(organisation_id IS NULL) <> (manager_id IS NULL)", name="party"),
        UniqueConstraint("user_id", "organisation_id"),
        UniqueConstraint("user_id", "manager_id"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    manager_id: Mapped[UUID | None] = mapped_column(ForeignKey("managers.id"))
    kind: Mapped[str] = mapped_column(String(12))
    declared_by: Mapped[UUID | None]
    declared_at: Mapped[datetime] = mapped_column(default=now)


def refuse_tied(
    session: Session,
    principal: Principal,
    *,
    organisations: Iterable[UUID | None] = (),
    managers: Iterable[UUID | None] = (),
) -> None:
    """Call before a decision about these parties. A manager brings those who employ them.

    Ties are what is declared for the operator, and the posts and interests of a manager's record of their own. A key of
    the bureau has those of who created it.

    Raises:
        Conflict: the principal is an operator with a tie to one of them, so that another one has to decide.
    """
    operator = acting_operator(session, principal)
    if operator is None:
        return
    ties = _ties_of(session, operator)
    if not ties:
        return
    people = {id_ for id_ in managers if id_ is not None}
    parties = {id_ for id_ in organisations if id_ is not None} | _employers(session, people)
    tied = {id_: words for id_, words in ties.items() if id_ in people}
    heads = whole_families(session, [id_ for id_ in ties if id_ not in tied])
    of_head = {heads[id_]: words for id_, words in ties.items() if id_ in heads}
    tied |= {id_: of_head[heads[id_]] for id_ in parties if heads.get(id_) in of_head}
    if tied:
        party = min(tied)
        name, (zh, en) = _name_of(session, party), tied[party]
        raise Conflict(
            f"You have a declared tie to {name} ({en}), so another operator has to decide.",
            f"您与“{name}”存在应当回避的关系（{zh}），此事项请由其他工作人员办理。",
            code="recusal",
        )


def acting_operator(session: Session, principal: Principal) -> UUID | None:
    """The operator who acts: in person, or by a key that they created. None for everybody else."""
    if principal.role is not Role.OPERATOR:
        return None
    if principal.user_id is not None or principal.api_key_id is None:
        return principal.user_id
    return session.scalar(select(ApiKey.created_by).where(ApiKey.id == principal.api_key_id))


def _ties_of(session: Session, user_id: UUID) -> dict[UUID, tuple[str, str]]:
    """Organisations and managers to whom the user is tied → by what."""
    managers, posts = map(upper_table, ("managers", "affiliations"))
    found: dict[UUID, tuple[str, str]] = {}
    records = session.execute(
        select(managers.c.id, managers.c.owner_org_id, managers.c.declared_conflicts).where(
            managers.c.user_id == user_id
        )
    ).all()
    if records:
        employers = select(posts.c.organisation_id).where(posts.c.manager_id.in_([row.id for row in records]))
        for row in records:
            named = (row.id, row.owner_org_id, *_organisations_in(row.declared_conflicts or ()))
            found |= dict.fromkeys(filter(None, named), _OWN_RECORD)
        found |= dict.fromkeys(session.scalars(employers), _OWN_RECORD)
    for tie in session.scalars(select(OperatorTie).where(OperatorTie.user_id == user_id)):
        party = tie.organisation_id or tie.manager_id
        assert party is not None
        found[party] = TIE_WORDS[OperatorTieKind(tie.kind)]
    return found


def _organisations_in(declared: Iterable[Mapping[str, Any]]) -> list[UUID]:
    return [UUID(str(entry["organisation_id"])) for entry in declared if entry.get("organisation_id")]


def _employers(session: Session, manager_ids: Collection[UUID]) -> set[UUID]:
    """The organisations for which these managers work."""
    if not manager_ids:
        return set()
    managers, posts = map(upper_table, ("managers", "affiliations"))
    owners = select(managers.c.owner_org_id).where(managers.c.id.in_(manager_ids))
    present = select(posts.c.organisation_id).where(
        posts.c.manager_id.in_(manager_ids), or_(posts.c.end.is_(None), posts.c.end >= today())
    )
    return {id_ for query in (owners, present) for id_ in session.scalars(query) if id_ is not None}


def _name_of(session: Session, party: UUID) -> str:
    organisation = session.get(Organisation, party)
    if organisation is not None:
        return organisation.name
    managers = upper_table("managers")
    return str(session.scalar(select(managers.c.title).where(managers.c.id == party)))
