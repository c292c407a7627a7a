"""Routes of open data: the catalogue, and OAI-PMH."""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, CurrentPrincipal, require
from app.accounts.access.principal import Principal
from app.errors import Forbidden, Unauthenticated, problems
from app.partners.open_data.catalogue import catalogue
from app.partners.open_data.oai_pmh import answer
from app.query_parameters import answers_unknown_parameters
from app.replica.requests import ReplicaSession
from app.services import provided
from app.settings import Settings

router = APIRouter(prefix="/v1", tags=["开放数据 Open data"])

AppSettings = Annotated[Settings, Depends(provided(Settings))]
Arguments = Sequence[tuple[str, str]]
FORM = "application/x-www-form-urlencoded"
_LINKED: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/ld+json": {}}, "description": "DCAT-AP 目录"}
}
_XML: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/xml": {}}, "description": "OAI-PMH 2.0 应答，错误也在其中"}
}


# A coroutine, because the body comes piece by piece.
async def _form_arguments(request: Request) -> Arguments:
    """The arguments of a form; a body of another type has none, and an address may not have any."""
    sent = list(request.query_params.multi_items())
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == FORM:
        sent += parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True)
    return sent


@router.get("/open-data/catalogue", summary="开放数据目录", response_class=Response, responses=_LINKED)
def open_data(principal: CurrentPrincipal, settings: AppSettings) -> Response:
    """DCAT-AP 词汇的 JSON-LD。只列出管理部门已声明许可的数据集。"""
    require(principal, Action.ACHIEVEMENT_READ)
    return JSONResponse(catalogue(settings), media_type="application/ld+json")


_OAI = _XML | problems(Unauthenticated, Forbidden)
_FIELDS = ("verb", "identifier", "metadataPrefix", "from", "until", "set", "resumptionToken")
_QUERY = {
    "parameters": [
        {"in": "query", "name": name, "required": False, "schema": {"type": "string"}} for name in _FIELDS
    ]
}
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {"schema": {"type": "object", "properties": {name: {"type": "string"} for name in _FIELDS}}}
        },
    }
}


# The protocol answers wrong arguments itself, so they are described here and read as they come.
@router.get(
    "/oai-pmh",
    summary="OAI-PMH 收割接口",
    openapi_extra=_QUERY,
    response_class=Response,
    responses=_OAI,
)
@answers_unknown_parameters
def oai_pmh(
    request: Request,
    principal: CurrentPrincipal,
    session: ReplicaSession,
    settings: AppSettings,
) -> Response:
    """已发布的非匿名技术成果，格式为 oai_dc；日期精确到日，下架的记录标为 deleted。参数有误时按协议以 200 应答。"""
    return _answered(principal, session, settings, request.query_params.multi_items())


@router.post(
    "/oai-pmh",
    summary="OAI-PMH 收割接口（表单）",
    openapi_extra=_FORM,
    response_class=Response,
    responses=_OAI,
)
@answers_unknown_parameters
def oai_pmh_form(
    principal: CurrentPrincipal,
    session: ReplicaSession,
    settings: AppSettings,
    sent: Annotated[Arguments, Depends(_form_arguments)],
) -> Response:
    """与 GET 相同，参数置于表单中，供参数较长的收割程序使用。"""
    return _answered(principal, session, settings, sent)


def _answered(principal: Principal, session: Session, settings: Settings, sent: Arguments) -> Response:
    require(principal, Action.ACHIEVEMENT_READ)
    return Response(answer(session, settings, sent), media_type="text/xml; charset=utf-8")
