"""Managers by what people call them: the number of the record or of the filing, or the name."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated
from uuid import UUID

from pydantic import Field, PlainValidator, WithJsonSchema
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.errors import Invalid, NotFound
from app.errors.collection import Faults
from app.libraries.lifecycle.lookup import find_by_number
from app.libraries.managers.models import Manager
from app.libraries.managers.service import LIBRARY
from app.libraries.record.enums import RecordState
from app.libraries.validation.errors import field_error
from app.libraries.visibility.rows import visible

_MOST_NAMED = 5
_LONGEST = 60


def _reference(value: object) -> UUID | str:
    if isinstance(value, UUID):
        return value
    text = value.strip() if isinstance(value, str) else ""
    if not 2 <= len(text) <= _LONGEST:
        raise field_error(
            "manager_reference",
            zh="应为技术经理人的 ID、编号、备案号或姓名",
            en="must be the id, the number, the filing number or the name of a manager",
        )
    with suppress(ValueError):
        return UUID(text)
    return text


ManagerRef = Annotated[
    UUID | str,
    PlainValidator(_reference),
    WithJsonSchema({"type": "string", "minLength": 2, "maxLength": _LONGEST}),
    Field(description="技术经理人的 ID、编号、备案号或姓名"),
]
"""A manager by id, number, filing number or name (`referred_managers`)."""


def referred_managers(
    session: Session, references: Mapping[str, UUID | str], *, principal: Principal
) -> dict[str, UUID]:
    """Field → the manager that its `ManagerRef` tells. Whether one with this id exists is not checked.

    Raises:
        Invalid: names every field that tells none, or several.
    """
    found: dict[str, UUID] = {}
    faults = Faults()
    for field, reference in references.items():
        with faults.collected():
            found[field] = (
                reference
                if isinstance(reference, UUID)
                else manager_called(session, reference, field=field, principal=principal)
            )
    faults.raise_if_any()
    return found


def manager_called(session: Session, text: str, *, field: str, principal: Principal) -> UUID:
    """The published manager with this number, filing number or exact name.

    Raises:
        Invalid: there is none, or several have the name, whose numbers it then gives; names `field`.
    """
    with suppress(NotFound):
        return find_by_number(session, LIBRARY, text, principal).id
    text = text.strip()
    query = select(Manager).where(
        or_(Manager.title == text, Manager.filing_number == text.upper()),
        Manager.state == RecordState.PUBLISHED,
    )
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
