"""Routes of the bureau's reviews of engagements: the list, and the decision."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.accounts.access.permissions import CurrentPrincipal
from app.conditional_requests import IfMatch, tagged
from app.database import ReadSession, WriteSession
from app.engagements.reviews.listing import read_reviews, review_page
from app.engagements.reviews.models import EngagementReview, ReviewState
from app.engagements.reviews.schemas import ReviewDecision, ReviewRead
from app.engagements.reviews.service import decide as decide_review
from app.engagements.reviews.service import find_review
from app.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion, Unauthenticated, problems
from app.errors.request_bodies import Sent
from app.paging import Page, Paging

router = APIRouter(
    prefix="/v1/engagement-reviews",
    tags=["对接 Engagements"],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)


@router.get("", name="list_reviews", summary="对接核查列表")
def list_(
    principal: CurrentPrincipal,
    session: ReadSession,
    paging: Paging,
    state: Annotated[ReviewState, Query(description="状态")] = ReviewState.OPEN,
) -> Page[ReviewRead]:
    """因可能存在利益或回避关系而暂不能同意的对接，最早的在前。仅管理部门可见。"""
    return review_page(session, paging, state, principal=principal)


@router.get("/{review_id}", name="get_review", summary="一项对接核查", responses=problems(NotFound))
def get(review_id: UUID, principal: CurrentPrincipal, session: ReadSession, response: Response) -> ReviewRead:
    return _read(session, find_review(session, review_id, principal=principal), response)


@router.post(
    "/{review_id}/decision",
    name="decide_review",
    summary="作出核查结论",
    responses=problems(NotFound, Conflict, StaleVersion),
)
def decide(
    review_id: UUID,
    body: Sent[ReviewDecision],
    principal: CurrentPrincipal,
    session: WriteSession,
    response: Response,
    if_match: IfMatch = None,
) -> ReviewRead:
    """放行后，已记下的同意自动生效；名称相近的单位同时认定为不同单位。认定不宜对接的，请对方谢绝。

    回避、同一集团不能由主管部门放行（`not_removable`）。不宜对接的结论可改为放行。
    """
    review = decide_review(
        session,
        review_id,
        verdict=body.verdict,
        reason=body.reason,
        principal=principal,
        if_match=if_match,
    )
    return _read(session, review, response)


def _read(session: Session, review: EngagementReview, response: Response) -> ReviewRead:
    (read,) = read_reviews(session, [review])
    return tagged(response, review, read)
