"""Routes for assignments: the operators' dry run, and runs that are executed."""

from uuid import UUID

from fastapi import APIRouter, Response, status

from app.accounts.access.permissions import Action, CurrentPrincipal, require
from app.accounts.idempotency import Idempotent
from app.conditional_requests import versioned
from app.database import ReadSession, WriteSession
from app.errors import Forbidden, Invalid, NotFound, Unauthenticated, problems
from app.load_limits.dependencies import REFUSALS, MatchingTurn
from app.paging import Page, Paging
from app.pushes.assignment import runs as assignment_runs
from app.pushes.assignment.listing import dry_run, read_run, run_page
from app.pushes.assignment.schemas import RunRead, RunRequest, RunSummary
from app.pushes.schemas import AssignmentRead, AssignmentRequest
from app.services import AllServices

router = APIRouter(prefix="/v1", tags=["推送 Pushes"], responses=problems(Unauthenticated, Forbidden))


@router.post("/assignments/plan", summary="统筹指派（试算）", responses=problems(Invalid) | REFUSALS)
def plan(
    wanted: AssignmentRequest,
    principal: CurrentPrincipal,
    _: MatchingTurn,
    session: ReadSession,
    services: AllServices,
) -> AssignmentRead:
    """在经理人名额内统筹安排多个供需对，并与现有推送比较。仅试算，不写入任何数据；未能安排的逐条说明原因和放宽办法。"""
    return dry_run(session, services, wanted, principal=principal)


@router.post(
    "/assignments/run",
    summary="统筹指派（执行）",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=RunSummary,
    responses=problems(Invalid),
)
def run(
    wanted: RunRequest,
    principal: CurrentPrincipal,
    session: WriteSession,
    request: Idempotent,
) -> Response:
    """按试算方案新增推送，由后台任务一次性写入；已有推送保持不变，推送规则照常适用。结果见 Location。"""
    require(principal, Action.ASSIGNMENT_RUN)

    def answer() -> Response:
        started = assignment_runs.request_run(
            session, principal=principal, limit=wanted.limit, demand_ids=wanted.demand_ids
        )
        address = f"/v1/assignments/runs/{started.id}"
        return versioned(RunSummary.model_validate(started), None, status=202, location=address)

    return request.once(wanted, answer)


@router.get("/assignments/runs", summary="已执行的统筹指派", responses=problems(Invalid))
def list_runs(principal: CurrentPrincipal, session: ReadSession, paging: Paging) -> Page[RunSummary]:
    """按时间倒序排列。系统每晚执行一次（可关闭），其余由管理部门发起。"""
    return run_page(session, paging, principal=principal)


@router.get("/assignments/runs/{run_id}", summary="统筹指派的执行结果", responses=problems(NotFound))
def get_run(run_id: UUID, principal: CurrentPrincipal, session: ReadSession) -> RunRead:
    """列出新增的推送；未能安排的供需对逐条说明原因，以及增加哪些名额、补充哪些候选人可以解决。"""
    return read_run(session, run_id, principal=principal)
