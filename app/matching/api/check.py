"""Route /v1/demands/check: clarity of a demand and the matches that it would have, without storing it."""

from fastapi import APIRouter

from app.accounts.access.permissions import LoggedIn
from app.database import ReadSession
from app.errors import Forbidden, Invalid, Unauthenticated, problems
from app.errors.request_bodies import Sent
from app.libraries.demands.schemas import DemandCheck
from app.libraries.demands.service import LIBRARY
from app.load_limits.dependencies import REFUSALS, MatchingTurn
from app.matching.lists.check import check_demand
from app.matching.lists.presenter import AppMatcher
from app.matching.lists.schemas import DemandCheckOut

router = APIRouter(
    prefix="/v1/demands",
    tags=[LIBRARY.plural],
    responses=problems(Unauthenticated, Forbidden, Invalid) | REFUSALS,
)


@router.post("/check", summary="发布前检查需求")
def check(
    payload: Sent[DemandCheck],
    _: MatchingTurn,
    session: ReadSession,
    principal: LoggedIn,
    matcher: AppMatcher,
) -> DemandCheckOut:
    """需求是否清楚、还应补充什么，以及按现在的文字能匹配到的前 5 项成果。什么都不保存。"""
    return check_demand(session, payload, principal=principal, matcher=matcher)
