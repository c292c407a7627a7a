"""Managers by what people call them: the number of the record, or the name."""

from contextlib import suppress
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.errors import Invalid, NotFound
from app.libraries.lifecycle.commands import find_by_number
from app.libraries.managers.models import Manager
from app.libraries.managers.service import LIBRARY
from app.libraries.record.enums import RecordState
from app.libraries.visibility.fields import visible

_MOST_NAMED = 5


def manager_called(session: Session, text: str, *, field: str, principal: Principal) -> UUID:
    """The published manager with this number or this exact name.

    Raises:
        Invalid: there is none, or several have the name, whose numbers it then gives; names `field`.
    """
    with suppress(NotFound):
        return find_by_number(session, LIBRARY, text, principal).id
    query = select(Manager).where(Manager.title == text.strip(), Manager.state == RecordState.PUBLISHED)
    found = session.scalars(visible(query, Manager, principal).order_by(Manager.number).limit(20)).all()
    if len(found) == 1:
        return found[0].id
    if not found:
        raise _unknown(field)
    numbers = "、".join(manager.number for manager in found[:_MOST_NAMED])
    raise Invalid.field(
        field,
        "ambiguous",
        f"有 {len(found)} 位同名的技术经理人，请改填编号：{numbers}",
        f"is the name of {len(found)} managers; write the number instead: {numbers}",
    )


def _unknown(field: str) -> Invalid:
    return Invalid.field(
        field,
        "unknown",
        "没有此姓名或编号的已发布经理人，请核对，编号如 JN-M-2026-000012",
        "is neither the name nor the number of a published manager, such as JN-M-2026-000012",
    )
