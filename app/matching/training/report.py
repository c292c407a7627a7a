"""Report of models and training runs, for the API and the command line."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.matching.feedback.models import TrainingRun
from app.matching.ranking import registry
from app.matching.ranking.ranker import Ranker
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


class ModelsOut(BaseModel):
    items: list[ModelOut]


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
