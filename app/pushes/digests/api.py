"""Routes for preferences, digests and the preview of the next digest."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import select

from app.accounts.access.permissions import Action, CurrentPrincipal, require
from app.accounts.models import Role
from app.conditional_requests import IfMatch, tagged
from app.database import ReadSession, WriteSession, one_or_not_found
from app.errors import (
    Forbidden,
    Invalid,
    NotFound,
    PreconditionRequired,
    StaleVersion,
    Unauthenticated,
    problems,
)
from app.errors.request_bodies import Sent
from app.load_limits.dependencies import REFUSALS, MatchingTurn
from app.paging import Page, Paging, Sort, list_page
from app.pushes.digests.listing import owner_digest_page
from app.pushes.digests.models import Digest
from app.pushes.digests.preview import preview_list
from app.pushes.digests.queries import visible_digests
from app.pushes.digests.schemas import (
    DigestPushes,
    DigestRead,
    OwnerDigestRead,
    OwnerPreferencesIn,
    OwnerPreferencesRead,
    PreferencesIn,
    PreferencesRead,
    PreviewIn,
    PreviewRead,
)
from app.pushes.inbox.presenter import read_many
from app.pushes.models import Push
from app.pushes.policy import current_policy
from app.pushes.preferences import service as preferences
from app.pushes.recommender import Recommender
from app.services import AllServices

router = APIRouter(prefix="/v1", tags=["推送 Pushes"], responses=problems(Unauthenticated, Forbidden))

_CHANGES = problems(NotFound, Invalid, StaleVersion, PreconditionRequired)
_NEWEST_FIRST = Sort(Digest.created_at, datetime, descending=True, name="digests")


@router.get("/managers/me/preferences", summary="本人的推送偏好", responses=problems(NotFound))
def get_preferences(principal: CurrentPrincipal, session: ReadSession, response: Response) -> PreferencesRead:
    """尚未设置时返回默认值，ETag 为 "0"。"""
    require(principal, Action.PREFERENCE_READ, own=True)
    id_ = preferences.own_manager(principal)
    current = preferences.managers_preferences(session, [id_])[id_]
    return tagged(response, current, PreferencesRead.model_validate(current))


@router.put("/managers/me/preferences", summary="设置本人的推送偏好", responses=_CHANGES)
def put_preferences(
    wanted: Sent[PreferencesIn],
    principal: CurrentPrincipal,
    session: WriteSession,
    response: Response,
    if_match: IfMatch = None,
) -> PreferencesRead:
    """整体替换，未填写的项恢复默认值；须带 If-Match。仅影响此后的推送和提醒，收件箱中已有的推送不受影响。"""
    stored = preferences.put_managers_preferences(
        session, wanted.model_dump(), principal=principal, if_match=if_match
    )
    return tagged(response, stored, PreferencesRead.model_validate(stored))


@router.get("/organisations/me/preferences", summary="本单位的匹配通知偏好", responses=problems(NotFound))
def get_owner_preferences(
    principal: CurrentPrincipal, session: ReadSession, response: Response
) -> OwnerPreferencesRead:
    require(principal, Action.ORGANISATION_PREFERENCE_READ, own=True)
    id_ = preferences.own_organisation(principal)
    current = preferences.owners_preferences(session, [id_])[id_]
    return tagged(response, current, OwnerPreferencesRead.model_validate(current))


@router.put("/organisations/me/preferences", summary="设置本单位的匹配通知偏好", responses=_CHANGES)
def put_owner_preferences(
    wanted: Sent[OwnerPreferencesIn],
    principal: CurrentPrincipal,
    session: WriteSession,
    response: Response,
    if_match: IfMatch = None,
) -> OwnerPreferencesRead:
    """由单位管理员设置。整体替换，未填写的项恢复默认值；须带 If-Match。frequency 为 none 时不再发送匹配通知。"""
    stored = preferences.put_owners_preferences(
        session, wanted.model_dump(), principal=principal, if_match=if_match
    )
    return tagged(response, stored, OwnerPreferencesRead.model_validate(stored))


@router.get("/digests", summary="推送清单", responses=problems(Invalid))
def list_digests(
    principal: CurrentPrincipal,
    session: ReadSession,
    paging: Paging,
    manager_id: Annotated[UUID | None, Query(description="技术经理人")] = None,
) -> Page[DigestRead]:
    """按时间倒序排列。技术经理人仅可查看本人的清单。"""
    require(principal, Action.DIGEST_READ, own=principal.role is Role.MANAGER)
    query = visible_digests(select(Digest), principal)
    if manager_id is not None:
        query = query.where(Digest.manager_id == manager_id)
    return list_page(session, query, _NEWEST_FIRST, paging, DigestRead.model_validate)


@router.get(
    "/digests/{digest_id}",
    summary="推送清单详情",
    response_model_exclude_unset=True,
    responses=problems(NotFound),
)
def get_digest(
    digest_id: UUID, principal: CurrentPrincipal, session: ReadSession, services: AllServices
) -> DigestPushes:
    require(principal, Action.DIGEST_READ, own=principal.role is Role.MANAGER)
    digest = one_or_not_found(
        session, visible_digests(select(Digest).where(Digest.id == digest_id), principal)
    )
    ids = [UUID(item["push_id"]) for item in digest.items]
    rows = {push.id: push for push in session.scalars(select(Push).where(Push.id.in_(ids)))}
    policy = current_policy(session, services)
    pushes = read_many(session, [rows[id_] for id_ in ids], principal=principal, policy=policy)
    return DigestPushes(**DigestRead.model_validate(digest).model_dump(), pushes=pushes)


@router.get("/owner-digests", summary="本单位的匹配通知", responses=problems(NotFound, Invalid))
def list_owner_digests(
    principal: CurrentPrincipal, session: ReadSession, paging: Paging
) -> Page[OwnerDigestRead]:
    """按时间倒序排列。管理部门可查看全部。"""
    return owner_digest_page(session, paging, principal=principal)


@router.post(
    "/pushes/preview",
    summary="预览下一份清单",
    responses=problems(NotFound, Invalid) | REFUSALS,
)
def preview(
    wanted: PreviewIn,
    principal: CurrentPrincipal,
    _: MatchingTurn,
    session: ReadSession,
    services: AllServices,
) -> PreviewRead:
    """在现状不变的前提下，预览下一份清单的内容，并按规则统计其余供需对未列入的原因。不写入任何数据。"""
    own = wanted.manager_id is None or wanted.manager_id == principal.manager_id
    require(principal, Action.PUSH_PREVIEW, own=own)
    return preview_list(
        session,
        services[Recommender],
        wanted.manager_id or preferences.own_manager(principal),
        policy=current_policy(session, services),
        sees_confidential=principal.sees_everything,
    )
