"""Report of models and training runs, for the API and the command line."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.matching.feedback.models import TrainingRun
from app.matching.models import SpaceState
from app.matching.ranking import registry
from app.matching.ranking.ranker import Ranker
from app.matching.spaces.lifecycle import progress
from app.paging import Page, PageRequest, Sort, list_page

_NEWEST_FIRST = Sort(TrainingRun.started_at, datetime, descending=True, name="started_at")


class ModelOut(BaseModel):
    model_config = ConfigDict(from_attributes=True, protected_namespaces=())

    version: str = Field(title="版本")
    active: bool = Field(title="使用中")
    state: str = Field(
        title="状态", description="shipped 随程序发布 trained 训练得到并曾启用 refused 训练得到但未启用"
    )
    parent: str | None = Field(title="比较时的现用模型")
    trained_from: datetime | None = Field(title="评判起始时间")
    trained_to: datetime | None = Field(title="评判截止时间")
    judgements: int = Field(title="评判数")
    metrics: dict[str, Any] = Field(title="与当时现用模型的比较")
    document: dict[str, Any] = Field(title="模型内容")
    created_at: datetime | None


class SpaceOut(BaseModel):
    """向量空间：更换向量模型时，新旧两个模型的向量并存。"""

    model_config = ConfigDict(from_attributes=True, protected_namespaces=())

    model_id: str = Field(title="向量模型")
    state: SpaceState = Field(
        title="状态", description="serving 使用中 filling 正在补齐 kept 保留，可随时换回"
    )
    held: bool = Field(title="补齐后暂不启用")
    records: int = Field(title="记录总数")
    done: int = Field(title="已有最新向量的记录数")
    since: datetime = Field(title="进入此状态的时间")
    seconds_left: int | None = Field(title="预计剩余秒数")


class ModelsOut(BaseModel):
    items: list[ModelOut]
    spaces: list[SpaceOut] = Field(
        title="向量模型", description="只有一个向量模型、且从未更换时为空；使用中的排在最前"
    )


class RunOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    started_at: datetime
    parent: str
    candidate: str | None
    decision: str = Field(
        description="promoted 已启用 not_better 未证明更好 worse_on_judged 评判集上变差 too_few 数据太少 "
        "overtaken 训练期间已启用其他模型"
    )
    report: dict[str, Any]


def model_list(session: Session, shipped: Ranker, *, principal: Principal) -> list[ModelOut]:
    """The models for an operator, newest first.

    Raises:
        Forbidden: the principal is not an operator.
    """
    require(principal, Action.MODEL_READ)
    return listed_models(session, shipped)


def space_list(session: Session, *, principal: Principal) -> list[SpaceOut]:
    """The embedding models of the store for an operator, the one that serves first; none where there is only one.

    Raises:
        Forbidden: the principal is not an operator.
    """
    require(principal, Action.MODEL_READ)
    return [SpaceOut.model_validate(one) for one in progress(session)]


def switch_model(session: Session, shipped: Ranker, version: str | None, *, principal: Principal) -> ModelOut:
    """Activate a model for all processes, or with None the one before; all pairs are ranked again.

    Raises:
        NotFound: no model has this version.
        Conflict: it is active already, this release cannot read it, or there is none before.
    """
    require(principal, Action.MODEL_SWITCH)
    if version is None:
        registry.rollback(session, shipped=shipped, principal=principal)
    else:
        registry.use(session, version, shipped=shipped, principal=principal)
    return next(row for row in listed_models(session, shipped) if row.active)


def run_page(session: Session, paging: PageRequest, *, principal: Principal) -> Page[RunOut]:
    """The training runs, newest first."""
    require(principal, Action.MODEL_READ)
    return list_page(session, select(TrainingRun), _NEWEST_FIRST, paging, RunOut.model_validate)


def listed_models(session: Session, shipped: Ranker) -> list[ModelOut]:
    """Registered models, newest first, and the shipped one, which is registered only once there is another."""
    active = registry.active_version(session, shipped)
    rows = [
        ModelOut(
            active=row.version == active,
            **{name: getattr(row, name) for name in ModelOut.model_fields if name != "active"},
        )
        for row in session.scalars(registry.models())
    ]
    if all(row.version != shipped.version for row in rows):
        rows.append(
            ModelOut(
                version=shipped.version,
                active=shipped.version == active,
                state=registry.SHIPPED,
                parent=None,
                trained_from=None,
                trained_to=None,
                judgements=0,
                metrics={},
                document=shipped.to_dict(),
                created_at=None,
            )
        )
    return rows
