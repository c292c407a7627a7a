"""Short summaries of records for use in other responses, limited to what the reader may see."""

from collections.abc import Callable, Collection, Iterable
from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.opened_records import NOTHING_OPENED, OpenedRecords
from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.database import by_id
from app.libraries.managers.models import Manager
from app.libraries.record.enums import RecordState
from app.libraries.record.models import Record
from app.libraries.visibility.fields import present
from app.libraries.visibility.rows import owns

MAX_SUMMARY_TEXT = 300
"""Maximum characters of the main text: enough to decide whether to open the record."""

_MAIN_TEXT = {"demand": "main_problem", "achievement": "summary", "manager": "expertise"}


class RecordSummary(BaseModel):
    """Summary of a record. Fields that the reader may not see are left out."""

    model_config = ConfigDict(extra="ignore")

    id: UUID
    number: str = Field(title="编号", examples=["JN-D-2026-000123"])
    kind: str
    state: str = Field(title="状态", description="记录已下架或成交时，只显示编号和状态")
    title: str | None = Field(None, title="名称")
    text: str | None = Field(None, title="主要内容", description="需求的主要问题或成果简介，过长时截短")
    fields: list[str] | None = Field(None, title="高新技术领域")
    region: str | None = Field(None, title="地区")
    min_trl: int | None = Field(None, title="期望成熟度")
    trl: int | None = Field(None, title="成熟度")
    cooperation_modes: list[str] | None = Field(None, title="合作方式")
    transfer_modes: list[str] | None = Field(None, title="转化方式")
    deadline: date | None = Field(None, title="截止日期")
    budget_band: str | None = Field(None, title="预算区间")
    price_band: str | None = Field(None, title="价格区间")
    publish_mode: str | None = Field(None, title="发布方式")
    owner_org_id: UUID | None = Field(None, title="所属单位")
    owner_name: str | None = Field(None, title="单位名称")
    public_alias: str | None = Field(None, title="匿名名称", description="匿名发布时代替单位名称")
    view_level: int | None = Field(None, ge=0, le=3, title="可见级别")


class ManagerSummary(BaseModel):
    id: UUID
    number: str
    name: str


def summariser(
    session: Session,
    records: Collection[Record],
    *,
    principal: Principal,
    opened: OpenedRecords = NOTHING_OPENED,
) -> Callable[[Record], RecordSummary]:
    """A function that summarises the given records for one reader; all their owners are loaded in one query."""
    organisations = by_id(session, Organisation, {record.owner_org_id for record in records})

    def summary(record: Record) -> RecordSummary:
        identity = {
            "id": record.id,
            "number": record.number,
            "kind": record.kind.value,
            "state": record.state,
        }
        is_own = principal.sees_everything or owns(principal, record)
        if record.state != RecordState.PUBLISHED and not (is_own or record.id in opened.approved):
            # A withdrawn record shows no content, even to readers who saw it while it was published.
            return RecordSummary(**identity)
        visible = present(record, principal, opened=opened, organisations=organisations)
        text = visible.get(_MAIN_TEXT[record.kind.value])
        if text is not None and len(text) > MAX_SUMMARY_TEXT:
            text = text[: MAX_SUMMARY_TEXT - 1] + "…"
        return RecordSummary(
            **({name: value for name, value in visible.items() if value is not None} | {"text": text})
        )

    return summary


def manager_summaries(session: Session, ids: Iterable[UUID]) -> dict[UUID, ManagerSummary]:
    """Number and name of the managers, by id."""
    rows = session.execute(select(Manager.id, Manager.number, Manager.title).where(Manager.id.in_(set(ids))))
    return {id_: ManagerSummary(id=id_, number=number, name=name) for id_, number, name in rows}
