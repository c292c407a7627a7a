"""Routes of /v1/me/data: one's own data, taken out and erased."""

import json
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from app.accounts.access.permissions import Action, LoggedIn, require
from app.accounts.api.responses import NO_STORE, Attempts
from app.accounts.legal_texts.consents import consents_of, give_consent
from app.accounts.legal_texts.schemas import ConsentIn, ConsentOut
from app.accounts.passwords import PASSWORD_MAX
from app.database import AppDatabase, ReadSession, WriteSession
from app.errors import (
    Conflict,
    Forbidden,
    Invalid,
    StaleVersion,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    problems,
)
from app.errors.request_bodies import RequestBody
from app.store.consents import withdraw_consent
from app.store.erasure import erase_own_data
from app.store.personal_data import own_data, user_of, zipped

router = APIRouter(tags=["accounts"])


class DataFormat(StrEnum):
    """JSON, or a ZIP file with one JSON file for each place."""

    JSON = "json"
    ZIP = "zip"


class ErasureIn(RequestBody):
    """The wish to erase one's own data, with the password."""

    password: SecretStr = Field(max_length=PASSWORD_MAX, description="当前密码")


class KeptOut(BaseModel):
    """What an erasure leaves, and why."""

    model_config = ConfigDict(from_attributes=True)

    place: str
    zh: str
    en: str


@router.get(
    "/v1/me/data",
    summary="导出本人数据",
    response_class=Response,
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
def take_out(
    session: ReadSession,
    principal: LoggedIn,
    form: Annotated[DataFormat, Query(alias="format", description="json 或 zip")] = DataFormat.JSON,
) -> Response:
    """本人在本系统中的数据 (《个人信息保护法》第四十五条)；不含他人数据和密钥。"""
    found = own_data(session, principal)
    if form is DataFormat.JSON:
        content, media_type = json.dumps(found, ensure_ascii=False, indent=2).encode(), "application/json"
    else:
        content, media_type = zipped(found), "application/zip"
    headers = NO_STORE | {"Content-Disposition": f'attachment; filename="my-data.{form}"'}
    return Response(content, media_type=media_type, headers=headers)


@router.get("/v1/me/consents", summary="本人的同意记录", responses=problems(Unauthenticated, Forbidden))
def consents(session: ReadSession, principal: LoggedIn) -> list[ConsentOut]:
    """由新到旧。"""
    return [ConsentOut.model_validate(one) for one in consents_of(session, user_of(principal))]


@router.post(
    "/v1/me/consents",
    summary="同意个人信息处理告知书",
    status_code=201,
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
def consent(session: WriteSession, principal: LoggedIn, body: ConsentIn) -> ConsentOut:
    """同意现行版本；已同意该版本的，返回原记录。"""
    user_id = user_of(principal)
    return ConsentOut.model_validate(give_consent(session, user_id, body.notice_version, principal=principal))


@router.delete(
    "/v1/me/consents",
    summary="撤回同意",
    status_code=204,
    responses=problems(Unauthenticated, Forbidden, Conflict),
)
def withdraw(session: WriteSession, principal: LoggedIn) -> None:
    """此后账号仅可导出、删除本人数据或重新同意，不再接收通知；技术经理人须先撤下名片。撤回前的处理不受影响。"""
    withdraw_consent(session, principal=principal)


@router.post(
    "/v1/me/erasure",
    summary="注销账号并删除本人数据",
    responses=problems(
        Unauthenticated, Forbidden, Invalid, Conflict, StaleVersion, TooManyRequests, Unavailable
    ),
)
def erase(attempts: Attempts, database: AppDatabase, principal: LoggedIn, body: ErasureIn) -> list[KeptOut]:
    """须提供密码；不可恢复。返回依法保留的数据及理由 (《个人信息保护法》第四十七条)。"""
    require(principal, Action.USER_CHANGE, own=True)
    attempts.reserve("password", str(principal.user_id))
    kept = erase_own_data(database, principal=principal, password=body.password.get_secret_value())
    return [KeptOut.model_validate(one) for one in kept]
