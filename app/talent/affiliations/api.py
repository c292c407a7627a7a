"""Routes of secondary affiliations."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.accounts.access.permissions import Action, LoggedIn
from app.database import ReadSession, WriteSession
from app.errors import Conflict, Forbidden, NotFound, Unauthenticated, problems
from app.errors.request_bodies import Sent
from app.paging import Page, Paging
from app.talent.access import manager_for
from app.talent.affiliations import service
from app.talent.affiliations.listing import affiliation_page
from app.talent.affiliations.models import ConsentState
from app.talent.affiliations.schemas import AffiliationRead, ConsentGiven, ConsentRefused
from app.talent.responses import LISTING, READING

router = APIRouter(
    prefix="/v1", tags=["跨机构任职 Affiliations"], responses=problems(Unauthenticated, Forbidden)
)

_DECIDING = problems(NotFound, Conflict)


@router.get("/managers/{manager_id}/affiliations", summary="任职单位与单位意见", responses=READING)
def list_of_manager(manager_id: UUID, principal: LoggedIn, session: ReadSession) -> list[AffiliationRead]:
    """本人、所属单位和管理部门可查看。可同时在多个单位任职，其中有且仅有一个主要任职单位。"""
    manager = manager_for(session, manager_id, Action.AFFILIATION_READ, principal=principal)
    return service.read_many(session, manager.affiliations)


@router.get("/affiliations", summary="在本单位任职的技术经理人", responses=LISTING)
def list_affiliations(
    principal: LoggedIn,
    session: ReadSession,
    paging: Paging,
    consent: Annotated[ConsentState | None, Query(description="单位意见；pending 为待答复")] = None,
) -> Page[AffiliationRead]:
    """供任职单位查看和答复跨机构任职；管理部门可查看全部。"""
    return affiliation_page(session, paging, consent, principal=principal)


@router.post("/affiliations/{affiliation_id}/consent", summary="同意任职", responses=_DECIDING)
def consent(
    affiliation_id: UUID, body: Sent[ConsentGiven], principal: LoggedIn, session: WriteSession
) -> AffiliationRead:
    """由任职单位答复；答复可以变更，以最近一次为准。"""
    post = service.decide(
        session, affiliation_id, ConsentState.GIVEN, principal=principal, reference=body.reference
    )
    return service.read_many(session, [post])[0]


@router.post("/affiliations/{affiliation_id}/refuse", summary="不同意任职", responses=_DECIDING)
def refuse(
    affiliation_id: UUID, body: Sent[ConsentRefused], principal: LoggedIn, session: WriteSession
) -> AffiliationRead:
    post = service.decide(session, affiliation_id, ConsentState.REFUSED, principal=principal, note=body.note)
    return service.read_many(session, [post])[0]
