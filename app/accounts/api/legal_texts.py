"""Routes of /v1/legal-texts: what people accept, and its earlier versions."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.accounts.access.permissions import Action, CurrentPrincipal, LoggedIn, require
from app.accounts.legal_texts import service
from app.accounts.legal_texts.purposes import TextPurpose
from app.accounts.legal_texts.schemas import LegalTextNew, LegalTextOut, LegalTextVersionOut
from app.database import ReadSession, WriteSession
from app.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated, problems

router = APIRouter(
    prefix="/v1/legal-texts", tags=["accounts"], responses=problems(Unauthenticated, Forbidden, Invalid)
)

VERSION = Annotated[int | None, Query(ge=1, le=1_000_000, description="版本；默认为现行版本")]


@router.get("/{purpose}", summary="协议文本", responses=problems(NotFound))
def legal_text(
    purpose: TextPurpose, session: ReadSession, principal: CurrentPrincipal, version: VERSION = None
) -> LegalTextOut:
    """任何人可读；各版本长期保留，内容不变。"""
    require(principal, Action.LEGAL_TEXT_READ, own=True)
    return LegalTextOut.model_validate(service.text_of(session, purpose, version))


@router.get("/{purpose}/versions", summary="协议文本的各版本")
def legal_text_versions(
    purpose: TextPurpose, session: ReadSession, principal: CurrentPrincipal
) -> list[LegalTextVersionOut]:
    """由新到旧。"""
    require(principal, Action.LEGAL_TEXT_READ, own=True)
    return [LegalTextVersionOut.model_validate(one) for one in service.versions_of(session, purpose)]


@router.post("/{purpose}", summary="发布协议文本的新版本", status_code=201, responses=problems(Conflict))
def publish_legal_text(
    purpose: TextPurpose, body: LegalTextNew, session: WriteSession, principal: LoggedIn
) -> LegalTextOut:
    """仅管理部门。已接受旧版本的记录不变；是否须重新接受，由要求接受的一方决定。"""
    published = service.publish_text(
        session, purpose, zh=body.zh, en=body.en, replaces=body.replaces, principal=principal
    )
    return LegalTextOut.model_validate(published)
