"""Rankings and their places as readers see them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, allowed, require
from app.accounts.access.principal import Principal
from app.paging import Page, PageRequest, Sort, list_page
from app.talent.rankings import service
from app.talent.rankings.formula import FigureName, Formula
from app.talent.rankings.models import Ranking, RankingEntry, RankingState
from app.talent.rankings.schemas import (
    ContributionRead,
    FormulaFigureRead,
    FormulaRead,
    HonourFor,
    PlaceRead,
    RankingRead,
)
from app.talent.tiers.engine import plain

_NEWEST = Sort(Ranking.created_at, datetime, descending=True, name="rankings")
_BY_PLACE = Sort(RankingEntry.place, int, name="places")
_STATES = {state.value: state for state in RankingState}
_FIGURES = {figure.value: figure for figure in FigureName}


def list_rankings(session: Session, paging: PageRequest, *, principal: Principal) -> Page[RankingRead]:
    """Published rankings; operators see all."""
    require(principal, Action.RANKING_READ)
    query = select(Ranking)
    if not allowed(principal, Action.RANKING_MANAGE, own=False):
        query = query.where(Ranking.state == RankingState.PUBLISHED)
    return list_page(session, query, _NEWEST, paging, read_ranking)


def list_places(
    session: Session, ranking_id: UUID, paging: PageRequest, *, principal: Principal
) -> Page[PlaceRead]:
    """The places of a ranking with their points.

    Raises:
        NotFound: see `service.find`.
    """
    ranking = service.find(session, ranking_id, principal=principal)
    return list_page(
        session, select(RankingEntry).where(RankingEntry.ranking_id == ranking.id), _BY_PLACE, paging, _place
    )


def read_ranking(ranking: Ranking) -> RankingRead:
    """A ranking with its formula."""
    state = _STATES[ranking.state]
    return RankingRead(
        id=ranking.id,
        number=ranking.number,
        year=ranking.year,
        title=ranking.title,
        state=state,
        state_zh=state.zh,
        formula=read_formula(Formula.model_validate(ranking.formula)),
        honours=[HonourFor.model_validate(honour) for honour in ranking.honours],
        as_of=ranking.as_of,
        computed_at=ranking.computed_at,
        published_at=ranking.published_at,
        version=ranking.version,
    )


def read_formula(formula: Formula) -> FormulaRead:
    """A formula with the rule by which it is applied."""
    return FormulaRead(
        id=formula.id,
        title_zh=formula.title_zh,
        title_en=formula.title_en,
        figures=[
            FormulaFigureRead(
                name=figure.name.value,
                name_zh=figure.name.zh,
                name_en=figure.name.en,
                weight=plain(figure.weight),
                full_at=plain(figure.full_at) if figure.full_at is not None else None,
            )
            for figure in formula.figures
        ],
        rule_zh=(
            "单项得分 = 权重 × min(数值 ÷ 满分值，1)，保留两位小数；总分为各项之和。"
            "总分相同的名次相同，其后名次顺延。"
        ),
        rule_en=(
            "Points of a figure = weight × min(value ÷ full_at, 1), to 0.01; the total is their sum. "
            "Equal totals share a place, and the next place counts them."
        ),
    )


def _place(row: RankingEntry) -> PlaceRead:
    return PlaceRead(
        place=row.place,
        manager_id=row.manager_id,
        name=row.manager_name,
        points=row.points,
        contributions=[
            ContributionRead(name_zh=_FIGURES[part["name"]].zh, **part) for part in row.contributions
        ],
        honour=row.honour,
    )
