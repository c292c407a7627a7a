"""Route of the review of a published recognition."""

from uuid import UUID

from fastapi import APIRouter, Response

from app.accounts.access.permissions import LoggedIn
from app.conditional_requests import IfMatch, versioned
from app.database import WriteSession
from app.errors import Forbidden, Unauthenticated, problems
from app.errors.request_bodies import Sent
from app.talent.responses import CHANGING
from app.talent.rounds.reviews import service
from app.talent.rounds.schemas import ReviewSent, RoundEntryRead

router = APIRouter(
    prefix="/v1", tags=["年度认定 Recognition"], responses=problems(Unauthenticated, Forbidden)
)


@router.post(
    "/recognition-entries/{entry_id}/review",
    name="review_recognition",
    summary="复核已公布的认定",
    response_model=RoundEntryRead,
    responses=CHANGING,
)
def review(
    entry_id: UUID,
    body: Sent[ReviewSent],
    principal: LoggedIn,
    session: WriteSession,
    if_match: IfMatch = None,
) -> Response:
    """所依据的证书被撤销或合同被解除后，由管理部门决定维持或撤销；撤销后，公布的名单注明撤销日期。"""
    entry = service.review(
        session,
        entry_id,
        withdrawn=body.withdrawn,
        reason=body.reason,
        principal=principal,
        if_match=if_match,
    )
    return versioned(RoundEntryRead.model_validate(entry), entry)
