"""Routes for the delivery log."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from app.accounts.access.permissions import LoggedIn
from app.database import ReadSession, WriteSession
from app.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated, problems
from app.notifications.delivery import log as service
from app.notifications.delivery.listing import delivery_details, delivery_page
from app.notifications.models import ChannelKind, DeliveryState
from app.notifications.schemas import DeliveryDetails, DeliveryRead
from app.paging import Page, Paging

router = APIRouter(
    prefix="/v1/deliveries", tags=["投递 Deliveries"], responses=problems(Unauthenticated, Forbidden)
)


@router.get("", summary="投递日志", responses=problems(Invalid))
def list_(
    session: ReadSession,
    principal: LoggedIn,
    paging: Paging,
    states: Annotated[list[DeliveryState] | None, Query(alias="state", description="状态，可多选")] = None,
    channel: Annotated[ChannelKind | None, Query(description="渠道")] = None,
    address_id: Annotated[UUID | None, Query(description="渠道或端点")] = None,
    recipient_id: Annotated[UUID | None, Query(description="技术经理人、用户或单位")] = None,
) -> Page[DeliveryRead]:
    """按时间倒序排列。管理部门可查看全部；其他用户仅可查看发往本人渠道和本单位端点的投递。"""
    return delivery_page(
        session,
        paging,
        principal=principal,
        states=states,
        channel=channel,
        address_id=address_id,
        recipient_id=recipient_id,
    )


@router.get("/{delivery_id}", summary="投递详情及历次尝试", responses=problems(NotFound))
def get(delivery_id: UUID, session: ReadSession, principal: LoggedIn) -> DeliveryDetails:
    return delivery_details(session, delivery_id, principal=principal)


@router.post(
    "/{delivery_id}/repeat",
    summary="重新投递",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(NotFound, Conflict),
)
def repeat(delivery_id: UUID, session: WriteSession, principal: LoggedIn) -> DeliveryRead:
    """消息 id 不变，内容按当前数据重新生成；接收方可凭 id 去重。"""
    row = service.redeliver(session, delivery_id, principal=principal)
    return DeliveryRead.of(row, service.kinds_of(session, [row])[row.message_id])
