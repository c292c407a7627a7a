"""Routes of likely duplicates among records, and of the bureau's decisions about them."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from app.accounts.access.permissions import LoggedIn
from app.database import AppDatabase, ReadSession
from app.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated, problems
from app.errors.request_bodies import Sent
from app.exchange.duplicates.decisions import DuplicateDecisions, Grounds, RecordVerdict
from app.exchange.duplicates.listing import LikelyRecords, likely_records
from app.exchange.duplicates.models import RecordDecision
from app.libraries.http.dependencies import AppIndexer
from app.libraries.record.enums import RecordKind
from app.libraries.schemas import Wire
from app.services import AppSettings

router = APIRouter(
    prefix="/v1/duplicates", tags=["duplicates"], responses=problems(Unauthenticated, Forbidden, Invalid)
)


class LikelySideRead(BaseModel):
    """一组中的一条记录."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    number: str = Field(title="编号", examples=["JN-A-2026-000012"])
    title: str = Field(title="名称")
    owner: str = Field(title="所属单位")
    is_anonymous: bool = Field(title="是否匿名发布")
    source: str = Field(title="来源", description="import: 或 mirror: 加报送单位；直接填报的为空")
    created_at: datetime = Field(title="登记时间")
    published_at: datetime | None = Field(title="发布时间")
    text: str = Field(title="主要内容", description="过长时截短")
    keys: list[str] = Field(title="硬标识", examples=[["patent:202310458812"]])
    people: list[str] = Field(title="完成人")


class SameEvidenceRead(BaseModel):
    """两条记录可能相同的依据."""

    zh: str
    en: str


class LikelyRecordsRead(BaseModel):
    """可能相同的两条记录，先登记的在前."""

    first: LikelySideRead
    second: LikelySideRead
    evidence: list[SameEvidenceRead]
    has_same_key: bool = Field(title="是否有相同的硬标识", description="专利号、登记号、证书编号等")

    @classmethod
    def of(cls, pair: LikelyRecords) -> Self:
        return cls(
            first=LikelySideRead.model_validate(pair.first),
            second=LikelySideRead.model_validate(pair.second),
            evidence=[SameEvidenceRead(zh=zh, en=en) for zh, en in pair.evidence],
            has_same_key=pair.has_same_key,
        )


class LikelyRecordListRead(BaseModel):
    """疑似重复的记录，依据最强的在前."""

    items: list[LikelyRecordsRead]
    total: int = Field(title="待认定的组数")


class RecordDecisionNew(Wire):
    """对两条记录的认定."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "achievement",
                    "kept_id": "0190b6f0-0000-7000-8000-000000000001",
                    "other_id": "0190b6f0-0000-7000-8000-000000000002",
                    "verdict": "same",
                    "note": "同一专利，为展会改名后再次报送",
                }
            ]
        }
    )

    kind: RecordKind = Field(title="库")
    kept_id: UUID = Field(title="保留的记录")
    other_id: UUID = Field(title="另一记录", description="认定为同一项时下架")
    verdict: RecordVerdict = Field(title="认定", description="same 同一项；different 不是同一项")
    note: Grounds = Field(title="依据")


class RecordDecisionRead(BaseModel):
    """对两条记录的认定."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: RecordKind = Field(title="库")
    first_id: UUID = Field(title="先登记的记录")
    second_id: UUID = Field(title="后登记的记录")
    kept_id: UUID = Field(title="保留的记录")
    verdict: RecordVerdict = Field(title="认定")
    note: str = Field(title="依据")
    decided_by: UUID | None = Field(title="认定人")
    decided_at: datetime = Field(title="认定时间")
    undone_at: datetime | None = Field(title="撤销时间")


@router.get("", name="list", summary="疑似重复记录")
def list_duplicates(
    session: ReadSession,
    principal: LoggedIn,
    kind: Annotated[RecordKind, Query(description="库")],
    limit: Annotated[int, Query(ge=1, le=100, description="至多返回的组数")] = 20,
) -> LikelyRecordListRead:
    """仅管理部门可用。列出已发布、尚未认定的组及依据：硬标识相同，或名称、人员、指标、内容相近。"""
    found = likely_records(session, kind, limit=limit, principal=principal)
    return LikelyRecordListRead(items=[LikelyRecordsRead.of(pair) for pair in found.pairs], total=found.total)


@router.post(
    "",
    name="decide",
    summary="认定疑似重复记录",
    status_code=201,
    responses=problems(NotFound, Conflict),
)
def decide(
    body: Sent[RecordDecisionNew],
    principal: LoggedIn,
    database: AppDatabase,
    indexer: AppIndexer,
    settings: AppSettings,
) -> RecordDecisionRead:
    """仅管理部门可用。认定为同一项的，另一记录下架，历史和来源保留，其报送单位以后的更新记入保留的记录；可撤销。"""
    decision_id = DuplicateDecisions(database, indexer, settings, principal).decide(
        body.kind, kept_id=body.kept_id, other_id=body.other_id, verdict=body.verdict, note=body.note
    )
    with database.reading() as session:
        return RecordDecisionRead.model_validate(session.get_one(RecordDecision, decision_id))


@router.post(
    "/{decision_id}/undo",
    name="undo",
    summary="撤销对重复记录的认定",
    responses=problems(NotFound, Conflict),
)
def undo(
    decision_id: UUID,
    principal: LoggedIn,
    database: AppDatabase,
    indexer: AppIndexer,
    settings: AppSettings,
) -> RecordDecisionRead:
    """仅管理部门可用。撤销合并的，被下架的记录恢复发布；已不符合发布条件的转为草稿。"""
    decision = DuplicateDecisions(database, indexer, settings, principal).undo(decision_id)
    return RecordDecisionRead.model_validate(decision)
