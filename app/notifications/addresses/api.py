"""Routes for a user's own channels and for the links in e-mails."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, status
from fastapi.responses import HTMLResponse

from app.accounts.access.permissions import Action, CurrentPrincipal, LoggedIn, require
from app.accounts.idempotency import Idempotent
from app.conditional_requests import IfMatch, tagged, versioned
from app.database import ReadSession, WriteSession
from app.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionRequired,
    StaleVersion,
    Unauthenticated,
    problems,
)
from app.errors.request_bodies import Sent
from app.notifications.addresses import service
from app.notifications.addresses.listing import channel_page
from app.notifications.channels.link_tokens import LinkSigner
from app.notifications.content.render_context import templates
from app.notifications.models import ChannelKind
from app.notifications.schemas import Asked, ChannelChange, ChannelNew, ChannelRead
from app.paging import Page, Paging
from app.services import AppSettings

router = APIRouter(
    prefix="/v1/channels", tags=["渠道 Channels"], responses=problems(Unauthenticated, Forbidden)
)

_ON_CHANGE = problems(NotFound, Invalid, StaleVersion, PreconditionRequired)

Token = Annotated[str, Query(min_length=20, max_length=1000, description="邮件链接中的令牌")]


def _link_signer(settings: AppSettings) -> LinkSigner:
    return LinkSigner(settings)


SignerDependency = Annotated[LinkSigner, Depends(_link_signer)]


@router.post(
    "", summary="添加渠道", status_code=201, response_model=ChannelRead, responses=problems(Invalid, Conflict)
)
def add(
    session: WriteSession,
    principal: LoggedIn,
    body: Sent[ChannelNew],
    request: Idempotent,
) -> Response:
    """邮箱渠道即登录邮箱：系统先发送确认邮件，点击确认后方可接收推送。机器人只向群内发送任何人均可见的内容。"""

    def answer() -> Response:
        row = service.add_channel(
            session,
            principal=principal,
            kind=ChannelKind(body.kind),
            name=body.name,
            url=body.url,
            secret=body.secret,
        )
        return versioned(ChannelRead.of(row), row, status=201, location=f"/v1/channels/{row.id}")

    return request.once(body, answer)


@router.get("", summary="本人的渠道", responses=problems(Invalid))
def list_(session: ReadSession, principal: LoggedIn, paging: Paging) -> Page[ChannelRead]:
    return channel_page(session, paging, principal=principal)


# Declared before the routes with an id, which would otherwise match these paths.
@router.get(
    "/confirm", summary="邮箱确认页面", response_class=HTMLResponse, responses=problems(NotFound, Invalid)
)
def confirm_page(principal: CurrentPrincipal, token: Token) -> HTMLResponse:
    """仅显示确认按钮。邮件网关可能预先打开链接，因此打开链接不视为确认。"""
    require(principal, Action.CHANNEL_LINK)
    return _page("确认邮箱", "确认后，三库的推送和通知将发送到此邮箱。", f"confirm?token={token}", "确认")


@router.post(
    "/confirm", summary="确认邮箱", response_class=HTMLResponse, responses=problems(NotFound, Invalid)
)
def confirm(
    principal: CurrentPrincipal, session: WriteSession, link_signer: SignerDependency, token: Token
) -> HTMLResponse:
    require(principal, Action.CHANNEL_LINK)
    service.confirm(session, link_signer, token)
    return _page("已确认", "邮箱已确认，今后的推送和通知会发送到此邮箱。")


@router.get(
    "/unsubscribe", summary="退订页面", response_class=HTMLResponse, responses=problems(NotFound, Invalid)
)
def unsubscribe_page(principal: CurrentPrincipal, token: Token) -> HTMLResponse:
    require(principal, Action.CHANNEL_LINK)
    return _page(
        "退订邮件", "退订后不再向此邮箱发送推送，收件箱不受影响。", f"unsubscribe?token={token}", "退订"
    )


@router.post(
    "/unsubscribe", summary="退订", response_class=HTMLResponse, responses=problems(NotFound, Invalid)
)
def unsubscribe(
    principal: CurrentPrincipal, session: WriteSession, link_signer: SignerDependency, token: Token
) -> HTMLResponse:
    """无需登录。邮件客户端的一键退订 (RFC 8058) 也使用此地址。"""
    require(principal, Action.CHANNEL_LINK)
    service.unsubscribe(session, link_signer, token)
    return _page("已退订", "系统不再向此邮箱发送推送；如需恢复，可在“渠道”中重新启用。")


@router.get("/{channel_id}", summary="渠道详情", responses=problems(NotFound))
def get(channel_id: UUID, session: ReadSession, principal: LoggedIn, response: Response) -> ChannelRead:
    row = service.get_channel(session, channel_id, principal=principal)
    return tagged(response, row, ChannelRead.of(row))


@router.patch("/{channel_id}", summary="改名、停用或启用", responses=_ON_CHANGE)
def change(
    channel_id: UUID,
    session: WriteSession,
    principal: LoggedIn,
    response: Response,
    body: Sent[ChannelChange],
    if_match: IfMatch = None,
) -> ChannelRead:
    changes = body.model_dump(exclude_none=True)
    row = service.change_channel(session, channel_id, principal=principal, changes=changes, if_match=if_match)
    return tagged(response, row, ChannelRead.of(row))


@router.delete("/{channel_id}", summary="删除渠道", status_code=204, responses=_ON_CHANGE)
def remove(channel_id: UUID, session: WriteSession, principal: LoggedIn, if_match: IfMatch = None) -> None:
    service.remove_channel(session, channel_id, principal=principal, if_match=if_match)


@router.post(
    "/{channel_id}/test",
    summary="发送测试消息",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(NotFound),
)
def test(channel_id: UUID, session: WriteSession, principal: LoggedIn) -> Asked:
    """邮箱尚未确认的，重新发送确认邮件。"""
    return Asked(message_id=service.test_channel(session, channel_id, principal=principal).id)


def _page(title: str, text: str, action: str = "", button: str = "") -> HTMLResponse:
    page = templates.get_template("page.html").render(title=title, text=text, action=action, button=button)
    return HTMLResponse(page, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
