"""Routes of likely duplicates among organisations, and of the bureau's decisions about them."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from app.accounts.access.permissions import Action, LoggedIn, require
from app.accounts.field_checks import Grounds
from app.accounts.lists.duplicates import DecisionOut, decision_page
from app.accounts.models import Organisation
from app.accounts.organisations import service
from app.accounts.organisations.duplicates import EVIDENCE, Evidence, LikelyDuplicate, likely_duplicates
from app.accounts.organisations.merges import decisions
from app.accounts.organisations.merges.decisions import IdentityVerdict
from app.accounts.organisations.schemas import OrganisationOut
from app.accounts.schema_bases import AccountInput
from app.database import ReadSession, WriteSession
from app.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated, problems
from app.errors.request_bodies import Sent
from app.paging import Page, Paging

router = APIRouter(
    prefix="/v1/organisations", tags=["organisations"], responses=problems(Unauthenticated, Forbidden)
)


class EvidenceOut(BaseModel):
    """Why two organisations may be one."""

    code: Evidence
    zh: str
    en: str


class DuplicateOut(BaseModel):
    """Two organisations that may be one, the older first."""

    first: OrganisationOut
    second: OrganisationOut
    evidence: list[EvidenceOut]
    similarity: int = Field(description="名称相似度，0–100")

    @classmethod
    def of(cls, found: LikelyDuplicate, first: Organisation, second: Organisation) -> Self:
        return cls(
            first=OrganisationOut.of(first),
            second=OrganisationOut.of(second),
            evidence=[
                EvidenceOut(code=one, zh=EVIDENCE[one][0], en=EVIDENCE[one][1])
                for one in Evidence
                if one in found.evidence
            ],
            similarity=found.similarity,
        )


class DuplicatesOut(BaseModel):
    """Likely duplicates, the strongest evidence first."""

    items: list[DuplicateOut]
    total: int = Field(description="待认定的组数")


class DecisionNew(AccountInput):
    """A decision about two organisations."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kept_id": "0190b6f0-0000-7000-8000-000000000001",
                    "other_id": "0190b6f0-0000-7000-8000-000000000002",
                    "verdict": "same",
                    "note": "营业执照一致，系重复注册",
                }
            ]
        }
    )

    kept_id: UUID = Field(description="保留的单位")
    other_id: UUID = Field(description="另一单位；认定为同一单位时并入前者")
    verdict: IdentityVerdict = Field(description="same 同一单位；different 不是同一单位")
    note: Grounds = Field(description="依据")


@router.get("/duplicates", summary="疑似重复单位", responses=problems(Invalid))
def list_duplicates(
    session: ReadSession,
    principal: LoggedIn,
    limit: Annotated[int, Query(ge=1, le=200, description="至多返回的组数")] = 50,
) -> DuplicatesOut:
    """仅管理部门可用。列出尚未认定的组及依据，依据最强的在前。"""
    require(principal, Action.ORGANISATION_VERIFY)
    found = likely_duplicates(session)
    shown = found[:limit]
    rows = service.by_id(session, {id_ for one in shown for id_ in (one.first, one.second)})
    items = [DuplicateOut.of(one, rows[one.first], rows[one.second]) for one in shown]
    return DuplicatesOut(items=items, total=len(found))


@router.post(
    "/duplicates",
    summary="认定疑似重复单位",
    status_code=201,
    responses=problems(NotFound, Invalid, Conflict),
)
def decide(session: WriteSession, principal: LoggedIn, body: Sent[DecisionNew]) -> DecisionOut:
    """仅管理部门可用。认定为同一单位的，用户、记录、任职等随之转入保留的单位，可撤销。"""
    require(principal, Action.ORGANISATION_VERIFY)
    decision = decisions.decide(
        session,
        principal=principal,
        kept=service.get_organisation(session, body.kept_id, principal=principal),
        other=service.get_organisation(session, body.other_id, principal=principal),
        verdict=body.verdict,
        note=body.note,
    )
    return DecisionOut.of(decision)


@router.get("/duplicates/decisions", summary="疑似重复单位的认定", responses=problems(Invalid))
def list_decisions(
    session: ReadSession,
    principal: LoggedIn,
    paging: Paging,
    organisation_id: Annotated[UUID | None, Query(description="涉及的单位；不填则列出全部")] = None,
) -> Page[DecisionOut]:
    """仅管理部门可用。含已撤销的认定，最近的在前；撤销所需的编号为 id。"""
    return decision_page(session, paging, organisation_id=organisation_id, principal=principal)


@router.post("/duplicates/{decision_id}/undo", summary="撤销认定", responses=problems(NotFound, Conflict))
def undo(decision_id: UUID, session: WriteSession, principal: LoggedIn) -> DecisionOut:
    """仅管理部门可用。撤销合并的，已转入的内容退回原单位。"""
    require(principal, Action.ORGANISATION_VERIFY)
    return DecisionOut.of(decisions.undo(session, decision_id, principal=principal))
