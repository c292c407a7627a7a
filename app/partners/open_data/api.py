"""Routes of open data: the catalogue, and OAI-PMH."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import JSONResponse

from app.accounts.access.permissions import Action, CurrentPrincipal, require
from app.database import ReadSession
from app.errors import Invalid, problems
from app.partners.open_data.catalogue import catalogue
from app.partners.open_data.oai_pmh import answer
from app.services import provided
from app.settings import Settings

router = APIRouter(prefix="/v1", tags=["开放数据 Open data"])

AppSettings = Annotated[Settings, Depends(provided(Settings))]
Argument = Annotated[str | None, Query(max_length=200)]
_LINKED: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/ld+json": {}}, "description": "DCAT-AP 目录"}
}
_XML: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/xml": {}}, "description": "OAI-PMH 2.0 应答，错误也在其中"}
}


@router.get("/open-data/catalogue", summary="开放数据目录", response_class=Response, responses=_LINKED)
def open_data(principal: CurrentPrincipal, settings: AppSettings) -> Response:
    """DCAT-AP 词汇的 JSON-LD。只列出管理部门已声明许可的数据集。"""
    require(principal, Action.ACHIEVEMENT_READ)
    return JSONResponse(catalogue(settings), media_type="application/ld+json")


@router.get(
    "/oai-pmh", summary="OAI-PMH 收割接口", response_class=Response, responses=_XML | problems(Invalid)
)
def oai_pmh(
    principal: CurrentPrincipal,
    session: ReadSession,
    settings: AppSettings,
    verb: Argument = None,
    identifier: Argument = None,
    metadata_prefix: Annotated[str | None, Query(alias="metadataPrefix", max_length=200)] = None,
    first: Annotated[str | None, Query(alias="from", max_length=40)] = None,
    until: Annotated[str | None, Query(max_length=40)] = None,
    set_: Annotated[str | None, Query(alias="set", max_length=200)] = None,
    resumption_token: Annotated[str | None, Query(alias="resumptionToken", max_length=200)] = None,
) -> Response:
    """已发布的非匿名技术成果，格式为 oai_dc；日期精确到日，下架的记录标为 deleted。"""
    require(principal, Action.ACHIEVEMENT_READ)
    named = {
        "verb": verb,
        "identifier": identifier,
        "metadataPrefix": metadata_prefix,
        "from": first,
        "until": until,
        "set": set_,
        "resumptionToken": resumption_token,
    }
    arguments = {name: value for name, value in named.items() if value is not None}
    return Response(answer(session, settings, arguments), media_type="text/xml; charset=utf-8")
