"""Routes of certificates."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.accounts.access.permissions import Action, LoggedIn
from app.accounts.idempotency import Idempotent
from app.clock import today
from app.conditional_requests import IfMatch, versioned
from app.database import ReadSession, WriteSession
from app.errors import Forbidden, Unauthenticated, problems
from app.errors.request_bodies import Sent
from app.libraries.record.enums import CertificateLevel
from app.libraries.validation.values.dates import Day
from app.paging import Page, Paging
from app.talent.access import manager_for
from app.talent.certificates import claims, service
from app.talent.certificates.listing import certificate_page, read
from app.talent.certificates.models import CertificateState, TrainingCertificate
from app.talent.certificates.schemas import (
    CertificateCreate,
    CertificateRead,
    ClaimsRead,
    ClaimsVerification,
    LevelRead,
    ReviewNote,
)
from app.talent.recognition_facts import highest
from app.talent.responses import CHANGING, CREATING, LISTING, READING, create

router = APIRouter(prefix="/v1", tags=["证书 Certificates"], responses=problems(Unauthenticated, Forbidden))


@router.post(
    "/certificates", summary="申报证书", status_code=201, response_model=CertificateRead, responses=CREATING
)
def hand_in(
    body: Sent[CertificateCreate],
    principal: LoggedIn,
    session: WriteSession,
    request: Idempotent,
) -> Response:
    """经管理部门核验后用于人才认定。"""

    def make() -> tuple[CertificateRead, TrainingCertificate]:
        certificate = service.submit_certificate(session, body, principal=principal)
        return read(certificate), certificate

    return create(request, body, make, location="/v1/certificates")


@router.get("/certificates", summary="证书列表", responses=LISTING)
def list_certificates(
    principal: LoggedIn,
    session: ReadSession,
    paging: Paging,
    states: Annotated[list[CertificateState] | None, Query(alias="state", description="状态，可多选")] = None,
    manager_id: Annotated[UUID | None, Query(description="技术经理人")] = None,
) -> Page[CertificateRead]:
    """按创建时间由新到旧排列。技术经理人可查看本人记录，机构可查看本单位人员记录，管理部门可查看全部。"""
    return certificate_page(session, paging, states, manager_id, principal=principal)


@router.get(
    "/certificates/{certificate_id}", summary="查看证书", response_model=CertificateRead, responses=READING
)
def get_certificate(certificate_id: UUID, principal: LoggedIn, session: ReadSession) -> Response:
    certificate = service.find(session, certificate_id, principal=principal)
    return versioned(read(certificate), certificate)


@router.get("/managers/{manager_id}/certificate-level", summary="某日的最高有效证书等级", responses=READING)
def level_at(
    manager_id: UUID,
    principal: LoggedIn,
    session: ReadSession,
    day: Annotated[Day | None, Query(description="默认为今天")] = None,
) -> LevelRead:
    """仅计入已核验且当日有效的证书。"""
    manager = manager_for(session, manager_id, Action.CERTIFICATE_READ, principal=principal)
    at = day or today()
    best = highest(service.verified_of(session, [manager.id]).get(manager.id, []), at)
    level = best.level if best else CertificateLevel.NONE
    return LevelRead(
        day=at,
        level=level,
        level_zh=level.zh,
        certificate_id=best.id if best else None,
        number=best.number if best else None,
        valid_to=best.valid_to if best else None,
    )


@router.put("/managers/{manager_id}/verified-claims", summary="核验从业年限与工作业绩", responses=CHANGING)
def verify_claims(
    manager_id: UUID, body: Sent[ClaimsVerification], principal: LoggedIn, session: WriteSession
) -> ClaimsRead:
    """由管理部门逐项核验；未列出的视为自述。证书经 /v1/certificates 核验。经理人改动已核验内容后即恢复为自述。"""
    manager = claims.verify_claims(session, manager_id, body, principal=principal)
    return ClaimsRead.model_validate(
        {"verification": manager.verification, "track_record": manager.track_record_verification}
    )


def _add_review(name: str, summary: str, text: str) -> None:
    @router.post(
        f"/certificates/{{certificate_id}}/{name}",
        name=name,
        summary=summary,
        description=text,
        response_model=CertificateRead,
        responses=CHANGING,
    )
    def review(
        certificate_id: UUID,
        body: Sent[ReviewNote],
        principal: LoggedIn,
        session: WriteSession,
        if_match: IfMatch = None,
    ) -> Response:
        certificate = service.review(
            session, certificate_id, name, body.note, principal=principal, if_match=if_match
        )
        return versioned(read(certificate), certificate)


_add_review("verify", "核验证书", "由管理部门核验；核验后计入人才认定。")
_add_review("reject", "证书不予通过", "须说明理由；同一编号可以重新申报。")
_add_review("revoke", "撤销证书核验", "须说明理由；撤销后不再计入人才认定。")
